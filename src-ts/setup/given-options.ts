/** The options of `initTracing` as they are given: anything may be in them, and what is wrong with one must not cost the others. */
import { whole } from '../native/text';
import { warnOnce } from '../native/warn';
import type { TracingOptions } from './options';

/** Options that this side acts on; the rest is Rust's. */
const OWN = ['instrumentations', 'spanProcessors', 'http', 'libraries'] as const;

/** Those options, as they are. */
export type OwnOptions = Pick<TracingOptions, (typeof OWN)[number]>;

/** How deep an option may nest, and how many values it may have: a logger or an app in the wrong place leads to half of a process. */
const MAX_DEPTH = 16;
const MAX_VALUES = 10_000;
/** Names in a warning, and characters of each. */
const MAX_NAMES = 8;
const MAX_NAME_LENGTH = 100;
/** Stands for what is no attribute, so that Rust warns of it as of any other. */
const NO_ATTRIBUTE = {};

/** Reads each option by itself. One warning names those that could not be read. */
export function readOptions(options: TracingOptions): { own: OwnOptions; plain: unknown } {
  const unreadable: string[] = [];
  const leaveOut = (path: string): undefined => {
    unreadable.push(path);
  };
  const own: Record<string, unknown> = {};
  for (const name of OWN) own[name] = attempt(() => options[name], name, leaveOut);
  const plain = attempt(() => plainOptions(options, leaveOut), 'all of them', leaveOut);
  if (unreadable.length > 0) warnUnreadable([...new Set(unreadable)]);
  return { own, plain };
}

function plainOptions(options: TracingOptions, leaveOut: (path: string) => undefined): unknown {
  if (Array.isArray(options)) return [];
  const others = Object.keys(options).filter((name) => !(OWN as readonly string[]).includes(name)) as (keyof TracingOptions)[];
  return Object.fromEntries(
    others.map((name) => {
      const read = (): unknown => options[name];
      return [whole(name), name === 'resource' ? plainResource(read, leaveOut) : new PlainCopy(leaveOut).of(read, name)];
    }),
  );
}

function plainResource(read: () => unknown, leaveOut: (path: string) => undefined): unknown {
  const resource = new PlainCopy((path) => (path === 'resource' ? leaveOut(path) : NO_ATTRIBUTE)).of(read, 'resource');
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return resource;
  // JSON would make null of numbers that are none, and Rust takes null for nothing.
  const isNone = (value: unknown): boolean => value === null || (typeof value === 'number' && !Number.isFinite(value));
  return Object.fromEntries(Object.entries(resource).map(([key, value]) => [key, isNone(value) ? NO_ATTRIBUTE : value]));
}

/** Copies a value as `JSON.stringify` reads it, with `instead` of what JSON cannot hold. */
class PlainCopy {
  private readonly above: object[] = [];
  private left = MAX_VALUES;

  constructor(private readonly instead: (path: string) => unknown) {}

  of(read: () => unknown, path: string): unknown {
    return attempt(() => this.copy(read(), path), path, this.instead);
  }

  private copy(value: unknown, path: string): unknown {
    switch (typeof value) {
      case 'string':
        return whole(value);
      case 'object':
        return value === null ? null : this.inside(value, path);
      case 'number':
      case 'boolean':
      case 'undefined':
        return value;
      default:
        return this.instead(path);
    }
  }

  private inside(value: object, path: string): unknown {
    if (this.above.includes(value) || this.above.length >= MAX_DEPTH || this.left <= 0) return this.instead(path);
    this.above.push(value);
    try {
      return this.members(value, path);
    } finally {
      this.above.pop();
    }
  }

  private members(value: object, path: string): unknown {
    // A URL and a Date say what they are.
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.copy(toJSON.call(value), path);
    const keys = Object.keys(value).slice(0, this.left);
    this.left -= keys.length;
    const entries = keys.map((key) => [whole(key), this.of(() => (value as Record<string, unknown>)[key], `${path}.${key}`)] as const);
    return Array.isArray(value) ? entries.map(([, element]) => element ?? null) : Object.fromEntries(entries);
  }
}

function attempt(read: () => unknown, path: string, instead: (path: string) => unknown): unknown {
  try {
    return read();
  } catch {
    return instead(path);
  }
}

function warnUnreadable(paths: readonly string[]): void {
  const names = paths.slice(0, MAX_NAMES).map((path) => path.slice(0, MAX_NAME_LENGTH));
  if (paths.length > names.length) names.push(`${paths.length - names.length} more`);
  warnOnce(
    'OBS_OPTIONS_INVALID',
    `options that could not be read were left out: ${names.join(', ')}. Options are plain values, without functions, symbols, BigInts and circles, and their getters do not throw. All others are used.`,
  );
}
