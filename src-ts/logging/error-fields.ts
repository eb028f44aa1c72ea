/** Errors for loggers that write JSON and have no serialiser for them: `JSON.stringify` makes `{}` of an error. */
import { isError, type LogFields } from './call';

/** Causes and members of an AggregateError are followed this deep. */
const MAX_DEPTH = 4;
/** Members of an AggregateError that are shown. */
const MAX_MEMBERS = 10;

/** Type, message, stack, own properties (`code`, …), cause and members of an error as plain fields. Never throws. */
export function errorFields(error: Error, depth = 0): LogFields {
  const fields: LogFields = {
    type: read(() => error.name || error.constructor.name),
    message: read(() => error.message),
    stack: read(() => error.stack),
  };
  for (const key of read(() => Object.keys(error)) ?? []) {
    const value = read(() => (error as unknown as LogFields)[key]);
    // There may be many, each with many: those of these are told by their messages.
    fields[key] ??= shown(value, MAX_DEPTH - 1);
  }
  const cause = read(() => error.cause);
  if (cause !== undefined) fields.cause = shown(cause, depth);
  const errors = read(() => (error as AggregateError).errors);
  if (Array.isArray(errors)) fields.errors = errors.slice(0, MAX_MEMBERS).map((member: unknown) => shown(member, depth));
  return fields;
}

function shown(value: unknown, depth: number): unknown {
  if (!isError(value)) return value;
  return depth < MAX_DEPTH ? errorFields(value, depth + 1) : read(() => value.message);
}

function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
