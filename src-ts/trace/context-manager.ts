/** The API's ContextManager over Node's asynchronous contexts. */

import type { EventEmitter } from 'node:events';
import type { Context, ContextManager } from '@opentelemetry/api';
import { disown } from './active';
import { EMPTY_CONTEXT } from './context';
import { newContextStorage } from './context-storage';

type Listener = (...args: unknown[]) => unknown;
type EmitterMethod = (event: string | symbol, listener: Listener) => EventEmitter;

const ADD_METHODS = ['addListener', 'on', 'once', 'prependListener', 'prependOnceListener'] as const;

/** Keeps the active context across timers, promises, streams and callbacks. */
export class AsyncContextManager implements ContextManager {
  private readonly storage = newContextStorage();
  private enabled = false;
  private readonly boundEmitters = new WeakSet<EventEmitter>();

  active(): Context {
    return this.storage.getStore() ?? EMPTY_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (!this.enabled) return Reflect.apply(fn, thisArg, args) as ReturnType<F>;
    if (thisArg === undefined) return this.storage.run(context, fn, ...args) as ReturnType<F>;
    // No closure: what closures refer to is made anew on the heap at each call of the function around them.
    return this.storage.run(context, Reflect.apply, fn as unknown as Listener, thisArg, args) as ReturnType<F>;
  }

  /** Makes `context` active for the rest of the present synchronous execution and what it starts. */
  enterWith(context: Context): void {
    if (this.enabled) this.storage.enterWith(context);
  }

  /** A function that runs in `context`, or an emitter whose listeners do. Anything else is given back as it is. */
  bind<T>(context: Context, target: T): T {
    if (typeof target === 'function') return this.bindFunction(context, target as unknown as Listener) as unknown as T;
    if (isEmitter(target)) return this.bindEmitter(context, target) as unknown as T;
    return target;
  }

  enable(): this {
    this.enabled = true;
    return this;
  }

  disable(): this {
    this.enabled = false;
    // The API's own `context.disable()` ends here, too: whoever registers next is to be asked.
    disown('context', this);
    this.storage.disable();
    return this;
  }

  private bindFunction(context: Context, fn: Listener): Listener {
    const manager = this;
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return manager.with(context, () => Reflect.apply(fn, this, args));
    };
    Object.defineProperty(bound, 'length', { value: fn.length, configurable: true, enumerable: false, writable: false });
    return bound;
  }

  /** Wraps listeners as they are added; the emitter's own books keep the original where Node looks for it (`listener.listener`). */
  private bindEmitter<T extends EventEmitter>(context: Context, emitter: T): T {
    if (this.boundEmitters.has(emitter)) return emitter;
    this.boundEmitters.add(emitter);
    const manager = this;
    let depth = 0;
    for (const name of ADD_METHODS) {
      const original = emitter[name] as EmitterMethod | undefined;
      if (typeof original !== 'function') continue;
      const patched = function (this: EventEmitter, event: string | symbol, listener: Listener): EventEmitter {
        // `once` calls `on` with its own wrapper, which must not be wrapped a second time.
        if (depth > 0 || typeof listener !== 'function') return Reflect.apply(original, this, [event, listener]);
        const bound = manager.bindFunction(context, listener) as Listener & { listener?: Listener };
        bound.listener = listener;
        depth++;
        try {
          if (name === 'once' || name === 'prependOnceListener') return addOnce(this, event, bound, listener, name, original);
          return Reflect.apply(original, this, [event, bound]);
        } finally {
          depth--;
        }
      };
      Object.defineProperty(emitter, name, { value: patched, configurable: true, enumerable: false, writable: true });
    }
    return emitter;
  }
}

/** Node finds a listener to remove by `wrapper.listener`, one level deep: so a once-listener unhooks itself. */
function addOnce(
  emitter: EventEmitter,
  event: string | symbol,
  bound: Listener,
  listener: Listener,
  name: 'once' | 'prependOnceListener',
  original: EmitterMethod,
): EventEmitter {
  const add = name === 'once' ? emitter.on : emitter.prependListener;
  if (typeof add !== 'function') return Reflect.apply(original, emitter, [event, bound]);
  let fired = false;
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    if (fired) return undefined;
    fired = true;
    emitter.removeListener(event, wrapper);
    return Reflect.apply(bound, this, args);
  } as Listener & { listener?: Listener };
  wrapper.listener = listener;
  return Reflect.apply(add as EmitterMethod, emitter, [event, wrapper]);
}

function isEmitter(target: unknown): target is EventEmitter {
  return (
    typeof target === 'object' &&
    target !== null &&
    typeof (target as EventEmitter).on === 'function' &&
    typeof (target as EventEmitter).removeListener === 'function'
  );
}
