/** The order of imports, and what happens in a process of its own. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';

/** Runs a program of this folder and reads the JSON that it prints. */
async function run(program, ...args) {
  const file = fileURLToPath(new URL(`programs/${program}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], { timeout: 30_000 });
  return JSON.parse(stdout);
}

/** Each of the four requests is one client span and one server span. */
const FOUR_REQUESTS = Array(4).fill([SpanKind.CLIENT, SpanKind.SERVER]).flat().sort();

for (const [kind, program] of [
  ['ECMAScript modules', 'order.mjs'],
  ['CommonJS', 'order.cjs'],
]) {
  for (const order of ['early', 'late']) {
    test(`${kind}: http imported ${order === 'early' ? 'before' : 'after'} tracing begins`, async () => {
      assert.deepEqual((await run(program, order)).sort(), FOUR_REQUESTS);
    });
  }
}

test('a handler that throws ends its span, and the error goes on its way', async () => {
  const { error, spans } = await run('throws.mjs');
  assert.equal(error, 'out of range');
  assert.equal(spans.length, 1);
  assert.equal(spans[0].status.code, SpanStatusCode.ERROR);
  assert.equal(spans[0].attributes['error.type'], 'RangeError');
  assert.deepEqual(spans[0].events, ['exception']);
});

for (const order of ['given', 'before', 'after']) {
  test(`OpenTelemetry's http and express instrumentations, ${order === 'given' ? 'given to our tracing' : `registered by hand ${order} it`}, make the only spans`, async () => {
    const spans = await run('published.cjs', order);
    const HTTP = '@opentelemetry/instrumentation-http';
    assert.deepEqual(
      spans.filter((span) => span.kind !== SpanKind.INTERNAL).sort((a, b) => a.kind - b.kind),
      [
        { kind: SpanKind.SERVER, name: 'GET /users/:id', scope: HTTP },
        { kind: SpanKind.CLIENT, name: 'GET', scope: HTTP },
      ],
    );
    assert.deepEqual(
      new Set(spans.filter((span) => span.kind === SpanKind.INTERNAL).map((span) => span.scope)),
      new Set(['@opentelemetry/instrumentation-express']),
    );
  });
}
