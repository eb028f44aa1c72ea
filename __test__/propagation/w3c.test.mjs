/** W3C Trace Context level 2, on the propagators: what is read of headers, and what goes on below it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { extractTraceContext, injectTraceContext, withSpan } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { flags, parts, traceparents, tracestates } from './vectors.mjs';

let tracing;
before(() => {
  tracing = createTestTracing({ http: false });
});
after(() => tracing.shutdown());

/** Headers as an object, as most transports give them: a name once, with one value or the list of them. */
function carrierOf(headers) {
  const carrier = {};
  for (const [name, value] of headers) carrier[name] = name in carrier ? [carrier[name], value].flat() : value;
  return carrier;
}

/** Headers as Node's HTTP server gives them: names in lower case, values of one name joined. */
function joinedOf(headers) {
  const carrier = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    carrier[key] = key in carrier ? `${carrier[key]}, ${value}` : value;
  }
  return carrier;
}

/** What a span below the extracted context sends on. */
function passedOn(found) {
  return context.with(found, () => withSpan('service', () => injectTraceContext({})));
}

for (const [kind, read] of [
  ['lists', (headers) => extractTraceContext(carrierOf(headers))],
  ['one line', (headers) => extractTraceContext(joinedOf(headers))],
  ['the API', (headers) => propagation.extract(ROOT_CONTEXT, joinedOf(headers))],
  ['Headers', (headers) => extractTraceContext(new Headers(headers))],
]) {
  for (const { why, headers, trace: traceId, state } of [...traceparents, ...tracestates]) {
    test(`${traceId === undefined ? 'a new trace' : 'kept'}, by ${kind}: ${why}`, () => {
      const found = read(headers);
      const sent = passedOn(found);
      if (traceId === undefined) {
        assert.equal(trace.getSpan(found), undefined);
        assert.notEqual(sent.traceparent.slice(3, 35), parts.TRACE);
      } else {
        assert.equal(trace.getSpanContext(found).spanId, parts.SPAN);
        assert.equal(trace.getSpanContext(found).isRemote, true);
        assert.equal(sent.traceparent.slice(3, 35), traceId);
        assert.notEqual(sent.traceparent.slice(36, 52), parts.SPAN);
      }
      assert.equal(sent.tracestate, state);
    });
  }
}

for (const [came, goesOn, why] of flags) {
  test(`flags ${came}: ${why}`, () => {
    const found = extractTraceContext({ traceparent: parts.PARENT.slice(0, -2) + came });
    assert.equal(injectTraceContext({}, found).traceparent.slice(-2), goesOn, 'passed on by a service that makes no span');
    assert.equal(passedOn(found).traceparent.slice(-2), goesOn, 'below a span of the service');
  });
}

test('a new trace has a random id, and says so', () => {
  assert.equal(passedOn(ROOT_CONTEXT).traceparent.slice(-2), '03');
});

test('several spans below one parent have ids of their own, in its trace', () => {
  const found = extractTraceContext({ traceparent: parts.PARENT });
  const sent = [passedOn(found), passedOn(found), passedOn(found)].map(({ traceparent }) => traceparent);
  assert.equal(new Set(sent).size, 3);
  assert.deepEqual(new Set(sent.map((header) => header.slice(3, 35))), new Set([parts.TRACE]));
});

// The trace state as the API has it.

const stateOf = (header) => trace.getSpanContext(extractTraceContext({ traceparent: parts.PARENT, tracestate: header })).traceState;

test('a trace state gives its members, and changes by copies', () => {
  const state = stateOf('a=1,b=2');
  assert.deepEqual([state.get('a'), state.get('b'), state.get('c')], ['1', '2', undefined]);
  assert.equal(state.set('c', '3').serialize(), 'c=3,a=1,b=2', 'a new member comes first');
  assert.equal(state.set('b', '3').serialize(), 'b=3,a=1', 'and so does one that was changed');
  assert.equal(state.unset('a').serialize(), 'b=2');
  assert.equal(state.unset('c'), state);
  assert.equal(state.unset('a').unset('b').serialize(), '');
  assert.equal(state.serialize(), 'a=1,b=2');
});

test('a trace state takes what a header can hold', () => {
  const state = stateOf('a=1');
  for (const [key, value] of [
    ['A', '1'],
    ['', '1'],
    ['a', ''],
    ['a', 'x,b=1'],
    ['a', 'x=1'],
    ['a', 'x\r\ny'],
    ['a', 'ü'],
    ['a', ' x '],
    ['k'.repeat(257), '1'],
  ]) {
    assert.equal(state.set(key, value), state, JSON.stringify([key, value]));
  }
  assert.equal(state.set('fw529a3039@dt', 'x y').serialize(), 'fw529a3039@dt=x y,a=1');
  const full = stateOf(Array.from({ length: 32 }, (_, i) => `k${i}=1`).join(','));
  assert.equal(full.set('new', '1').serialize().split(',').length, 32, 'the last member makes room');
  assert.equal(full.set('new', '1').get('k31'), undefined);
});

test("somebody else's trace state is sent as far as a header can hold it", () => {
  const send = (serialize) =>
    injectTraceContext({}, trace.setSpanContext(ROOT_CONTEXT, { traceId: parts.TRACE, spanId: parts.SPAN, traceFlags: 1, traceState: { serialize } }))
      .tracestate;
  assert.equal(
    send(() => 'a=1'),
    'a=1',
  );
  assert.equal(
    send(() => ' a=1 ,b=2'),
    'a=1,b=2',
  );
  assert.equal(
    send(() => 'a=1\r\nset-cookie: x'),
    undefined,
  );
  assert.equal(
    send(() => ''),
    undefined,
  );
  assert.equal(
    send(() => 42),
    undefined,
  );
});
