/** No value in no place of the API throws, holds the thread or disturbs the ledger; and what is sent is well formed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../parts/program.mjs';
import { hostileValues } from './values.mjs';

const PROGRAM = new URL('./programs/values.mjs', import.meta.url);
const names = Object.keys(hostileValues);
/** Values for one process: each gives every place one span or more. */
const SHARE = 12;

for (let from = 0; from < names.length; from += SHARE) {
  const some = names.slice(from, from + SHARE);
  test(`everywhere: ${some.join(', ')}`, async () => {
    const { stderr, answer } = await runProgram(PROGRAM, some);
    const { problems, stats, sent, distinct, wellFormed } = answer;
    assert.deepEqual(problems, []);
    assert.ok(wellFormed, 'ids are valid and no span ends before it starts');
    assert.deepEqual([sent, distinct], [stats.exported, stats.exported]);
    const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(stats.started, stats.open + stats.exported + stats.notSampled + stats.filtered + dropped);
    assert.equal(stats.dropped.malformed, 0);
    const codes = stderr.match(/\[OBS_\w+\]/g) ?? [];
    assert.equal(codes.length, new Set(codes).size, 'each warning comes once');
  });
}
