/** What of a thrown value becomes an exception event (OpenTelemetry semantic conventions, "Exceptions on spans"). */

import { textOf } from './text';

/** The attributes of an exception event; undefined when nothing of it can be told. */
export function exceptionAttributes(exception: unknown): Record<string, string> | undefined {
  const attributes: Record<string, string> = {};
  try {
    if (typeof exception === 'string') {
      attributes['exception.message'] = exception;
    } else if ((typeof exception === 'object' && exception !== null) || typeof exception === 'function') {
      const { code, name, message, stack } = exception as { code?: unknown; name?: unknown; message?: unknown; stack?: unknown };
      const type = code !== undefined && code !== null && code !== '' && code !== 0 ? code : name;
      if (type !== undefined && type !== null && type !== '') attributes['exception.type'] = textOf(type);
      if (message) attributes['exception.message'] = textOf(message);
      if (stack) attributes['exception.stacktrace'] = textOf(stack);
    }
  } catch {
    // A getter of the exception threw: what was read before it is kept.
  }
  return attributes['exception.type'] !== undefined || attributes['exception.message'] !== undefined ? attributes : undefined;
}
