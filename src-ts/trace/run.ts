/** Running code inside a span that ends with it. */
import type { Span } from '@opentelemetry/api';
import { STATUS_ERROR } from './span';
import { textOf } from './text';

/**
 * Runs `fn`, calls `failed` with what it throws or rejects with, and `done` when it has returned or its promise is settled, after `failed`. What `fn`
 * throws is thrown on; a promise is answered with one of the same outcome.
 */
export function settleWith<T>(fn: () => T, failed: (error: unknown) => void, done: () => void): T {
  let result: T;
  try {
    result = fn();
  } catch (error) {
    failed(error);
    done();
    throw error;
  }
  if (!isPromise(result)) {
    done();
    return result;
  }
  return result.then(
    (value) => {
      done();
      return value;
    },
    (error: unknown) => {
      failed(error);
      done();
      throw error;
    },
  ) as T;
}

/** Records what was thrown on a span and sets its status to error. */
export function failSpan(span: Span, error: unknown): void {
  const message = messageOf(error);
  // Anything can be thrown; what is no object is told by its text.
  span.recordException(typeof error === 'object' && error !== null ? (error as Error) : message);
  span.setStatus({ code: STATUS_ERROR, message });
}

/** Sets a span's status to error with a message, without an exception event. */
export function setError(span: Span, message: string): void {
  span.setStatus(message === '' ? { code: STATUS_ERROR } : { code: STATUS_ERROR, message });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? textOf(error.message) : textOf(error);
  } catch {
    return '';
  }
}

/** Whether a value can be waited for. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
  } catch {
    // A getter of the user's threw; the value is handed on untouched.
    return false;
  }
}
