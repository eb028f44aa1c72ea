/** What a received message tells of itself. */
import type { IdentifiedSpan } from '../trace/identity';
import { nameOf } from './amqp-names';
import { type Fields, fieldsOf, numberOf, stringOf } from './fields';
import { hiddenOf } from './hidden';
import { AWS_SQS, RABBITMQ } from './semantics';
import { sentMillisOf } from './sent-time';

/** A message that was delivered; what it does not tell is undefined. */
export interface Delivery {
  /** `aws_sqs`, `rabbitmq`. */
  readonly system: string | undefined;
  /** Where it came from: the queue, by its name; of RabbitMQ, where it was published to, as the conventions name that. */
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

/** Reads a message of any kind; `sender` is the span in it. Throws only what a getter of the message throws. */
export function deliveryOf(message: unknown, sender: IdentifiedSpan | undefined): Delivery {
  const fields = fieldsOf(message);
  if (fields === undefined) return UNKNOWN;
  if (fieldsOf(fields['fields']) !== undefined) return ofAmqp(fields, sender);
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
export function attemptOf(fields: Fields, headers: Fields | undefined, deaths: Deaths | undefined): number {
  // Quorum queues count; classic ones only say whether there was one before.
  const before = numberOf(headers?.['x-delivery-count']) ?? (fields['redelivered'] === true ? 1 : 0);
  return 1 + before + (deaths?.rounds ?? 0);
}

function ofAmqp(message: Fields, sender: IdentifiedSpan | undefined): Delivery {
  const from = fieldsOf(message['fields']) ?? {};
  const properties = fieldsOf(message['properties']);
  const headers = fieldsOf(properties?.['headers']);
  return {
    system: RABBITMQ,
    queue: nameOf(stringOf(from['exchange']) ?? '', stringOf(from['routingKey']) ?? '', ''),
    id: stringOf(properties?.['messageId']),
    conversationId: stringOf(properties?.['correlationId']),
    attempt: attemptOf(from, headers, deathsOf(headers)),
    sentUnixMillis: sentMillisOf(properties, headers, sender),
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
