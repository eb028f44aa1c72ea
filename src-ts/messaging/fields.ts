/** Reading what others made: values of any type, from which nothing may be expected. */

/** An object of anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object whose fields can be read; undefined for lists, bytes and what is no object. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) ? (value as Fields) : undefined;
}

/** {@link fieldsOf} at a third of its cost, for each message: a list or bytes are taken for objects, which have no fields of the names that are asked for. */
export function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

/** Whether a member is absent, or one that can be added to. */
export function isAbsentOrFields(value: unknown): boolean {
  return value === undefined || value === null || fieldsOf(value) !== undefined;
}

/** The value as text; undefined for what is none. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value as a count or a time, which may be written as text; undefined for what is none. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}
