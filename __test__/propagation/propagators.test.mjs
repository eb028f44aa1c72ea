/** Context in headers: as OpenTelemetry's own propagators write and read it, and into every kind of carrier. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { extractTraceContext, injectTraceContext } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import {
  baggageEntryMetadataFromString,
  context,
  createTraceState,
  defaultTextMapGetter,
  defaultTextMapSetter,
  INVALID_SPAN_CONTEXT,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import { suppressTracing, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const HEADER = `00-${TRACE_ID}-${SPAN_ID}-01`;
const REMOTE = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1, isRemote: true };
const under = (spanContext) => trace.setSpanContext(ROOT_CONTEXT, spanContext);

let tracing;
before(() => {
  tracing = createTestTracing({ http: false });
});
after(() => tracing.shutdown());

const theirTraceContext = new W3CTraceContextPropagator();
const theirBaggage = new W3CBaggagePropagator();

const injections = [
  ['nothing', ROOT_CONTEXT],
  ['a sampled span', under(REMOTE)],
  ['a span that is not sampled', under({ ...REMOTE, traceFlags: 0 })],
  ['a trace state', under({ ...REMOTE, traceState: createTraceState('congo=t61rcWkgMzE,rojo=1') })],
  ['an invalid span', under(INVALID_SPAN_CONTEXT)],
  ['suppressed tracing', suppressTracing(under(REMOTE))],
];
for (const [what, from] of injections) {
  test(`inject ${what}, as OpenTelemetry`, () => {
    const ours = {};
    const theirs = {};
    propagation.inject(from, ours);
    theirTraceContext.inject(from, theirs, defaultTextMapSetter);
    assert.deepEqual(ours, theirs);
  });
}

test('an empty trace state is no header', () => {
  // OpenTelemetry JS writes an empty one, which the specification tells vendors to avoid (W3C Trace Context, section 3.3.1.1).
  assert.deepEqual(injectTraceContext({}, under({ ...REMOTE, traceState: createTraceState('') })), { traceparent: HEADER });
});

const extractions = [
  {},
  { traceparent: HEADER },
  { traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` },
  { traceparent: HEADER, tracestate: 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7' },
  { traceparent: HEADER, tracestate: '' },
  { traceparent: HEADER, tracestate: ['a=1', 'b=2'] },
  { traceparent: [HEADER] },
  { traceparent: 'no header' },
  { tracestate: 'a=1' },
  { traceparent: `cc-${TRACE_ID}-${SPAN_ID}-01-more` },
];
for (const carrier of extractions) {
  test(`extract ${JSON.stringify(carrier)}, as OpenTelemetry`, () => {
    const read = (from) => {
      const found = trace.getSpanContext(from);
      return found && { ...found, traceState: found.traceState?.serialize() || undefined };
    };
    const theirs = theirTraceContext.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    assert.deepEqual(read(propagation.extract(ROOT_CONTEXT, carrier)), read(theirs));
  });
}

test('two traceparent headers contradict each other, and neither counts', () => {
  // OpenTelemetry JS takes the first; the specification (W3C Trace Context, section 3.2.1) takes none.
  assert.equal(propagation.extract(ROOT_CONTEXT, { traceparent: [HEADER, HEADER.replace('4', '5')] }), ROOT_CONTEXT);
});

const baggages = [
  { key: { value: 'value' } },
  { a: { value: '1' }, b: { value: '2' } },
  { spaces: { value: 'a value, with; special = characters "%"' } },
  { unicode: { value: 'naïve 字 🚀' } },
  { meta: { value: 'x', metadata: baggageEntryMetadataFromString('property=1;other') } },
  { empty: { value: '' } },
];
for (const entries of baggages) {
  const from = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries));
  test(`baggage ${JSON.stringify(entries)} is understood by OpenTelemetry`, () => {
    const carrier = {};
    propagation.inject(from, carrier);
    const read = propagation.getBaggage(theirBaggage.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter));
    const wanted = propagation.getBaggage(from).getAllEntries();
    assert.deepEqual(plainBaggage(read?.getAllEntries()), plainBaggage(wanted.filter(([, { value }]) => value !== '')));
  });
  test(`baggage ${JSON.stringify(entries)} from OpenTelemetry is understood`, () => {
    const carrier = {};
    theirBaggage.inject(from, carrier, defaultTextMapSetter);
    const read = propagation.getBaggage(propagation.extract(ROOT_CONTEXT, carrier));
    assert.deepEqual(plainBaggage(read?.getAllEntries()), plainBaggage(propagation.getBaggage(from).getAllEntries()));
  });
}
const plainBaggage = (entries = []) => entries.map(([key, { value, metadata }]) => [key, value, metadata?.toString() ?? '']);

test('the fields of both propagators are known', () => {
  assert.deepEqual(propagation.fields().sort(), ['baggage', 'traceparent', 'tracestate']);
});

// Carriers of the helpers.

const carriers = {
  'a plain object': (name, value) => ({ [name]: value }),
  'an object without prototype': (name, value) => Object.assign(Object.create(null), { [name]: value }),
  'an object with names in another case': (name, value) => ({ [name.toUpperCase()]: value }),
  'an object with the first letters large': (name, value) => ({ [name[0].toUpperCase() + name.slice(1)]: value }),
  'a Map': (name, value) => new Map([[name, value]]),
  'a Map with names in another case': (name, value) => new Map([[name.toUpperCase(), value]]),
  Headers: (name, value) => new Headers({ [name]: value }),
  'an object with arrays': (name, value) => ({ [name]: [value] }),
  'an object with Buffers, as Kafka gives': (name, value) => ({ [name]: Buffer.from(value) }),
};
for (const [what, make] of Object.entries(carriers)) {
  test(`extractTraceContext reads ${what}`, () => {
    assert.deepEqual(trace.getSpanContext(extractTraceContext(make('traceparent', HEADER))), REMOTE);
  });
}

test('extractTraceContext lays the context over the one it is given', () => {
  const key = Symbol('key');
  const base = ROOT_CONTEXT.setValue(key, 'kept');
  assert.equal(extractTraceContext({ traceparent: HEADER }, base).getValue(key), 'kept');
  assert.equal(extractTraceContext({}, base), base);
});

for (const [what, make, read] of [
  ['a plain object', () => ({}), (carrier) => carrier.traceparent],
  ['a Map', () => new Map(), (carrier) => carrier.get('traceparent')],
  ['Headers', () => new Headers(), (carrier) => carrier.get('traceparent')],
]) {
  test(`injectTraceContext writes ${what} and gives it back`, () => {
    const carrier = make();
    assert.equal(injectTraceContext(carrier, under(REMOTE)), carrier);
    assert.equal(read(carrier), HEADER);
  });
}

test('injectTraceContext takes the active context', () => {
  assert.equal(context.with(under(REMOTE), () => injectTraceContext({})).traceparent, HEADER);
  assert.deepEqual(injectTraceContext({}), {});
});

test('what is injected is extracted', () => {
  const state = createTraceState('vendor=1');
  const from = propagation.setBaggage(under({ ...REMOTE, traceState: state }), propagation.createBaggage({ user: { value: 'ü' } }));
  const found = extractTraceContext(injectTraceContext(new Map(), from));
  assert.equal(trace.getSpanContext(found).traceState.serialize(), 'vendor=1');
  assert.equal(propagation.getBaggage(found).getEntry('user').value, 'ü');
});

const hostile = {
  undefined: undefined,
  null: null,
  'a number': 42,
  'a string': HEADER,
  'a symbol': Symbol('s'),
  'a function': () => {},
  'a frozen object': Object.freeze({}),
  'an object with a throwing getter': {
    get traceparent() {
      throw new Error('getter');
    },
  },
  'a proxy that throws': new Proxy({}, { get: () => fail(), set: () => fail(), ownKeys: () => fail(), has: () => fail() }),
  'a revoked proxy': revoked(),
  'a Map that throws': Object.assign(new Map(), { get: fail, set: fail, keys: fail }),
  'a Map with keys that are no strings': new Map([[Symbol('s'), 1]]),
  'values of other types': { traceparent: { toString: fail }, tracestate: 1n, baggage: [Symbol('s'), null, {}] },
};
function fail() {
  throw new Error('hostile');
}
function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
for (const [what, carrier] of Object.entries(hostile)) {
  test(`extractTraceContext finds nothing in ${what}`, () => {
    assert.equal(extractTraceContext(carrier, ROOT_CONTEXT), ROOT_CONTEXT);
    assert.equal(trace.getSpanContext(extractTraceContext(carrier)), undefined);
  });
  test(`injectTraceContext gives ${what} back`, () => assert.equal(injectTraceContext(carrier, under(REMOTE)), carrier));
}

for (const header of ['x'.repeat(10_000_000), '='.repeat(1000), `${'a=1,'.repeat(5000)}`, '\u0000', ',,,', 'a=%ff%fe', 'a=%', '__proto__=1', ';']) {
  test(`hostile tracestate and baggage: ${JSON.stringify(header.slice(0, 20))} of ${header.length}`, () => {
    const found = extractTraceContext({ traceparent: HEADER, tracestate: header, baggage: header });
    assert.equal(trace.getSpanContext(found).traceId, TRACE_ID, 'a bad trace state does not take the parent away');
    assert.ok((trace.getSpanContext(found).traceState?.serialize().length ?? 0) <= 512 || header.length < 10_000_000);
    assert.equal({}.polluted, undefined);
  });
}
