/**
 * What is registered with `@opentelemetry/api` in this thread. Its copies find each other's tracer provider, context manager and propagator in one global
 * object; this package reads and writes that object itself, because loading the API takes longer than all the rest of a start (docs/adr/0004).
 */
import type { Context, ContextManager, Span, TextMapPropagator, TracerProvider } from '@opentelemetry/api';
import { EMPTY_CONTEXT, SPAN_KEY } from './context';

/** What is registered, under the API's own names. */
export interface Registered {
  trace?: TracerProvider;
  context?: ContextManager;
  propagation?: TextMapPropagator;
}

/** The global object of API 1.x. Copies of the API with a newer minor version than `version` ignore it. */
type GlobalApi = Registered & { readonly version: string };

const API_KEY = Symbol.for('opentelemetry.js.api.1');
const holder = globalThis as { [API_KEY]?: GlobalApi };

type Places = { -readonly [K in keyof Registered]-?: Registered[K] | undefined };

/** What this package has registered: kept here, so that the hot path has nothing to look up. */
const own: Places = { trace: undefined, context: undefined, propagation: undefined };

/**
 * The global object, which the API never replaces, and what was in its places when they became ours: of a provider, the API's proxy for it. The API's own `disable`
 * empties a place, and somebody else may register then.
 */
let api: Registered | undefined;
const placed: Places = { trace: undefined, context: undefined, propagation: undefined };

/** What is registered, by whomever; undefined while nothing ever was. */
export function registered(): Registered | undefined {
  return holder[API_KEY];
}

/** Puts `instance` in its place, whatever was there. `version` tells that of the API; asked only if there is no global object yet. */
export function register<K extends keyof Registered>(name: K, instance: NonNullable<Registered[K]>, version: () => string): void {
  // As the API makes it: nobody may change the version that others have relied on.
  holder[API_KEY] ??= Object.defineProperty({}, 'version', { value: version(), enumerable: true }) as GlobalApi;
  (holder[API_KEY] as Registered)[name] = instance;
}

/** Empties a place. */
export function unregister(name: keyof Registered): void {
  const global = registered();
  if (global !== undefined) delete global[name];
}

/** Notes that what is registered is ours, until {@link disown}. */
export function claim<K extends keyof Registered>(name: K, instance: NonNullable<Registered[K]>): void {
  own[name] = instance as Places[K];
  api = registered();
  placed[name] = api?.[name] as Places[K];
}

/** Notes that `instance` is registered no longer; false when it was not ours any more. */
export function disown<K extends keyof Registered>(name: K, instance: NonNullable<Registered[K]>): boolean {
  if (own[name] !== instance) return false;
  own[name] = undefined;
  return true;
}

/** The registered context manager, ours or another's. */
function contextManager(): ContextManager | undefined {
  return own.context ?? registered()?.context;
}

/** The active context: the registered context manager's, ours or another's. */
export function activeContext(): Context {
  return contextManager()?.active() ?? EMPTY_CONTEXT;
}

/** Runs `fn` with `context` active. */
export function runWith<A extends unknown[], R>(context: Context, fn: (...args: A) => R, ...args: A): R {
  const manager = contextManager();
  return manager === undefined ? fn(...args) : (manager.with(context, fn as (...all: unknown[]) => R, undefined, ...args) as R);
}

/** Calls somebody else's function, with its own `this` and arguments, with `context` active. */
// biome-ignore lint/complexity/noBannedTypes: whatever can be called
export function applyWith(context: Context, fn: Function, thisArg: unknown, ...args: unknown[]): unknown {
  const manager = contextManager();
  return manager === undefined ? Reflect.apply(fn, thisArg, args) : manager.with(context, fn as (...all: unknown[]) => unknown, thisArg, ...args);
}

/** The span of a context, by default the active one; undefined where there is none. */
export function spanOf(context: Context = activeContext()): Span | undefined {
  return context.getValue(SPAN_KEY) as Span | undefined;
}

/** The registered propagator, ours or another's; undefined where there is none. */
export function activePropagator(): TextMapPropagator | undefined {
  return own.propagation !== undefined && api?.propagation === placed.propagation ? own.propagation : registered()?.propagation;
}

/** The tracer provider that another SDK has registered; undefined where it is ours, or there is none. */
export function foreignProvider(): TracerProvider | undefined {
  return own.trace !== undefined && api?.trace === placed.trace ? undefined : registered()?.trace;
}
