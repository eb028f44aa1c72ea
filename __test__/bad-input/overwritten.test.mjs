/** A ring whose bytes were overwritten: nothing ends the process or hangs it, what cannot be read is counted, and no span counts twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../parts/program.mjs';

const PROGRAM = new URL('./programs/overwritten.mjs', import.meta.url);
/** Bytes of the header and of the dictionary, as src/arena/layout.rs has them. */
const HEADER = 256;
const DICTIONARY = 393_216;
const ring = { from: HEADER + DICTIONARY, to: HEADER + DICTIONARY + 65_536 };
const dictionary = { from: HEADER, to: HEADER + 4_096 };

for (const [what, region] of Object.entries({ ring, dictionary })) {
  for (const fill of [0, 255, 1, 'random']) {
    test(`the ${what} overwritten with ${fill}`, async () => {
      const { stderr, answer } = await runProgram(PROGRAM, { ...region, fill });
      const { started, exported, dropped, queued, open } = answer.stats;
      const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
      assert.equal(started, 1000);
      assert.equal(started, exported + open + sum(dropped) + sum(queued));
      if (what === 'ring') {
        assert.ok(dropped.malformed > 0, 'the reader met overwritten records');
        assert.match(stderr, /OBS_RECORD_MALFORMED/);
      }
      const codes = stderr.match(/\[OBS_\w+\] Obs/g) ?? [];
      assert.equal(codes.length, new Set(codes).size, stderr);
    });
  }
}
