/** Values that no code of ours should have to meet. */

const fail = () => {
  throw new Error('hostile');
};

/** A proxy of `target` whose every trap throws. */
export const throwing = (target) =>
  new Proxy(
    target,
    Object.fromEntries(
      Object.getOwnPropertyNames(Reflect)
        .filter((name) => typeof Reflect[name] === 'function')
        .map((name) => [name, fail]),
    ),
  );

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function cycle() {
  const self = { a: 1 };
  self.self = self;
  return self;
}

function circularList() {
  const list = [];
  list.push(list, list);
  return list;
}

/** An array of arrays of … whose copies would be 4,096 to the power of seven. */
function bomb() {
  let level = Array(4096).fill(1);
  for (let i = 0; i < 6; i++) level = Array(4096).fill(level);
  return Array(64).fill(level);
}

function mapBomb() {
  let level = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`k${i}`, i]));
  for (let i = 0; i < 6; i++) {
    const inner = level;
    level = Object.fromEntries(Array.from({ length: 4000 }, (_, n) => [`k${n}`, inner]));
  }
  return { a: level, b: level };
}

/** Each under its description. */
export const hostileValues = {
  undefined: undefined,
  null: null,
  'a symbol': Symbol('s'),
  'a big integer': 10n ** 100n,
  'a function': () => {},
  'a class': class {},
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  'minus zero': -0,
  'a lone surrogate': 'a\ud800b',
  'ten megabytes of text': 'x'.repeat(10_000_000),
  'a megabyte that is not ASCII': '字'.repeat(350_000),
  'an empty string': '',
  'a zero byte': '\u0000',
  __proto__name: '__proto__',
  'an object': {},
  'an object without prototype': Object.create(null),
  'an object with a throwing getter': Object.defineProperty({}, 'key', { enumerable: true, get: fail }),
  'an object whose conversion throws': { toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail, toJSON: fail },
  'a proxy that throws': throwing({}),
  'a proxy of an array that throws': throwing([]),
  'a proxy of a function that throws': throwing(() => {}),
  'a revoked proxy': revoked({}),
  'a revoked proxy of an array': revoked([]),
  'an array with a throwing element': Object.defineProperty([1, 2], 1, { get: fail }),
  'an array with a throwing iterator': Object.assign([1], { [Symbol.iterator]: fail }),
  'an array that claims to be long': Object.assign(new Array(100_000), { 0: 1 }),
  'a sparse array': Object.assign(new Array(3), { 2: 'x' }),
  'an array of everything': [1, 'a', true, null, undefined, {}, []],
  'an array of symbols': [Symbol('s')],
  'an object that holds itself': cycle(),
  'an array that holds itself twice': circularList(),
  'arrays in arrays without end': bomb(),
  'maps in maps without end': mapBomb(),
  'a hundred thousand elements': Array.from({ length: 100_000 }, (_, i) => i),
  'a Date': new Date(),
  'an invalid Date': new Date(Number.NaN),
  'a Date whose time throws': Object.assign(new Date(), { getTime: fail }),
  'a Map': new Map([['a', 1]]),
  'a Set': new Set([1]),
  'an Error': new Error('bad'),
  'a Promise': Promise.resolve(1),
  'a regular expression': /x/,
  bytes: new Uint8Array(10_000_000),
  'a Buffer': Buffer.from('text'),
  'other typed arrays': new Float64Array(4),
  'an ArrayBuffer': new ArrayBuffer(8),
  'a boxed string': Object('text'),
  'a pair of NaN': [Number.NaN, Number.NaN],
  'a pair of what is no number': ['a', 'b'],
};
