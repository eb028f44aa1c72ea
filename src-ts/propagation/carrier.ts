/** Context in and out of carriers: objects of headers of any kind. */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { activeContext, activePropagator } from '../trace/active';
import { EMPTY_CONTEXT } from '../trace/context';
import { isW3C } from './propagators';
import { withParent } from './w3c';

type Indexed = Record<string, unknown>;
type Pair = [name: string, value: unknown];
interface MapLike {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
  keys(): Iterable<string>;
}

/** Reads plain objects in any case of their keys, values that are lists or Buffers, `Map`, `Headers`, and lists of pairs. */
const GETTER: TextMapGetter<unknown> = {
  keys: namesOf,
  get(carrier, key) {
    if (isMapLike(carrier)) return textOf(carrier.get(key) ?? read(carrier, key, (name) => carrier.get(name)));
    if (Array.isArray(carrier)) return textsOf(pairsNamed(carrier, key));
    return isIndexed(carrier) ? PLAIN_GETTER.get(carrier, key) : undefined;
  },
};

/** Reads plain objects alone. */
const PLAIN_GETTER: TextMapGetter<Indexed> = {
  keys: Object.keys,
  get(carrier, key) {
    const exact = carrier[key];
    if (exact !== undefined && exact !== null) return textOf(exact);
    const name = nameIn(carrier, key);
    return name === undefined ? undefined : textOf(carrier[name]);
  },
};

/** Reads plain objects with names in lower case, after {@link hasOtherCases} has gone through them. */
const EXACT_GETTER: TextMapGetter<Indexed> = {
  keys: Object.keys,
  get: (carrier, key) => (((asked.found >>> key.length) & 1) === 0 ? undefined : textOf(carrier[key])),
};

/** Writes to plain objects that have no names yet but its own. */
const PLAIN_SETTER: TextMapSetter<Indexed> = {
  set(carrier, key, value) {
    carrier[key] = value;
  },
};

/** Writes the same kinds of carriers. A name that is there in another case is written over: two headers would contradict each other. */
const SETTER: TextMapSetter<unknown> = {
  set(carrier, key, value) {
    if (isMapLike(carrier)) {
      carrier.set(sameName(namesOf(carrier), key) ?? key, value);
    } else if (Array.isArray(carrier)) {
      const [pair, ...others] = pairsNamed(carrier, key);
      for (const other of others) carrier.splice(carrier.indexOf(other), 1);
      if (pair !== undefined) pair[1] = value;
      else if (carrier.every(isPair)) carrier.push([key, value]);
    } else if (isIndexed(carrier)) {
      carrier[nameIn(carrier, key) ?? key] = value;
    }
  },
};

/**
 * The context that a carrier names, over an empty context or `base`. A carrier without valid context gives `base` back. Never throws.
 *
 * @example
 * context.with(extractTraceContext(request.headers), () => handle(request));
 */
export function extractTraceContext(carrier: unknown, base: Context = EMPTY_CONTEXT): Context {
  try {
    return activePropagator()?.extract(base, carrier, GETTER) ?? base;
  } catch {
    // Ours never throws; another SDK's propagator may, over a carrier that does.
    return base;
  }
}

/**
 * Writes a context, by default the active one, into a carrier and returns the carrier. Never throws.
 *
 * @example
 * await fetch(url, { headers: injectTraceContext({}) });
 */
export function injectTraceContext<T>(carrier: T, context: Context = activeContext()): T {
  try {
    activePropagator()?.inject(context, carrier, SETTER);
  } catch {
    // As above.
  }
  return carrier;
}

/** {@link extractTraceContext} over an empty context, for what is known to be a plain object, in whatever case its names are. */
export function extractPlainly(carrier: Indexed): Context {
  try {
    const propagator = activePropagator();
    if (propagator === undefined) return EMPTY_CONTEXT;
    if (hasOtherCases(carrier, propagator)) return propagator.extract(EMPTY_CONTEXT, carrier, PLAIN_GETTER);
    if (asked.isW3C === true && (asked.found & BESIDE_TRACEPARENT) === 0) {
      const { traceparent } = carrier;
      if (typeof traceparent === 'string') return withParent(EMPTY_CONTEXT, traceparent);
    }
    return propagator.extract(EMPTY_CONTEXT, carrier, EXACT_GETTER);
  } catch {
    return EMPTY_CONTEXT;
  }
}

/** {@link injectTraceContext} into a plain object without headers. */
export function injectPlainly(carrier: Indexed, context: Context): void {
  try {
    activePropagator()?.inject(context, carrier, PLAIN_SETTER);
  } catch {
    // As above.
  }
}

/** The lengths of `tracestate` and `baggage`. */
const BESIDE_TRACEPARENT = (1 << 10) | (1 << 7);

/** The fields of the propagator that was asked last, whether it is W3C's, a bit for each of their lengths, and one for each length of a name in the carrier. */
const asked: { propagator: TextMapPropagator | undefined; isW3C: boolean; fields: ReadonlySet<string>; lengths: number; found: number } = {
  propagator: undefined,
  isW3C: false,
  fields: new Set(),
  lengths: 0,
  found: 0,
};

/** Whether a name may be one of the propagator's in another case. One look over all names costs less than one for each field that is not there. */
function hasOtherCases(carrier: Indexed, propagator: TextMapPropagator): boolean {
  ask(propagator);
  let found = 0;
  for (const name in carrier) {
    // The bit of a length is that of the length less 32 as well, which costs a look and no more; the usual name needs none.
    if (name !== 'traceparent' && ((asked.lengths >>> name.length) & 1) !== 0 && !asked.fields.has(name)) return true;
    found |= 1 << name.length;
  }
  asked.found = found;
  return false;
}

/** Whether a plain object has a name of the active propagator's, in whatever case. */
export function mayCarry(carrier: Indexed): boolean {
  const fields = activeFields();
  if (fields.size === 0) return false;
  for (const name in carrier) {
    if (((asked.lengths >>> name.length) & 1) !== 0 && (fields.has(name) || fields.has(name.toLowerCase()))) return true;
  }
  return false;
}

/** The names of the active propagator's that a carrier of any kind has, in lower case. */
export function fieldsIn(carrier: unknown): string[] {
  const fields = activeFields();
  return namesOf(carrier)
    .map((name) => String(name).toLowerCase())
    .filter((name) => fields.has(name));
}

/** Whether any format is turned on. */
export function isPropagated(): boolean {
  return activeFields().size > 0;
}

const NO_FIELDS: ReadonlySet<string> = new Set();

/** The fields of the active propagator. */
function activeFields(): ReadonlySet<string> {
  const propagator = activePropagator();
  if (propagator === undefined) return NO_FIELDS;
  ask(propagator);
  return asked.fields;
}

/** Apart from what it seldom has to do, so that V8 puts it in line. */
function ask(propagator: TextMapPropagator): void {
  if (asked.propagator !== propagator) askAnew(propagator);
}

function askAnew(propagator: TextMapPropagator): void {
  asked.fields = new Set(propagator.fields());
  asked.lengths = [...asked.fields].reduce((lengths, { length }) => lengths | (1 << length), 0);
  asked.propagator = propagator;
  asked.isW3C = isW3C(propagator);
}

function isIndexed(carrier: unknown): carrier is Indexed {
  // Bytes are no carrier, and have a key for each of them.
  return typeof carrier === 'object' && carrier !== null && !ArrayBuffer.isView(carrier);
}

function isMapLike(carrier: unknown): carrier is MapLike {
  return isIndexed(carrier) && typeof carrier['get'] === 'function' && typeof carrier['set'] === 'function' && typeof carrier['keys'] === 'function';
}

function isPair(entry: unknown): entry is Pair {
  return Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string';
}

function pairsOf(list: readonly unknown[]): Pair[] {
  return list.filter(isPair);
}

function pairsNamed(list: readonly unknown[], key: string): Pair[] {
  return pairsOf(list).filter(([name]) => isSameName(name, key));
}

function namesOf(carrier: unknown): string[] {
  if (isMapLike(carrier)) return [...carrier.keys()];
  if (Array.isArray(carrier)) return pairsOf(carrier).map(([name]) => name);
  return isIndexed(carrier) ? Object.keys(carrier) : [];
}

/** The name in an object as it has it. Names of other lengths, which most are, cost next to nothing. */
function nameIn(carrier: Indexed, key: string): string | undefined {
  for (const name in carrier) if (isSameName(name, key) && Object.hasOwn(carrier, name)) return name;
  return undefined;
}

/** A header's name is the same in any case; the exact one was looked for before. */
function read(carrier: unknown, key: string, get: (name: string) => unknown): unknown {
  const name = sameName(namesOf(carrier), key);
  return name === undefined ? undefined : get(name);
}

/** The name as the carrier has it. */
function sameName(names: readonly unknown[], key: string): string | undefined {
  return names.find((name): name is string => isSameName(name, key));
}

/** `key` is in lower case. */
function isSameName(name: unknown, key: string): boolean {
  return typeof name === 'string' && name.length === key.length && (name === key || name.toLowerCase() === key);
}

/** A header that came several times is a list: which of them counts is the propagator's to say. */
function textsOf(pairs: readonly Pair[]): string | string[] | undefined {
  return pairs.length > 1 ? pairs.flatMap(([, value]) => textOf(value) ?? []) : textOf(pairs[0]?.[1]);
}

function textOf(value: unknown): string | string[] | undefined {
  if (!Array.isArray(value)) return singleText(value);
  // A list in the list is no header; going into it could take without end.
  return value.map(singleText).filter((part) => part !== undefined);
}

function singleText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1') : undefined;
}
