/** The fast paths of JavaScript against the codec in Rust, on one generated corpus: headers near the border between right and wrong. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { addonPath } from '../parts/addon.mjs';

const addon = createRequire(import.meta.url)(addonPath());
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
/** Headers of each kind; SEED=n repeats a run. */
const COUNT = 4000;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

let tracing;
before(() => {
  tracing = createTestTracing({ http: false });
});
after(() => tracing.shutdown());

/** Numbers that a seed repeats (mulberry32). */
let state = SEED;
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}
const pick = (list) => list[random(list.length)];
const text = (alphabet, most) => Array.from({ length: random(most + 1) }, () => pick(alphabet)).join('');

const PLAIN = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const CLOSE = [...PLAIN, ...'_-*/@ABC.!#$&\'+^`|~(){}<>?:"\\%; \t='];
const ODD = ['é', '字', '🚀', '\ud800', '\u0000', '\n', '\u007f', '%41', '%c3%a9', '%ff', '%4', ',', ',,', '@', '==', ';p=1', ' '];

/** A list whose members are mostly right, some of them twice, and some with a fault. */
function list() {
  const members = Array.from({ length: pick([1, 1, 2, 3, 3, 5, 33]) }, () => `${pick(PLAIN)}${text(PLAIN, 6)}=${text(PLAIN, 8)}${pick(PLAIN)}`);
  if (random(6) === 0) members.push(pick(members));
  if (random(6) === 0) members.push(`${pick(PLAIN)}${text(CLOSE, 6)}=${text(CLOSE, 8)}`);
  if (random(4) === 0) members.push(`b${members.length}=${text([...PLAIN, '%20', '%c3%a9', '%C3', '%'], 5)}${text([';', ';', '=', 'p', 'q'], 5)}`);
  if (random(20) === 0) members.push(`${'k'.repeat(255 + random(3))}=1`, `l=${'v'.repeat(255 + random(3))}`);
  let header = members.join(',');
  if (random(3) === 0) {
    const at = random(header.length + 1);
    header = header.slice(0, at) + pick([...ODD, ...CLOSE]) + header.slice(at + random(2));
  }
  return header;
}

test('traceparent', () => {
  let valid = 0;
  for (let i = 0; i < COUNT; i++) {
    let header = `00-${Array.from({ length: 32 }, () => random(16).toString(16)).join('')}-${Array.from({ length: 16 }, () => random(16).toString(16)).join('')}-0${random(4)}`;
    if (random(2) === 0) {
      const at = random(header.length + 1);
      header = header.slice(0, at) + pick([...ODD, ...'0fFg- _']) + header.slice(at + random(2));
    }
    const words = addon.parseTraceparent(header);
    const hex = words && [...words.slice(0, 6)].map((word) => word.toString(16).padStart(8, '0')).join('');
    const found = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent: header }));
    const expected = words ? { traceId: hex.slice(0, 32), spanId: hex.slice(32), traceFlags: words[6], isRemote: true } : undefined;
    assert.deepEqual(found, expected, `seed ${SEED}: ${JSON.stringify(header)}`);
    if (words) valid++;
  }
  assert.ok(valid > COUNT / 3 && valid < COUNT, `${valid} valid`);
});

test('tracestate', () => {
  let valid = 0;
  for (let i = 0; i < COUNT; i++) {
    const header = list();
    const expected = addon.normaliseTracestate(header) ?? undefined;
    const found = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent: PARENT, tracestate: header })).traceState;
    assert.equal(found?.serialize(), expected, `seed ${SEED}: ${JSON.stringify(header)}`);
    for (const member of expected?.split(',') ?? []) {
      const equals = member.indexOf('=');
      assert.equal(found.get(member.slice(0, equals)), member.slice(equals + 1), `seed ${SEED}: ${JSON.stringify(header)}`);
    }
    if (expected !== undefined) valid++;
  }
  assert.ok(valid > COUNT / 5 && valid < COUNT, `${valid} valid`);
});

const plain = (entries) => entries.map(([key, { value, metadata }]) => [key, value, metadata?.toString() ?? null]);

test('baggage, as it is read', () => {
  let whole = 0;
  for (let i = 0; i < COUNT; i++) {
    const header = list();
    const [isWhole, expected] = JSON.parse(addon.parseBaggage(header));
    const found = propagation.getBaggage(propagation.extract(ROOT_CONTEXT, { baggage: header }));
    assert.deepEqual(plain(found?.getAllEntries() ?? []), expected, `seed ${SEED}: ${JSON.stringify(header)}`);
    if (isWhole) whole++;
  }
  assert.ok(whole > COUNT / 5 && whole < COUNT, `${whole} whole`);
});

test('baggage, as it is written: the codec reads of it what was meant', () => {
  for (let i = 0; i < COUNT; i++) {
    const entries = {};
    for (let n = 0; n < 3; n++) entries[pick(PLAIN) + text([...PLAIN, ...CLOSE], 6)] = { value: text([...PLAIN, ...CLOSE, ...ODD], 10) };
    const carrier = {};
    propagation.inject(propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage(entries)), carrier);
    const expected = Object.entries(entries).map(([key, { value }]) => [key, Buffer.from(value).toString(), null]);
    assert.match(carrier.baggage, /^[\x21-\x7e]*$/);
    assert.deepEqual(JSON.parse(addon.parseBaggage(carrier.baggage)), [true, expected], `seed ${SEED}: ${JSON.stringify(entries)}`);
  }
});
