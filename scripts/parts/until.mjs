/** Waiting for a condition, with a bound and a message. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MILLIS = 20;

/**
 * Resolves with what `condition` returns as soon as that is truthy; rejects after `timeoutMillis`, saying what was waited for.
 * `describe` adds to the message what is known at that point.
 */
export async function until(what, condition, { timeoutMillis = 20_000, describe = () => '' } = {}) {
  const deadline = Date.now() + timeoutMillis;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMillis} ms in vain for ${what}${describe()}`);
    }
    await delay(POLL_MILLIS);
  }
}
