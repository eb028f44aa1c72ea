/** What a received message tells of itself. */
import { type Fields, fieldsOf, stringOf } from './fields';
import { hiddenOf } from './hidden';
import { AWS_SQS, RABBITMQ } from './semantics';

/** A message that was delivered; what it does not tell is undefined. */
export interface Delivery {
  /** `aws_sqs`, `rabbitmq`. */
  readonly system: string | undefined;
  /** The queue it came from, by its name. */
  readonly queue: string | undefined;
  readonly id: string | undefined;
  readonly conversationId: string | undefined;
  /** Which delivery this is, from 1. */
  readonly attempt: number | undefined;
  /** When it was sent, in Unix milliseconds. */
  readonly sentUnixMillis: number | undefined;
}

const UNKNOWN: Delivery = {
  system: undefined,
  queue: undefined,
  id: undefined,
  conversationId: undefined,
  attempt: undefined,
  sentUnixMillis: undefined,
};

/** Seconds of Unix time are below this, milliseconds above it. */
const FIRST_MILLIS = 1e11;

/** Reads a message of any kind. Throws only what a getter of the message throws. */
export function deliveryOf(message: unknown): Delivery {
  const fields = fieldsOf(message);
  if (fields === undefined) return UNKNOWN;
  if (fieldsOf(fields['fields']) !== undefined) return ofAmqp(fields);
  if (stringOf(fields['ReceiptHandle'] ?? fields['receiptHandle']) !== undefined) return ofSqs(fields);
  return UNKNOWN;
}

/** The last part of a queue's URL or ARN. */
export function queueName(urlOrArn: unknown): string | undefined {
  return /[^/:]+$/.exec(stringOf(urlOrArn) ?? '')?.[0];
}

/** Deaths of an AMQP message. RabbitMQ keeps a list, newest first, in the header `x-death`. */
export function deathsOf(headers: Fields | undefined): Deaths | undefined {
  const deaths = headers?.['x-death'];
  if (!Array.isArray(deaths) || deaths.length === 0) return undefined;
  const counts = deaths.map((death) => numberOf(fieldsOf(death)?.['count']) ?? 0);
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    rounds: counts.reduce((most, count) => Math.max(most, count), 0),
    reason: stringOf(fieldsOf(deaths[0])?.['reason']),
  };
}

/** How often an AMQP message was dead-lettered. */
export interface Deaths {
  /** All deaths. */
  readonly count: number;
  /** Deaths in the same queue for the same reason: a retry by way of a second queue, where the message expires, brings two deaths and is one round. */
  readonly rounds: number;
  /** Why the last time: `rejected`, `expired`, `maxlen`, `delivery_limit`. */
  readonly reason: string | undefined;
}

/** Which delivery of an AMQP message this is. */
export function attemptOf(fields: Fields, headers: Fields | undefined): number {
  // Quorum queues count; classic ones only say whether there was one before.
  const before = numberOf(headers?.['x-delivery-count']) ?? (fields['redelivered'] === true ? 1 : 0);
  return 1 + before + (deathsOf(headers)?.rounds ?? 0);
}

/** The header that says when a message was published, in Unix milliseconds. */
export const SENT_HEADER = 'x-sent-ms';
/** The one that RabbitMQ itself writes where it is set up to stamp messages. */
const STAMP_HEADER = 'timestamp_in_ms';

/** When an AMQP message was sent, in Unix milliseconds: to the millisecond where a header says so, else as its property has it, in seconds. */
export function sentMillisOf(properties: Fields | undefined, headers: Fields | undefined): number | undefined {
  const millis = numberOf(headers?.[SENT_HEADER]) ?? numberOf(headers?.[STAMP_HEADER]);
  if (millis !== undefined) return millis;
  const given = numberOf(properties?.['timestamp']);
  // By the protocol it is in seconds; many clients write what `Date.now()` gave.
  return given === undefined || given > FIRST_MILLIS ? given : given * 1000;
}

function ofAmqp(message: Fields): Delivery {
  const properties = fieldsOf(message['properties']);
  const headers = fieldsOf(properties?.['headers']);
  return {
    system: RABBITMQ,
    // Without an exchange, the routing key is the queue's name.
    queue: stringOf(fieldsOf(message['fields'])?.['routingKey']) || undefined,
    id: stringOf(properties?.['messageId']),
    conversationId: stringOf(properties?.['correlationId']),
    attempt: attemptOf(fieldsOf(message['fields']) ?? {}, headers),
    sentUnixMillis: sentMillisOf(properties, headers),
  };
}

function ofSqs(message: Fields): Delivery {
  const hidden = hiddenOf(message);
  const system = { ...hidden?.system, ...fieldsOf(message['Attributes'] ?? message['attributes']) };
  return {
    ...UNKNOWN,
    system: AWS_SQS,
    queue: queueName(hidden?.queueUrl ?? message['eventSourceARN']),
    id: stringOf(message['MessageId'] ?? message['messageId']),
    attempt: numberOf(system['ApproximateReceiveCount']),
    sentUnixMillis: numberOf(system['SentTimestamp']),
  };
}

/** A count or a time, as a number or as text. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}
