/** Spans that take every way a record can take, made again by whoever knows the seed; and what must arrive of them. */

/** A generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Characters of one to four bytes of UTF-8, and halves of pairs. */
const CHARACTERS = ['a', 'Z', '0', ' ', '"', '\\', '\n', '\u0000', '\u007f', 'é', 'ß', '字', '\u2028', '🚀', '\ud800', '\udfff'];
const NUMBERS = [27, 31, 32, 53].flatMap((power) => [2 ** power - 1, 2 ** power, 2 ** power + 1].flatMap((number) => [number, -number]));
NUMBERS.push(
  0,
  -0,
  0.5,
  -1.25,
  5e-324,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 63,
  -(2 ** 63),
  2 ** 62,
);

const attributes = (...pairs) => ({ name: 'same', pairs });
const text = (length, pick) => Array.from({ length }, pick).join('');

/** What each kind of record is made of: a list of `{ name, scope, pairs, events }`; `renamed` is the name it gets after its first attribute. */
export const kinds = {
  'the same name with other keys in other orders': () => [
    attributes(['a', 1], ['b', 2]),
    attributes(['b', 2], ['a', 1]),
    attributes(['a', 1]),
    attributes(),
    attributes(['a', 'x'], ['b', 2]),
    attributes(['a', 'x'], ['b', 'x']),
    attributes(['c', 1], ['b', 2]),
  ],
  'values that change their type from span to span': () =>
    [1, '1', true, 1.5, null, [1], 'x', false, 0, '', -0, 1, 'x']
      .map((value) => attributes(['key', value]))
      .filter(({ pairs }) => pairs[0][1] !== null),
  'keys that are set again': () => [
    attributes(['a', 1], ['b', 2], ['a', 3]),
    attributes(['a', 1], ['b', 2], ['a', 4]),
    attributes(['a', 1], ['a', 2], ['a', 3], ['b', 1], ['b', 2]),
    attributes(...Array.from({ length: 300 }, (_, i) => [`k${i % 7}`, i])),
  ],
  'the beginnings of what spans of the name had before, and other ways on': () => {
    const pairs = Array.from({ length: 20 }, (_, i) => [`key.${i}`, i]);
    const all = pairs.map((_, i) => attributes(...pairs.slice(0, i)));
    return [attributes(...pairs), ...all.toReversed(), ...all.map(({ pairs }, i) => attributes(...pairs, [`other.${i % 3}`, 'x']))];
  },
  'names that change between attributes': () =>
    Array.from({ length: 20 }, (_, i) => ({
      name: `name ${i % 2}`,
      renamed: `name ${i % 3}`,
      pairs: [
        ['a', i],
        ['b', 'x'],
        ['c', true],
      ].slice(0, i % 4),
    })),
  'more sequences of keys than a name may have templates': () =>
    Array.from({ length: 60 }, (_, i) => attributes(['first', i], [`key ${i % 20}`, 'x'], ['last', true])),
  'more keys than a template may have': () =>
    [127, 128, 129, 200, 1000].map((count) => attributes(...Array.from({ length: count }, (_, i) => [`key.${i}`, i]))),
  'more strings than the dictionary holds': () =>
    Array.from({ length: 6000 }, (_, i) => attributes([`key.${i % 300}`, `value number ${i}`], [`other.${i % 300}`, `value number ${i - 300}`])),
  'more names than there may be templates': () => Array.from({ length: 1500 }, (_, i) => ({ name: `name ${i}`, pairs: [['i', i]] })),
  'more scopes than the dictionary holds, which then have none': () =>
    Array.from({ length: 300 }, (_, i) => ({ name: 'same', scope: `scope ${i}`, pairs: [['i', i]] })),
  'long names and keys': () =>
    [127, 128, 129, 1000, 5000].flatMap((length) => [{ name: 'n'.repeat(length), pairs: [['k'.repeat(length), 'v'.repeat(length)]] }]),
  'scopes with long names': () => [128, 129, 1000].map((length) => ({ name: 'same', scope: 's'.repeat(length), pairs: [] })),
  'strings of each length': () => Array.from({ length: 301 }, (_, length) => attributes(['text', 'x'.repeat(length)])),
  'strings of each length that are not ASCII': () =>
    Array.from({ length: 301 }, (_, length) => attributes(['text', 'x'.repeat(length) + CHARACTERS[9 + (length % 5)]])),
  'lone surrogates': () =>
    ['\ud800', 'a\udfffb', '\udfff\ud800', 'x'.repeat(47) + '\ud83d', 'x'.repeat(60) + '\ud83d\ude80\ude80'].map((value) =>
      attributes(['text', value]),
    ),
  'numbers at the bounds of their forms': () => NUMBERS.map((number) => attributes(['number', number], ['list', [number, number]])),
  'arrays, maps and bytes': () => [
    attributes(
      ['mixed', ['a', 1, true, null, 0.5]],
      ['nested', [[1, 2], ['x']]],
      ['map', { a: 1, b: { c: ['x', null] } }],
      ['bytes', Uint8Array.of(0, 1, 255)],
    ),
    attributes(
      ['empty', {}],
      ['none', []],
      ['nothing', new Uint8Array(0)],
      ['four', Uint8Array.of(1, 2, 3, 4)],
      ['five', Uint8Array.of(1, 2, 3, 4, 5)],
    ),
  ],
  'records of about the size of a slot': () => Array.from({ length: 200 }, (_, i) => attributes(['text', 'x'.repeat(7450 + i * 4)], ['after', i])),
  'records larger than a slot': () => [9_000, 20_000, 65_536].map((length) => attributes(['text', 'é'.repeat(length)], ['after', true])),
  'many large values': () => [attributes(...Array.from({ length: 120 }, (_, i) => [`k${i}`, 'y'.repeat(2000)]))],
  'many events and links': () => [{ name: 'events', pairs: [['a', 1]], events: 128 }],
  'more bytes than the ring holds, at intervals': () => Array.from({ length: 2600 }, (_, i) => attributes(['text', String(i).padEnd(4000, '.')])),
  'any mixture': (seed) => {
    const next = random(seed);
    const below = (count) => Math.floor(next() * count);
    const value = () => {
      switch (below(6)) {
        case 0:
          return NUMBERS[below(NUMBERS.length)];
        case 1:
          return next() < 0.5;
        case 2:
          return text(below(4), () => value());
        case 3:
          return below(1000);
        default:
          return text(below(below(2) ? 20 : 140), () => CHARACTERS[below(CHARACTERS.length)]);
      }
    };
    return Array.from({ length: 3000 }, () => ({
      name: `span ${below(12)}`,
      scope: `scope ${below(5)}`,
      renamed: below(10) === 0 ? `span ${below(12)}` : undefined,
      pairs: Array.from({ length: below(12) }, () => [`key ${below(9)}`, value()]),
    }));
  },
};

/** A value as the OTLP reader of the tests gives it: integers as bigint, text well formed. */
export function arrived(value) {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : value === -(2 ** 63) ? BigInt(value) : value;
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(arrived);
  if (value instanceof Uint8Array || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, arrived(inner)]));
}
