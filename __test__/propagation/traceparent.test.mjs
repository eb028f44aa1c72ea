/** `parseTraceparent` and `formatTraceparent`: vectors of the specification, hostile headers, and the fast path against the codec it stands in for. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { formatTraceparent, parseTraceparent, TraceContext } from '@manifest-cyber/observability-ts';
import { addonPath } from '../parts/addon.mjs';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const HEADER = `00-${TRACE_ID}-${SPAN_ID}-01`;
const addon = createRequire(import.meta.url)(addonPath());

const accepted = [
  [HEADER, 1, 'the usual one'],
  [`00-${TRACE_ID}-${SPAN_ID}-00`, 0, 'not sampled'],
  [`00-${TRACE_ID}-${SPAN_ID}-02`, 2, 'random, level 2'],
  [`00-${TRACE_ID}-${SPAN_ID}-03`, 3, 'sampled and random'],
  [`00-${TRACE_ID}-${SPAN_ID}-ff`, 3, 'flags that nobody knows are read as zero'],
  [`00-${TRACE_ID}-${SPAN_ID}-09`, 1, 'one flag that nobody knows'],
  [`cc-${TRACE_ID}-${SPAN_ID}-01`, 1, 'a later version of the same length'],
  [`cc-${TRACE_ID}-${SPAN_ID}-01-what-the-future-will-be-like`, 1, 'a later version with more parts'],
  [`01-${TRACE_ID}-${SPAN_ID}-01-`, 1, 'a later version with an empty part'],
  [`  ${HEADER}\t`, 1, 'white space around a header is not part of it'],
];
for (const [header, traceFlags, why] of accepted) {
  test(`accepted: ${why}`, () => assert.deepEqual(parseTraceparent(header), { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags, isRemote: true }));
}

const rejected = [
  ['', 'empty'],
  ['00', 'a version only'],
  [HEADER.slice(0, -1), 'one character short'],
  [`${HEADER}0`, 'one character long'],
  [`${HEADER}-`, 'version 00 has four parts'],
  [`${HEADER}-00`, 'version 00 has four parts'],
  [`ff-${TRACE_ID}-${SPAN_ID}-01`, 'version ff is forbidden'],
  [`cc-${TRACE_ID}-${SPAN_ID}-01.what`, 'more parts begin with a hyphen'],
  [`0-${TRACE_ID}-${SPAN_ID}-01`, 'a short version'],
  [`00-${'0'.repeat(32)}-${SPAN_ID}-01`, 'a trace id of zeros'],
  [`00-${TRACE_ID}-${'0'.repeat(16)}-01`, 'a span id of zeros'],
  [HEADER.toUpperCase(), 'upper case'],
  [`00-${TRACE_ID.slice(1)}G-${SPAN_ID}-01`, 'no hex digit'],
  [`00-${TRACE_ID.slice(1)}+-${SPAN_ID}-01`, 'a sign'],
  [`00-${TRACE_ID.slice(1)}０-${SPAN_ID}-01`, 'a full-width digit'],
  [`00_${TRACE_ID}_${SPAN_ID}_01`, 'other separators'],
  [`00-${TRACE_ID}-${SPAN_ID}-0x`, 'flags that are no hex'],
  [`00-${TRACE_ID}-${SPAN_ID}-1`, 'short flags'],
  [`00-${SPAN_ID}-${TRACE_ID}-01`, 'ids in the wrong order'],
  [`${HEADER}\u0000`, 'a zero byte'],
  [`${HEADER},${HEADER}`, 'two headers'],
  [`\n${HEADER}`, 'a line break'],
  ['-'.repeat(55), 'hyphens only'],
  ['0'.repeat(55), 'zeros only'],
  ['🚀'.repeat(20), 'no ASCII'],
  [`cc-${TRACE_ID}-${SPAN_ID}-01-${'x'.repeat(10_000_000)}`, 'ten megabytes'],
];
for (const [header, why] of rejected) {
  test(`rejected: ${why}, ${JSON.stringify(header.slice(0, 80))}`, () => assert.equal(parseTraceparent(header), undefined));
}

for (const value of [undefined, null, 42, 1n, Symbol('s'), {}, [], [HEADER], () => HEADER, Buffer.from(HEADER), Object(HEADER), true]) {
  test(`no string: ${typeof value} ${String(value?.constructor?.name)}`, () => assert.equal(parseTraceparent(value), undefined));
}

test('the fast path and the codec in Rust agree on every header', () => {
  const judge = (header) => {
    const words = addon.parseTraceparent(header);
    if (words === null) return undefined;
    const hex = [...words.slice(0, 6)].map((word) => word.toString(16).padStart(8, '0')).join('');
    return { traceId: hex.slice(0, 32), spanId: hex.slice(32), traceFlags: words[6], isRemote: true };
  };
  let valid = 0;
  for (const header of corpus()) {
    const expected = judge(header);
    assert.deepEqual(parseTraceparent(header), expected, JSON.stringify(header));
    if (expected !== undefined) valid++;
  }
  assert.ok(valid > 1000, `only ${valid} headers of the corpus are valid`);
});

/** Headers near the border between right and wrong: each place of a right one with each kind of character, cut, lengthened, and mixed. */
function* corpus() {
  const characters = [...'0159afgAFG-_+ x.\t\n\u0000\u007f', 'é', '字', '\ud800'];
  for (let at = 0; at < HEADER.length; at++) {
    for (const character of characters) {
      yield HEADER.slice(0, at) + character + HEADER.slice(at + 1);
      yield HEADER.slice(0, at) + character + HEADER.slice(at);
    }
    yield HEADER.slice(0, at);
    yield HEADER.slice(0, at) + HEADER.slice(at + 1);
  }
  for (let flags = 0; flags < 256; flags++) yield HEADER.slice(0, -2) + flags.toString(16).padStart(2, '0');
  for (let version = 0; version < 256; version++) yield version.toString(16).padStart(2, '0') + HEADER.slice(2);
  const digit = () => Math.floor(Math.random() * 16).toString(16);
  const hex = (length) => Array.from({ length }, digit).join('');
  for (let i = 0; i < 3000; i++) {
    const header = `00-${hex(32)}-${hex(16)}-0${i % 4}`;
    yield header;
    const at = Math.floor(Math.random() * header.length);
    yield header.slice(0, at) + characters[i % characters.length] + header.slice(at + 1);
  }
  for (let at = 3; at < 35; at++) yield `00-${'0'.repeat(at - 3)}1${'0'.repeat(34 - at)}-${SPAN_ID}-01`;
  for (let at = 0; at < 16; at++) yield `00-${TRACE_ID}-${'0'.repeat(at)}1${'0'.repeat(15 - at)}-01`;
}

test('formatTraceparent writes version 00', () => {
  assert.equal(formatTraceparent({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 }), HEADER);
  assert.equal(formatTraceparent({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 }), `${HEADER.slice(0, -2)}00`);
  assert.equal(formatTraceparent({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0xff }), `${HEADER.slice(0, -2)}03`);
});

test('formatTraceparent writes ids in lower case, as the header must have them', () => {
  assert.equal(formatTraceparent({ traceId: TRACE_ID.toUpperCase(), spanId: SPAN_ID.toUpperCase(), traceFlags: 1 }), HEADER);
});

test('what was written is read back', () => {
  for (let traceFlags = 0; traceFlags < 4; traceFlags++) {
    const written = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags };
    assert.deepEqual(parseTraceparent(formatTraceparent(written)), { ...written, isRemote: true });
  }
});

for (const context of [
  undefined,
  null,
  42,
  'x',
  {},
  { traceId: TRACE_ID },
  { traceId: '0'.repeat(32), spanId: SPAN_ID, traceFlags: 1 },
  { traceId: 'g'.repeat(32), spanId: SPAN_ID, traceFlags: 1 },
  { traceId: 1n, spanId: Symbol('s'), traceFlags: {} },
]) {
  test(`formatTraceparent of what is no context: ${context === null ? 'null' : typeof context} ${Object.keys(context ?? {})}`, () =>
    assert.equal(formatTraceparent(context), undefined));
}

test('formatTraceparent of a context that throws gives none', () => {
  const hostile = {
    get traceId() {
      throw new Error('getter');
    },
  };
  assert.equal(formatTraceparent(hostile), undefined);
});

test('TraceContext.generateRandom makes valid ids, new ones each time', () => {
  const contexts = Array.from({ length: 1000 }, () => TraceContext.generateRandom());
  for (const { trace_id, span_id, parent_id } of contexts) {
    assert.match(trace_id, /^[0-9a-f]{32}$/);
    assert.match(span_id, /^[0-9a-f]{16}$/);
    assert.equal(parent_id, undefined);
  }
  assert.equal(new Set(contexts.map(({ trace_id }) => trace_id)).size, 1000);
  assert.equal(new Set(contexts.map(({ span_id }) => span_id)).size, 1000);
});

test('TraceContext.fromTraceparent continues a trace', () => {
  const context = TraceContext.fromTraceparent(HEADER);
  assert.deepEqual([context.trace_id, context.parent_id], [TRACE_ID, SPAN_ID]);
  assert.notEqual(context.span_id, SPAN_ID);
  assert.equal(context.toTraceparent(), `00-${TRACE_ID}-${context.span_id}-01`);
  assert.equal(context.toTraceparent(false), `00-${TRACE_ID}-${context.span_id}-00`);
  assert.equal(TraceContext.fromTraceparent('no header'), undefined);
});
