/**
 * The fast path of lists (`tracestate`, `baggage`): one look at each character tells whether a header is certainly right, that is `key=value`
 * pairs between commas, of the characters that they may have, without white space and without a key twice. Every other header is Rust's to judge.
 */

/** The most pairs that the fast path takes. */
const MAX_PAIRS = 32;
const COMMA = 44;
const SEMICOLON = 59;
const EQUALS = 61;

/** Bits of {@link KIND}: which part of which header a character may be in. */
const STATE_START = 1;
const STATE_KEY = 2;
const STATE_VALUE = 4;
const BAGGAGE_KEY = 8;
const BAGGAGE_VALUE = 16;
const PROPERTY = 32;

const KIND = new Uint8Array(128);
mark(STATE_START | STATE_KEY, 'abcdefghijklmnopqrstuvwxyz0123456789');
mark(STATE_KEY, '_-*/');
mark(BAGGAGE_KEY, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&'*+-.^_`|~");
for (let code = 0x21; code < 0x7f; code++) {
  if (code !== COMMA && code !== EQUALS) KIND[code] |= STATE_VALUE;
  if (!'",;\\'.includes(String.fromCharCode(code))) KIND[code] |= BAGGAGE_VALUE;
  if (code !== COMMA && code !== SEMICOLON) KIND[code] |= PROPERTY;
}

function mark(bits: number, characters: string): void {
  for (const character of characters) KIND[character.charCodeAt(0)] |= bits;
}

/** What a list is made of. */
interface Grammar {
  /** Kinds of a key's first character, of all its characters, of a value's, and of a property's; zero where there are no properties. */
  start: number;
  key: number;
  value: number;
  property: number;
  /** The longest key and the longest value. */
  maxPart: number;
  /** The shortest value. */
  minValue: number;
}

/** `tracestate` (W3C Trace Context level 2, section 3.3): no tenants, no spaces. */
export const TRACESTATE: Grammar = { start: STATE_START, key: STATE_KEY, value: STATE_VALUE, property: 0, maxPart: 256, minValue: 1 };
/** `baggage`: no escapes in keys; whether those in values are right is not looked at. */
export const BAGGAGE: Grammar = { start: BAGGAGE_KEY, key: BAGGAGE_KEY, value: BAGGAGE_VALUE, property: PROPERTY, maxPart: 8192, minValue: 0 };

/** Numbers of {@link places} for each pair. */
export const STRIDE = 4;
/** Where the pairs of the last list that was plain are: begin, equals sign, end of the value, and end of each. */
export const places = new Int32Array(MAX_PAIRS * STRIDE);

/** How many pairs a plain list has; zero for one that is not plain. */
export function countPlainPairs(text: string, grammar: Grammar): number {
  const { start, key, value, property, maxPart, minValue } = grammar;
  const end = text.length;
  let count = 0;
  let at = 0;
  while (at < end) {
    const begin = at;
    if ((kindOf(text.charCodeAt(at)) & start) === 0) return 0;
    while (++at < end && (kindOf(text.charCodeAt(at)) & key) !== 0);
    if (at >= end || text.charCodeAt(at) !== EQUALS || at - begin > maxPart) return 0;
    const equals = at;
    while (++at < end && (kindOf(text.charCodeAt(at)) & value) !== 0);
    const length = at - equals - 1;
    if (length < minValue || length > maxPart || count === MAX_PAIRS || isKnown(text, begin, equals, count)) return 0;
    const place = count++ * STRIDE;
    places[place] = begin;
    places[place + 1] = equals;
    places[place + 2] = at;
    while (property !== 0 && at < end && text.charCodeAt(at) === SEMICOLON) {
      const semicolon = at;
      while (++at < end && (kindOf(text.charCodeAt(at)) & property) !== 0);
      if (at === semicolon + 1) return 0;
    }
    places[place + 3] = at;
    if (at === end) return count;
    if (text.charCodeAt(at++) !== COMMA) return 0;
  }
  // Nothing, or a comma at the end.
  return 0;
}

function kindOf(code: number): number {
  return code < 128 ? KIND[code] : 0;
}

/** Whether one of the first `count` keys is the one from `begin` to `equals`. */
function isKnown(text: string, begin: number, equals: number, count: number): boolean {
  for (let place = 0; place < count * STRIDE; place += STRIDE) {
    const known = places[place];
    if (places[place + 1] - known !== equals - begin) continue;
    let offset = 0;
    while (begin + offset < equals && text.charCodeAt(known + offset) === text.charCodeAt(begin + offset)) offset++;
    if (begin + offset === equals) return true;
  }
  return false;
}
