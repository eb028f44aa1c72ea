/**
 * What of a context fits a message of SQS, which allows ten message attributes and a size that counts them (Amazon SQS developer guide, "Message
 * quotas"): body, and name, type and value of each attribute, in bytes of UTF-8.
 */
import { type Fields, fieldsOf } from './fields';

/** Message attributes that SQS allows in one message. */
export const MAX_ATTRIBUTES = 10;

/**
 * Sizes at which a message, or the messages of a batch together, may be refused, in bytes: what queues allowed until 2025 and many are still set to,
 * and what they allow at most. A message on the good side of one of them is not taken to its bad side.
 */
const SIZE_LIMITS = [256 * 1024, 1024 * 1024];

/** The type of our attributes. */
export const TEXT_TYPE = 'String';

/** Headers in this order, where not all fit; others come after them, or before them where there is no first one. */
const ORDER = ['traceparent', 'tracestate', 'baggage'];

/** Headers that say more of a span, or of what it is done for, and name none. */
const COMPANIONS: ReadonlySet<string> = new Set(['tracestate', 'baggage']);

/** Formats of several headers, by how their names begin: one of them without the others names no span, or another one. */
const IN_SEVERAL = ['x-b3-', 'x-datadog-'];

/** What is left in a message. */
export interface Room {
  /** Attributes that may still be added. */
  readonly attributes: number;
  /** Bytes that may still be added. */
  readonly bytes: number;
}

/** Bytes that may be added to `size` before a limit is crossed. What is beyond them all is refused with us and without us. */
export function bytesLeft(size: number): number {
  const limit = SIZE_LIMITS.find((candidate) => size <= candidate);
  return limit === undefined ? Number.POSITIVE_INFINITY : limit - size;
}

/** The size of a message as SQS counts it. */
export function sizeOf(body: unknown, attributes: Fields | undefined): number {
  let bytes = lengthOf(body);
  for (const name of Object.keys(attributes ?? {})) {
    const attribute = fieldsOf(attributes?.[name]);
    bytes += Buffer.byteLength(name) + lengthOf(attribute?.['DataType'] ?? attribute?.['dataType']);
    bytes += lengthOf(attribute?.['StringValue'] ?? attribute?.['stringValue'] ?? attribute?.['BinaryValue'] ?? attribute?.['binaryValue']);
  }
  return bytes;
}

/** The bytes that one of our attributes adds. */
export function bytesOfAttribute(name: string, value: string): number {
  return name.length + TEXT_TYPE.length + Buffer.byteLength(value);
}

/** Those of the headers that fit, the most important first: what names the span, what belongs to that, other formats. A format fits whole or not at all. */
export function fitting(headers: Readonly<Record<string, string>>, room: Room): [name: string, value: string][] {
  const last = Object.hasOwn(headers, ORDER[0]) ? ORDER.length : 0;
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : last);
  const entries = Object.entries(headers).sort(([a], [b]) => rank(a) - rank(b));
  const fit: [string, string][] = [];
  let { bytes } = room;
  for (let at = 0, end = 0; at < entries.length; at = end) {
    const format = formatOf(entries[at][0]);
    for (end = at + 1; end < entries.length && formatOf(entries[end][0]) === format; ) end++;
    const whole = entries.slice(at, end);
    const size = whole.reduce((sum, one) => sum + bytesOfAttribute(...one), 0);
    if (fit.length + whole.length > room.attributes || size > bytes || (format === 'tracestate' && fit.length === 0)) continue;
    fit.push(...whole);
    bytes -= size;
  }
  return fit;
}

/** Whether one of the headers names a span. */
export function namesSpan(headers: readonly string[]): boolean {
  return headers.some((name) => !COMPANIONS.has(name));
}

function formatOf(name: string): string {
  return IN_SEVERAL.find((beginning) => name.startsWith(beginning)) ?? name;
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}
