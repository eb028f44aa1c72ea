/** The attributes of spans of messages of RabbitMQ. */
import type { AttributeValues } from '../trace/starter';
import type { AmqpDestination, AmqpNames } from './amqp-names';
import type { Peer } from './amqp-peer';
import { attemptOf, deathsOf, sentMillisOf } from './delivery';
import type { Fields } from './fields';
import { queueTime } from './process';
import * as names from './semantics';

/** Those that every span of a message has. */
const COMMON_KEYS = [
  names.SYSTEM,
  names.OPERATION_NAME,
  names.OPERATION_TYPE,
  names.DESTINATION_NAME,
  names.SERVER_ADDRESS,
  names.SERVER_PORT,
  names.PEER_ADDRESS,
  names.PEER_PORT,
  names.DESTINATION_ANONYMOUS,
  names.ROUTING_KEY,
  names.MESSAGE_ID,
  names.CONVERSATION_ID,
];

/** What a publish is told by. */
export interface Publish {
  readonly names: AmqpNames;
  readonly peer: Peer;
  readonly destination: AmqpDestination;
  readonly routingKey: string;
  readonly options: Fields | undefined;
}

export const PUBLISH_KEYS = COMMON_KEYS;

/** The values of {@link PUBLISH_KEYS}. */
export function publishValues({ names: { operation, type }, peer, destination, routingKey, options }: Publish): AttributeValues {
  return [
    names.RABBITMQ,
    operation,
    type,
    destination.name,
    peer.serverAddress,
    peer.port,
    peer.address,
    peer.port,
    destination.anonymous,
    textOf(routingKey),
    textOf(options?.['messageId']),
    textOf(options?.['correlationId']),
  ];
}

/** What a delivery is told by. */
export interface Delivery {
  readonly names: AmqpNames;
  readonly peer: Peer;
  readonly destination: AmqpDestination;
  readonly tag: number;
  readonly routingKey: string;
  readonly fields: Fields;
  readonly properties: Fields | undefined;
  readonly headers: Fields | undefined;
}

export const DELIVERY_KEYS = [
  ...COMMON_KEYS,
  names.DELIVERY_ATTEMPT,
  names.DELIVERY_TAG,
  names.QUEUE_TIME,
  names.REDELIVERED,
  names.DEAD_LETTER_COUNT,
  names.DEAD_LETTER_REASON,
];

/** The values of {@link DELIVERY_KEYS}. The common ones are written out as they are above: to spread another list costs as much as making this one. */
export function deliveryValues({
  names: { operation, type },
  peer,
  destination,
  tag,
  routingKey,
  fields,
  properties,
  headers,
}: Delivery): AttributeValues {
  const deaths = deathsOf(headers);
  return [
    names.RABBITMQ,
    operation,
    type,
    destination.name,
    peer.serverAddress,
    peer.port,
    peer.address,
    peer.port,
    destination.anonymous,
    textOf(routingKey),
    textOf(properties?.['messageId']),
    textOf(properties?.['correlationId']),
    attemptOf(fields, headers),
    tag < 0 ? undefined : tag,
    queueTime(sentMillisOf(properties, headers)),
    fields['redelivered'] === true ? true : undefined,
    deaths?.count,
    textOf(deaths?.reason),
  ];
}

/** A text that says something; else undefined. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
