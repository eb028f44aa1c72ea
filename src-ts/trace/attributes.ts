/** Attributes as they come from users: checked, copied, cut, and kept as a flat list of keys and values. */
import type { Attributes } from '@opentelemetry/api';
import type { FlatAttributes } from '../arena/span-record';
import { warnOnce } from '../native/warn';

/**
 * `Object.prototype.hasOwnProperty`. Asked inside `for (key in object)` it costs nothing: V8 knows that a key it has just enumerated from an object of the same shape
 * is its own. Of `Object.hasOwn` it does not know that.
 */
export const isOwn = Object.prototype.hasOwnProperty;

/** What {@link cleanValue} gives for a value that no attribute can have. */
export const INVALID: unique symbol = Symbol('invalid attribute value');

/** How deep arrays and maps may nest; what is deeper becomes null. The record's own bound is the same. */
const MAX_DEPTH = 8;
/** Elements of one array or map; a larger one is cut, so that one attribute cannot hold the thread. */
const MAX_ELEMENTS = 4096;
/** Elements of one value on all its levels: arrays that hold the same array again and again grow with the power of their depth. */
const MAX_ELEMENTS_IN_ALL = MAX_ELEMENTS;
/** Elements that the value being copied may still have. */
let elementsLeft = 0;

/**
 * The value as it will be recorded: strings cut to `maxLength`, arrays, bytes and maps copied. Strings, numbers, booleans, arrays, `Uint8Array`
 * and plain objects are values (OpenTelemetry API 1.10, `AnyValue`); anything else is {@link INVALID}.
 */
export function cleanValue(value: unknown, maxLength: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.length > maxLength ? value.slice(0, maxLength) : value;
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      elementsLeft = MAX_ELEMENTS_IN_ALL;
      return value === null ? INVALID : cleanComposite(value, maxLength, 0);
    default:
      return INVALID;
  }
}

function cleanComposite(value: object, maxLength: number, depth: number): unknown {
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    const length = Math.min(value.length, MAX_ELEMENTS);
    for (let i = 0; i < length && elementsLeft-- > 0; i++) {
      const element = cleanElement(value[i], maxLength, depth);
      if (element === INVALID) return INVALID;
      copy.push(element);
    }
    return copy;
  }
  // A Buffer's own `slice` is a view: what its owner writes later would be recorded.
  if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value, 0, Math.min(value.length, maxLength));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return INVALID;
  const copy: Record<string, unknown> = Object.create(null);
  let count = 0;
  for (const key of Object.keys(value)) {
    if (++count > MAX_ELEMENTS || elementsLeft-- <= 0) break;
    if (key === '') continue;
    const element = cleanElement((value as Record<string, unknown>)[key], maxLength, depth);
    if (element !== INVALID) copy[key] = element;
  }
  return copy;
}

/** Elements may be null or undefined: a place without a value. */
function cleanElement(value: unknown, maxLength: number, depth: number): unknown {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? cleanComposite(value, maxLength, depth + 1) : cleanValue(value, maxLength);
}

/** One clear warning for a key or value that is none; neither is printed, since a value may be a secret and a key may be anything. */
export function warnInvalid(key: unknown, value: unknown): void {
  if (typeof key !== 'string' || key === '') {
    warnOnce(
      'OBS_ATTRIBUTE_KEY_INVALID',
      `an attribute key was ${key === '' ? 'empty' : `of type ${typeof key}`}; keys are non-empty strings. The attribute is left out.`,
    );
  } else {
    warnOnce(
      'OBS_ATTRIBUTE_VALUE_INVALID',
      `the value of attribute ${JSON.stringify(key.slice(0, 64))} was of type ${typeof value}; values are strings, numbers, booleans, bytes, and arrays or plain objects of them. The attribute is left out.`,
    );
  }
}

/**
 * The number of distinct keys in a list, after it was rewritten so that each key occurs once, in its first place and with its last value.
 */
export function compact(list: FlatAttributes): number {
  const places = new Map<unknown, number>();
  let kept = 0;
  for (let i = 0; i < list.length; i += 2) {
    const place = places.get(list[i]);
    if (place === undefined) {
      places.set(list[i], kept);
      list[kept] = list[i];
      list[kept + 1] = list[i + 1];
      kept += 2;
    } else {
      list[place + 1] = list[i + 1];
    }
  }
  list.length = kept;
  return kept >> 1;
}

/** Gives a key of a list that holds it another value; false where the list does not hold it. */
export function replaceIn(list: FlatAttributes, key: string, value: unknown): boolean {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === key) {
      list[i + 1] = value;
      return true;
    }
  }
  return false;
}

/** A list of what of `attributes` is valid, at most `maxCount` of them, and how many more there were. */
export function flatten(attributes: unknown, maxCount: number, maxLength: number): { list: FlatAttributes; dropped: number } {
  const list: FlatAttributes = [];
  let dropped = 0;
  if (typeof attributes !== 'object' || attributes === null || ArrayBuffer.isView(attributes)) return { list, dropped };
  try {
    for (const key in attributes) {
      if (!isOwn.call(attributes, key)) continue;
      const raw = (attributes as Record<string, unknown>)[key];
      if (raw === undefined || raw === null) continue;
      if (list.length >> 1 >= maxCount) {
        dropped++;
        continue;
      }
      const value = key === '' ? INVALID : cleanValue(raw, maxLength);
      if (value === INVALID) warnInvalid(key, raw);
      else list.push(key, value);
    }
  } catch {
    warnThrew();
  }
  return { list, dropped };
}

/** A getter or proxy of the user's threw while its attributes were read. */
export function warnThrew(): void {
  warnOnce('OBS_ATTRIBUTE_THREW', 'an attribute could not be read because its getter threw; what was read before it is kept.');
}

/** The list as an object, for whoever reads a span. Values are `AnyValue`s, which the types of OpenTelemetry's API 1.9 do not know yet. */
export function toObject(list: FlatAttributes): Attributes {
  const attributes: Record<string, unknown> = {};
  for (let i = 0; i < list.length; i += 2) {
    const key = list[i] as string;
    if (key === '__proto__') define(attributes, key, list[i + 1]);
    else attributes[key] = list[i + 1];
  }
  return attributes as Attributes;
}

/** Adds the list to such an object, which then has at most `maxCount` keys; returns how many did not fit, or were refused because somebody froze it. */
export function addTo(attributes: Attributes, list: FlatAttributes, maxCount: number): number {
  let count = Object.keys(attributes).length;
  let dropped = 0;
  for (let i = 0; i < list.length; i += 2) {
    const key = list[i] as string;
    const isNew = !Object.hasOwn(attributes, key);
    if ((isNew && count >= maxCount) || !define(attributes, key, list[i + 1])) dropped++;
    else if (isNew) count++;
  }
  return dropped;
}

/** Sets a property, whatever its name; false where the object cannot have it. */
function define(attributes: object, key: string, value: unknown): boolean {
  return Reflect.defineProperty(attributes, key, { value, enumerable: true, configurable: true, writable: true });
}
