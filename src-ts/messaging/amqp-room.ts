/** What of a context fits the headers of a message: amqplib and the broker take them in one piece of bounded size. */

import type { Context } from '@opentelemetry/api';
import { injectPlainly, injectTraceContext } from '../propagation/carrier';
import type { Fields } from './fields';
import { fitting, namesSpan } from './room';
import { SENT_HEADER } from './sent-time';

/** Bytes that amqplib encodes headers into; it throws where that is not enough. */
const BUFFER_BYTES = 65_536;
/** Bytes of a header frame beside its properties, and those of numeric properties. */
const FRAME_BYTES = 64;
/** What a context and a message's own short properties take at most: propagators keep to 8 KiB of baggage and 512 bytes of trace state. */
const CONTEXT_BYTES = 16_384;
/** Half of what `Date.now()` cuts to: with a fraction, amqplib writes a double; a whole number of this size is a BigInt to it on both sides, 1,200 instructions. */
const HALF_MILLI = 0.5;
/** A name's length, a type, a length of four bytes or a number of eight. */
const ENTRY_BYTES = 10;
/** Tables in tables that are looked into. */
const MAX_DEPTH = 8;

/** What is there before the context. */
interface Place {
  /** Whether the user's headers hold the context of another message. */
  readonly isSentOn: boolean;
  /** The connection's largest frame, in bytes. */
  readonly frameMax: number;
}

/** Adds a context to a message's headers, and the time when it was sent where that needs one; as much of it as fits, the most important first. */
export function addHeaders(
  headers: Record<string, unknown>,
  context: Context,
  sentUnixMillis: number | undefined,
  options: Fields | undefined,
  { isSentOn, frameMax }: Place,
): void {
  if (options?.['headers'] === undefined && frameMax >= CONTEXT_BYTES) {
    injectPlainly(headers, context);
    if (sentUnixMillis !== undefined) headers[SENT_HEADER] = sentUnixMillis + HALF_MILLI;
    return;
  }
  const ours = injectTraceContext<Record<string, string>>({}, context);
  const entries = Object.keys(ours).length + 1;
  // The buffer is for the headers alone, the frame for all properties, of which the headers are one.
  const left = Math.min(BUFFER_BYTES - bytesOf(options?.['headers']), frameMax - bytesOf(options)) - FRAME_BYTES - entries * ENTRY_BYTES;
  const fit = fitting(ours, { attributes: entries, bytes: left - SENT_HEADER.length });
  for (const [name, value] of fit) {
    // Under those of the names that stand for nothing alone, the user may have something else.
    if (isSentOn || namesSpan([name]) || !(name in headers)) put(headers, name, value);
  }
  if (sentUnixMillis !== undefined && fit.length === entries - 1) put(headers, SENT_HEADER, sentUnixMillis + HALF_MILLI);
}

/** amqplib's headers inherit the user's, which may be frozen: what is read-only there can't be assigned here. */
function put(headers: object, name: string, value: unknown): void {
  Object.defineProperty(headers, name, { value, writable: true, enumerable: true, configurable: true });
}

/** The bytes of a value in a field table, at most. */
function bytesOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + ENTRY_BYTES;
  if (ArrayBuffer.isView(value)) return value.byteLength + ENTRY_BYTES;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return ENTRY_BYTES;
  let bytes = ENTRY_BYTES;
  for (const key in value) bytes += Buffer.byteLength(key) + bytesOf((value as Fields)[key], depth + 1);
  return bytes;
}
