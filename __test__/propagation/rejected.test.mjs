/** Rejected headers: a new trace, a number in `stats()`, and nothing in the log. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { extractTraceContext, initTracing } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const HEADER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const warnings = [];
const note = (warning) => warnings.push(warning);

let tracing;
let stats;
before(async () => {
  process.on('warning', note);
  tracing = createTestTracing({ http: false });
  // While test tracing runs, this gives that.
  ({ stats } = await initTracing());
});
after(async () => {
  await tracing.shutdown();
  // Warnings are emitted on the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});

const rows = [
  ['no header', {}, 0],
  ['valid headers', { traceparent: HEADER, tracestate: 'a=1', baggage: 'a=1' }, 0],
  ['an invalid traceparent', { traceparent: 'x' }, 1],
  ['two traceparents', { traceparent: [HEADER, HEADER] }, 1],
  ['no traceparent in the list', { traceparent: [] }, 0],
  ['a traceparent of 64 KB', { traceparent: HEADER + 'x'.repeat(65_536) }, 1],
  ['an invalid traceparent: its trace state is not looked at', { traceparent: 'x', tracestate: 'X' }, 1],
  ['a trace state without a traceparent', { tracestate: 'X' }, 0],
  ['an invalid trace state', { traceparent: HEADER, tracestate: 'X' }, 1],
  ['an empty trace state is valid', { traceparent: HEADER, tracestate: ', ,' }, 0],
  ['a trace state of 64 KB', { traceparent: HEADER, tracestate: `a=${'x'.repeat(65_536)}` }, 1],
  ['baggage of which an entry is none', { baggage: 'a=1,b' }, 1],
  ['baggage that is none', { baggage: 'x' }, 1],
  ['baggage of 64 KB', { baggage: `a=1,b=${'x'.repeat(65_536)}` }, 1],
  ['all three', { traceparent: [HEADER, 'x'], baggage: 'x' }, 2],
];
for (const [why, carrier, count] of rows) {
  test(`${count} rejected: ${why}`, () => {
    const before = stats().rejectedHeaders;
    extractTraceContext(carrier);
    assert.equal(stats().rejectedHeaders - before, count);
  });
}

test('what is valid counts beside what is not', () => {
  const found = extractTraceContext({ traceparent: HEADER, tracestate: 'X', baggage: 'a=1,b,c=3' });
  assert.equal(trace.getSpanContext(found).traceId, HEADER.slice(3, 35));
  assert.equal(trace.getSpanContext(found).traceState, undefined);
  assert.deepEqual(propagation.getBaggage(found).getAllEntries(), [
    ['a', { value: '1' }],
    ['c', { value: '3' }],
  ]);
});

test('a header of 64 KB takes no longer than one that is read', () => {
  const long = { traceparent: HEADER, tracestate: 'a=1,'.repeat(16_384), baggage: 'a=1,'.repeat(16_384) };
  const found = extractTraceContext(long, ROOT_CONTEXT);
  assert.equal(trace.getSpanContext(found).traceState, undefined);
  assert.equal(propagation.getBaggage(found).getAllEntries().length, 1);
});
