/** Whatever form a record takes, with a template or without, in the ring or by a call, the span arrives with what it was given, in its order. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { spansOfLines } from '../parts/otlp-json.mjs';
import { runProgram } from '../parts/program.mjs';
import { arrived, kinds } from './records.mjs';

const PROGRAM = new URL('./programs/records.mjs', import.meta.url);
/** Scopes that the dictionary numbers, the nameless one among them. */
const MAX_SCOPES = 256;

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'observability-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

for (const [index, kind] of Object.keys(kinds).entries()) {
  test(kind, async () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const file = join(folder, `${index}.jsonl`);
    const program = await runProgram(PROGRAM, { kind, seed, file });
    const { ids, stats } = program.answer;
    const spans = new Map(spansOfLines(readFileSync(file, 'utf8')).map((span) => [span.spanId, span]));
    const expected = kinds[kind](seed);
    assert.deepEqual(stats.dropped, { ...stats.dropped, ringFull: 0, unwritable: 0, malformed: 0, tooLarge: 0 }, `seed ${seed}`);
    assert.deepEqual([stats.exported, spans.size, ids.length], [expected.length, expected.length, expected.length], `seed ${seed}`);
    const scopes = [...new Set(expected.map(({ scope = 'records' }) => scope))];
    for (const [i, { name, renamed = name, scope = 'records', pairs, events = 0 }] of expected.entries()) {
      const span = spans.get(ids[i]);
      const message = `seed ${seed}, span ${i}`;
      assert.equal(span.name, (pairs.length > 0 ? renamed : name).toWellFormed(), message);
      assert.equal(span.scope.name, scopes.indexOf(scope) < MAX_SCOPES - 1 ? scope : '', message);
      const last = Object.fromEntries(pairs.map(([key, value]) => [key, arrived(value)]));
      assert.deepEqual(Object.entries(span.attributes), Object.entries(last), message);
      assert.deepEqual(
        span.events.map((event) => [event.name, event.attributes]),
        Array.from({ length: events }, (_, n) => [`event ${n}`, { text: 'z'.repeat(200), i: BigInt(n) }]),
      );
      assert.deepEqual(
        span.links.map((link) => link.attributes),
        Array.from({ length: events }, (_, n) => ({ i: BigInt(n) })),
      );
    }
  });
}
