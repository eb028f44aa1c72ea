/** A message's body as a carrier: `traceContext: { traceparent, tracestate }`, and the SNS envelope around a message. */
import { attributeCarrier } from './attributes';
import { type Fields, fieldsOf } from './fields';

/** Longer bodies are not looked into, in characters or bytes. SQS allows 1 MiB. */
const MAX_BODY_LENGTH = 1024 * 1024;
/** A body without one of these words is not parsed: the one that services agree on, and the one of an SNS envelope with attributes. */
const MARKS = ['traceContext', 'MessageAttributes'];

/** What a body carries. */
export interface BodyCarriers {
  /** The attributes of an SNS envelope: the transport's. */
  readonly envelope?: Record<string, unknown> | undefined;
  /** The body's own `traceContext`, whatever it is; null where the body has one and cannot be read. */
  readonly own?: unknown;
}

const NOTHING: BodyCarriers = {};
/** Stands for a body that was cut off. */
const UNREADABLE: Fields = { traceContext: null };

/** Reads a body: JSON as text or bytes, or what was parsed from it. Throws only what a getter of the body throws. */
export function bodyCarriers(body: unknown): BodyCarriers {
  const parsed = parsedBody(body);
  if (parsed === undefined) return NOTHING;
  const own = parsed['traceContext'];
  if (own !== undefined || !isEnvelope(parsed)) return { own };
  return { envelope: attributeCarrier(parsed['MessageAttributes']), own: parsedBody(parsed['Message'])?.['traceContext'] };
}

/** Whether this is what SNS puts around a message when raw delivery is off. */
export function isEnvelope(fields: Fields): boolean {
  return fields['Type'] === 'Notification' && typeof fields['Message'] === 'string';
}

function parsedBody(body: unknown): Fields | undefined {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return fieldsOf(body);
  if (body.length > MAX_BODY_LENGTH) return undefined;
  const text = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!MARKS.some((mark) => text.includes(mark))) return undefined;
  try {
    return fieldsOf(JSON.parse(text.toString()));
  } catch {
    return text.includes('"traceContext"') ? UNREADABLE : undefined;
  }
}
