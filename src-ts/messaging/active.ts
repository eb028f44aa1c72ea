/** What is active in this thread: the one place of this folder that asks. */
import { type Context, context } from '@opentelemetry/api';

/** The active context. */
export function activeContext(): Context {
  return context.active();
}

/** Runs `fn` with `within` active. */
export function runWith<T>(within: Context, fn: () => T): T {
  return context.with(within, fn);
}
