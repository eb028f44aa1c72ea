/** The attributes of spans of messages of RabbitMQ. */
import type { IdentifiedSpan } from '../trace/identity';
import type { SpanShape } from '../trace/shape';
import { unixMillisOf } from '../trace/time';
import { type AmqpDestination, DESTINATION_KEYS } from './amqp-names';
import { attemptOf, deathsOf } from './delivery';
import type { Fields } from './fields';
import { queueTime } from './process';
import * as names from './semantics';
import { sentMillisOf } from './sent-time';

/** Those that every span of a message has. */
const COMMON_KEYS = [...DESTINATION_KEYS, names.MESSAGE_ID, names.CONVERSATION_ID];

/** A publish with its options. */
export const PUBLISH: SpanShape<Fields | undefined> = {
  kind: names.KIND_PRODUCER,
  keys: COMMON_KEYS,
  valuesOf: (options) => [textOf(options?.['messageId']), textOf(options?.['correlationId'])],
};

/** What a delivery is told by. */
export interface Delivery {
  readonly destination: AmqpDestination;
  readonly tag: number;
  readonly fields: Fields;
  readonly properties: Fields | undefined;
  readonly headers: Fields | undefined;
  /** The span that sent the message; undefined until its headers were read, and where they name none. */
  sender: IdentifiedSpan | undefined;
}

/** A message that is delivered to a consumer. */
export const DELIVERY: SpanShape<Delivery> = {
  kind: names.KIND_CONSUMER,
  keys: [
    ...COMMON_KEYS,
    names.DELIVERY_ATTEMPT,
    names.DELIVERY_TAG,
    names.QUEUE_TIME,
    names.REDELIVERED,
    names.DEAD_LETTER_COUNT,
    names.DEAD_LETTER_REASON,
  ],
  valuesOf({ tag, fields, properties, headers, sender }, moment) {
    const deaths = deathsOf(headers);
    return [
      textOf(properties?.['messageId']),
      textOf(properties?.['correlationId']),
      attemptOf(fields, headers, deaths),
      tag < 0 ? undefined : tag,
      queueTime(sentMillisOf(properties, headers, sender), unixMillisOf(moment)),
      fields['redelivered'] === true ? true : undefined,
      deaths?.count,
      textOf(deaths?.reason),
    ];
  },
};

/** A text that says something; else undefined. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
