/** Carriers of the helpers beyond plain objects: names in another case that are there already, and lists of pairs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { extractTraceContext, injectTraceContext } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const HEADER = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
const OLD = HEADER.replace('4', '5');
const CONTEXT = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE_ID, spanId: '00f067aa0ba902b7', traceFlags: 1 });

let tracing;
before(() => {
  tracing = createTestTracing({ http: false });
});
after(() => tracing.shutdown());

const written = [
  ['a plain object', { Traceparent: OLD }, { Traceparent: HEADER }],
  ['a Map', new Map([['TRACEPARENT', OLD]]), new Map([['TRACEPARENT', HEADER]])],
  [
    'a list of pairs',
    [
      ['Accept', '*/*'],
      ['TraceParent', OLD],
    ],
    [
      ['Accept', '*/*'],
      ['TraceParent', HEADER],
    ],
  ],
];
for (const [what, carrier, expected] of written) {
  test(`a name in another case is written over in ${what}`, () => assert.deepEqual(injectTraceContext(carrier, CONTEXT), expected));
}

test('a list of pairs gets a pair, and is read', () => {
  const carrier = injectTraceContext([['accept', '*/*']], CONTEXT);
  assert.deepEqual(carrier, [
    ['accept', '*/*'],
    ['traceparent', HEADER],
  ]);
  assert.equal(trace.getSpanContext(extractTraceContext(carrier)).traceId, TRACE_ID);
  assert.deepEqual(injectTraceContext([], CONTEXT), [['traceparent', HEADER]]);
});

test('pairs of one name are headers that came several times', () => {
  const found = extractTraceContext([
    ['traceparent', HEADER],
    ['tracestate', 'a=1'],
    ['baggage', 'k=v'],
    ['Tracestate', 'b=2'],
    ['baggage', ['l=w', 'm=x']],
  ]);
  assert.equal(trace.getSpanContext(found).traceState.serialize(), 'a=1,b=2');
  assert.deepEqual(
    propagation
      .getBaggage(found)
      .getAllEntries()
      .map(([key]) => key),
    ['k', 'l', 'm'],
  );
  const twice = [
    ['traceparent', HEADER],
    ['accept', '*/*'],
    ['TraceParent', OLD],
  ];
  assert.equal(trace.getSpan(extractTraceContext(twice)), undefined);
  assert.deepEqual(injectTraceContext(twice, CONTEXT), [
    ['traceparent', HEADER],
    ['accept', '*/*'],
  ]);
});

test('other lists are no carriers', () => {
  const flat = ['accept', '*/*'];
  assert.deepEqual(injectTraceContext(flat, CONTEXT), ['accept', '*/*']);
  assert.deepEqual(Object.keys(flat), ['0', '1']);
  assert.equal(trace.getSpan(extractTraceContext(['traceparent', HEADER])), undefined);
});

test('fetch takes what was written', () => {
  assert.equal(new Headers(injectTraceContext([], CONTEXT)).get('traceparent'), HEADER);
  assert.equal(new Headers(injectTraceContext({}, CONTEXT)).get('traceparent'), HEADER);
});

test('values as messages have them: lists of Buffers, in any case', () => {
  const carrier = { TraceParent: [Buffer.from(HEADER)], TRACESTATE: [Buffer.from('a=1'), 'b=2'], Baggage: new Uint8Array(Buffer.from('k=v')) };
  const found = extractTraceContext(carrier);
  assert.equal(trace.getSpanContext(found).traceState.serialize(), 'a=1,b=2');
  assert.equal(propagation.getBaggage(found).getEntry('k').value, 'v');
});

test("another SDK's propagator that throws takes nothing away", async () => {
  await tracing.shutdown();
  const fail = () => {
    throw new Error('theirs');
  };
  propagation.setGlobalPropagator({ inject: fail, extract: fail, fields: () => [] });
  try {
    const carrier = {};
    assert.equal(injectTraceContext(carrier, CONTEXT), carrier);
    assert.equal(extractTraceContext({ traceparent: HEADER }, CONTEXT), CONTEXT);
  } finally {
    propagation.disable();
  }
});
