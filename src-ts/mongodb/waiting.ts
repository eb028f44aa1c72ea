/**
 * Commands that wait for a connection, in drivers before 6.4: what they then do is called back, in the context of whoever gave the connection back, and the
 * driver tells of it there. Later versions wait for a promise, which keeps the context by itself.
 */
import { patch } from '../http/patch';
import { activeContext, applyWith } from '../trace/active';
import { type CallbackPool, type Client, callbackPoolsOf } from './driver';

const kept = new WeakSet<CallbackPool>();

/** Has commands go on in the context in which they began to wait. */
export function keepContexts(client: Client): void {
  for (const pool of callbackPoolsOf(client)) {
    if (kept.has(pool)) continue;
    kept.add(pool);
    patch(
      pool,
      'checkOut',
      (original) =>
        function (this: unknown, callback: unknown, ...rest: unknown[]) {
          return original.call(this, typeof callback === 'function' ? inContext(callback) : callback, ...rest);
        },
    );
  }
}

// biome-ignore lint/complexity/noBannedTypes: the driver's own
function inContext(callback: Function): (...args: unknown[]) => unknown {
  const context = activeContext();
  return function (this: unknown, ...args) {
    return applyWith(context, callback, this, ...args);
  };
}
