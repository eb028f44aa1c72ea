/** Context in and out of carriers: objects of headers of any kind. */
import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { activeContext, activePropagator } from '../trace/active';
import { EMPTY_CONTEXT } from '../trace/context';

type Indexed = Record<string, unknown>;
interface MapLike {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
  keys(): Iterable<string>;
}

/** Reads plain objects in any case of their keys, arrays, Buffers, `Map` and `Headers`. */
const GETTER: TextMapGetter<unknown> = {
  keys(carrier) {
    if (isMapLike(carrier)) return [...carrier.keys()];
    return isIndexed(carrier) ? Object.keys(carrier) : [];
  },
  get(carrier, key) {
    if (isMapLike(carrier)) {
      return textOf(carrier.get(key) ?? find([...carrier.keys()], key, (name) => carrier.get(name)));
    }
    if (!isIndexed(carrier)) return undefined;
    return textOf(carrier[key] ?? find(Object.keys(carrier), key, (name) => carrier[name]));
  },
};

const SETTER: TextMapSetter<unknown> = {
  set(carrier, key, value) {
    if (isMapLike(carrier)) carrier.set(key, value);
    else if (isIndexed(carrier)) carrier[key] = value;
  },
};

/**
 * The context that a carrier names, over the root context or `base`. A carrier without valid context gives `base` back. Never throws.
 *
 * @example
 * context.with(extractTraceContext(request.headers), () => handle(request));
 */
export function extractTraceContext(carrier: unknown, base: Context = EMPTY_CONTEXT): Context {
  return activePropagator()?.extract(base, carrier, GETTER) ?? base;
}

/**
 * Writes a context, by default the active one, into a carrier and returns the carrier. Never throws.
 *
 * @example
 * await fetch(url, { headers: injectTraceContext({}) });
 */
export function injectTraceContext<T>(carrier: T, context: Context = activeContext()): T {
  activePropagator()?.inject(context, carrier, SETTER);
  return carrier;
}

function isIndexed(carrier: unknown): carrier is Indexed {
  // Bytes are no carrier, and have a key for each of them.
  return typeof carrier === 'object' && carrier !== null && !ArrayBuffer.isView(carrier);
}

function isMapLike(carrier: unknown): carrier is MapLike {
  return isIndexed(carrier) && typeof carrier['get'] === 'function' && typeof carrier['set'] === 'function' && typeof carrier['keys'] === 'function';
}

/** A header's name is the same in any case; the exact one was looked for before. */
function find(names: string[], key: string, read: (name: string) => unknown): unknown {
  const name = names.find((candidate) => candidate.toLowerCase() === key);
  return name === undefined ? undefined : read(name);
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
