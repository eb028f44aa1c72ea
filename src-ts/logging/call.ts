/** The arguments of a log call in either order, brought into one form. */
import { formatWithOptions, types } from 'node:util';

/** Fields of a log line, as they are read. */
export type LogFields = Record<string, unknown>;

/** What a log call says. */
export interface LogCall {
  message: string | undefined;
  fields: LogFields | undefined;
  error: Error | undefined;
}

/** Bounds for values that are shown in a message: a service waits for this. */
const SHOWN = { depth: 2, maxArrayLength: 20, maxStringLength: 10_000 };

/** Conversions of `util.format` that take an argument. */
const CONVERSION = /%[sdifjoOc]/g;
const NUMERIC = ['%d', '%i', '%f'];

/**
 * Reads `(message, fields)`, `(fields, message)`, errors in any place, and values for the conversions of a message (`%s`). What is neither fields
 * nor an error is appended to the message, as `console` does, and so is an error whose place, `errorKey`, the fields take.
 */
export function readCall(args: readonly unknown[], errorKey: string): LogCall {
  const call: LogCall = { message: undefined, fields: undefined, error: undefined };
  let next = 0;
  if (args.length > 0 && take(call, args[0])) {
    next = 1;
    // Object first: the message may come right after it.
    if (typeof args[1] === 'string') next += takeMessage(call, args.slice(1));
  } else if (args.length > 0) next = takeMessage(call, args);
  const more = args.slice(next).filter((value) => !take(call, value));
  const inPlace = call.fields?.[errorKey];
  if (call.error !== undefined && inPlace !== undefined && inPlace !== null) {
    if (inPlace !== call.error) more.unshift(call.error);
    call.error = undefined;
  }
  if (more.length > 0) {
    const shown = more.map(textOf);
    call.message = (call.message === undefined ? shown : [call.message, ...shown]).join(' ');
  }
  return call;
}

/** Takes the message at the front of `args` with as many values as it has conversions; returns how many arguments that were. */
function takeMessage(call: LogCall, args: readonly unknown[]): number {
  const [first] = args;
  call.message = textOf(first);
  if (typeof first !== 'string' || args.length === 1 || !hasConversion(first)) return 1;
  const conversions = first.replaceAll('%%', '').match(CONVERSION) ?? [];
  const wanted = args.slice(1, 1 + conversions.length);
  // An object is no number: in `('100%done', fields)` the sign is not meant as a conversion.
  const end = wanted.findIndex((value, index) => typeof value === 'object' && NUMERIC.includes(conversions[index]));
  const values = end === -1 ? wanted : wanted.slice(0, end);
  if (values.length > 0) call.message = show(first, ...values);
  return 1 + values.length;
}

/** Whether a message may take values; `100% done` does not. */
export function hasConversion(message: string): boolean {
  return message.includes('%') && message.search(CONVERSION) !== -1;
}

/**
 * Whether the conversions of `message` and the values from `start` on are as many, and so plain that each logger makes the same of them. Without a
 * regular expression, since it is asked on the way to pino.
 */
export function isFilled(message: string, args: readonly unknown[], start: number): boolean {
  let next = start;
  for (let at = message.indexOf('%'); at !== -1; at = message.indexOf('%', at + 2)) {
    const conversion = message[at + 1];
    const value = args[next++];
    if (conversion !== 's' && conversion !== 'd') return false;
    if (typeof value !== 'string' && typeof value !== 'number') return false;
  }
  return next === args.length;
}

/** A value in a message. The twelve parts that `util.inspect` has of a URL say no more than its text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof URL ? value.href : show(value);
}

const show = (...values: unknown[]): string => formatWithOptions(SHOWN, ...values);

/** Takes an error or fields; false for anything else. Nothing at all counts as taken. */
function take(call: LogCall, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (isError(value) && call.error === undefined) call.error = value;
  else if (isFields(value)) call.fields = call.fields === undefined ? value : { ...call.fields, ...value };
  else return false;
  return true;
}

/** Whether a value is an error, of this realm or another: a test runner's errors are of its own. */
export function isError(value: unknown): value is Error {
  return typeof value === 'object' && (value instanceof Error || types.isNativeError(value));
}

/** Whether a value is an object as a literal makes it: what most calls have for their fields. */
export function isPlain(value: unknown): value is LogFields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether a value is an object whose properties are meant as fields. */
export function isFields(value: unknown): value is LogFields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isError(value) &&
    !types.isDate(value) &&
    !types.isRegExp(value) &&
    !types.isMap(value) &&
    !types.isSet(value) &&
    !types.isPromise(value) &&
    !types.isAnyArrayBuffer(value) &&
    !ArrayBuffer.isView(value) &&
    !keepsToItself(value)
  );
}

/** Whether an object of a class has nothing that could be a field: `URL`, `Headers` and the like have what they hold in private. */
function keepsToItself(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  // `{}`, of this realm or another, and what has no prototype are fields, though there be none.
  return prototype !== null && Object.getPrototypeOf(prototype) !== null && Object.keys(value).length === 0;
}

/** `fields` without those that are undefined: some loggers would print them. */
export function definedFields(fields: unknown): LogFields {
  const defined: LogFields = {};
  try {
    if (isFields(fields)) for (const [key, value] of Object.entries(fields)) if (value !== undefined) defined[key] = value;
  } catch {
    // A getter threw; what was read before it stays.
  }
  return defined;
}

/** Options as they are now; none where they cannot be read. */
export function copyOf<T extends object>(options: T | undefined): Partial<T> {
  try {
    return isFields(options) ? { ...(options as Partial<T>) } : {};
  } catch {
    // A getter threw.
    return {};
  }
}
