/** Spans that are given another name, as server spans are once their route is known: what arrives has the last name and every attribute. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { getTracer, initTracing } from '@manifest-cyber/observability-ts';

/** A span's start name, its attributes until it is renamed, the new name if any, and those set afterwards. */
const SPANS = [
  ['GET', { a: 1, b: 'x' }, 'GET /users/:id', {}],
  ['GET', { a: 2, b: 'y' }, 'GET /users/:id', {}],
  ['GET', { a: 3, b: 'z' }, undefined, {}],
  ['GET', { a: 4, b: 'x' }, 'GET /users/:id', {}],
  ['GET', { a: 5, b: 'x' }, 'GET /items', {}],
  ['GET', { a: 6, b: 'x' }, 'GET /items', { c: true }],
  ['GET', { a: 7, b: 'x' }, 'GET /items', { c: false }],
  ['GET', { b: 'x' }, 'GET /items', { a: 8 }],
  ['GET', { b: 'x' }, 'GET /items', { a: 9 }],
  ['GET', {}, 'GET /items', { a: 10 }],
  ['GET', {}, undefined, {}],
  ['GET', { a: 11, b: 'x' }, 'GET', { c: true }],
  ['GET', { a: 12, b: 'x', c: 1, d: 2, e: 3 }, 'GET /users/:id', { f: 4 }],
  ['GET', { a: 13, b: 'x', c: 1, d: 2, e: 3 }, 'GET /users/:id', { f: 5 }],
  ['GET', { a: 14 }, 'GET /users/:id', {}],
  ...Array.from({ length: 300 }, (_, i) => [`job ${i}`, { [`key ${i % 20}`]: i }, 'job', { last: i }]),
  ['GET', { a: 15, b: 'y' }, 'GET /users/:id', { z: 'end' }],
];

test('a renamed span arrives with its last name and all its attributes', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'renamed-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'spans.jsonl');
  const tracing = await initTracing({ exporter: { type: 'file', endpoint: file }, http: false });
  const tracer = getTracer('renamed');
  for (const [first, before, last, after] of SPANS) {
    const span = tracer.startSpan(first);
    span.setAttributes(before);
    if (last !== undefined) span.updateName(last);
    span.setAttributes(after);
    span.end();
  }
  assert.equal(await tracing.shutdown(), true);
  const arrived = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ name, attributes = [] }) => [name, Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))]);
  assert.deepEqual(
    arrived,
    SPANS.map(([first, before, last, after]) => [last ?? first, { ...before, ...after }]),
  );
});

/** A value of OTLP's JSON as JavaScript has it. */
function plain({ stringValue, intValue, boolValue }) {
  return stringValue ?? boolValue ?? Number(intValue);
}
