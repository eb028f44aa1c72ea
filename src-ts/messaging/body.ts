/** A message's body as a carrier: `traceContext: { traceparent, tracestate }`, and the SNS envelope around a message. */
import { attributeCarrier } from './attributes';
import { type Fields, fieldsOf, stringOf } from './fields';

/** Longer bodies are not looked into, in characters or bytes. SQS allows 1 MiB. */
export const MAX_BODY_LENGTH = 1024 * 1024;
/** A body without this word is not parsed. */
const MARK = 'traceparent';

/** What a body carries. */
export interface BodyCarriers {
  /** The attributes of an SNS envelope: the transport's. */
  readonly envelope?: Record<string, unknown> | undefined;
  /** The body's own `traceContext`. */
  readonly own?: Record<string, unknown> | undefined;
}

const NOTHING: BodyCarriers = {};

/** Reads a body: JSON as text or bytes, or what was parsed from it. Throws only what a getter of the body throws. */
export function bodyCarriers(body: unknown): BodyCarriers {
  const parsed = parsedBody(body);
  if (parsed === undefined) return NOTHING;
  const own = traceContextOf(parsed);
  if (own !== undefined) return { own };
  if (!isEnvelope(parsed)) return NOTHING;
  const inner = parsedBody(parsed['Message']);
  return { envelope: attributeCarrier(parsed['MessageAttributes']), own: inner === undefined ? undefined : traceContextOf(inner) };
}

/** Whether this is what SNS puts around a message when raw delivery is off. */
export function isEnvelope(fields: Fields): boolean {
  return fields['Type'] === 'Notification' && typeof fields['Message'] === 'string';
}

function parsedBody(body: unknown): Fields | undefined {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return fieldsOf(body);
  if (body.length > MAX_BODY_LENGTH) return undefined;
  const bytes = typeof body === 'string' ? undefined : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!(bytes ?? (body as string)).includes(MARK)) return undefined;
  try {
    return fieldsOf(JSON.parse(bytes?.toString('utf8') ?? (body as string)));
  } catch {
    // Whatever it is, it is not for us.
    return undefined;
  }
}

function traceContextOf(body: Fields): Record<string, unknown> | undefined {
  const given = fieldsOf(body['traceContext']);
  const traceparent = stringOf(given?.['traceparent']);
  return traceparent === undefined ? undefined : { traceparent, tracestate: stringOf(given?.['tracestate']) };
}
