/** Destinations of RabbitMQ as the conventions name them (semantic conventions for RabbitMQ, `messaging.destination.name`). */
import { FixedValues } from '../arena/fixed-values';
import type { Peer } from './amqp-peer';
import * as names from './semantics';

/** Where messages go to or come from, and what the spans of an operation on it have in common. */
export interface AmqpDestination {
  readonly exchange: string;
  readonly routingKey: string;
  /** The queue that is consumed; empty for what is published. */
  readonly queue: string;
  readonly spanName: string;
  /** The values of {@link DESTINATION_KEYS}. */
  readonly fixed: FixedValues;
}

/** What is the same for all messages of an operation on a destination. */
export const DESTINATION_KEYS = [
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
];

/** The default exchange without a routing key. */
const DEFAULT = 'amq.default';
const ANONYMOUS = /(^|:)amq\.(gen-|rabbitmq\.reply-to)/;

/** Destinations are kept up to this many; where routing keys are endless, further ones are made anew. */
const MAX_KEPT = 256;

/** The destinations of one operation on one channel. */
export class AmqpNames {
  /** By name. */
  private readonly kept = new Map<string, AmqpDestination>();
  /** The next message is most likely of the same. */
  private last: AmqpDestination | undefined;

  constructor(
    private readonly operation: 'publish' | 'consume' | 'get',
    private readonly type: 'send' | 'process' | 'receive',
    private readonly peer: Peer,
  ) {}

  /** Where a message is published to, or comes from. */
  of(exchange: string, routingKey: string, queue: string): AmqpDestination {
    const { last } = this;
    if (last !== undefined && last.routingKey === routingKey && last.exchange === exchange && last.queue === queue) return last;
    const name = nameOf(exchange, routingKey, queue);
    let destination = this.kept.get(name);
    if (destination?.routingKey !== routingKey) {
      destination = this.make(exchange, routingKey, queue, name);
      if (this.kept.size < MAX_KEPT) this.kept.set(name, destination);
    }
    this.last = destination;
    return destination;
  }

  private make(exchange: string, routingKey: string, queue: string, name: string): AmqpDestination {
    const { operation, type, peer } = this;
    const anonymous = ANONYMOUS.test(name) || undefined;
    const fixed = new FixedValues([
      names.RABBITMQ,
      operation,
      type,
      name,
      peer.serverAddress,
      peer.port,
      peer.address,
      peer.port,
      anonymous,
      routingKey === '' ? undefined : routingKey,
    ]);
    return { exchange, routingKey, queue, spanName: names.spanName(operation, anonymous ? undefined : name), fixed };
  }
}

/** `exchange:routing key:queue`, without what is empty, and without a queue that is named by the routing key. */
export function nameOf(exchange: string, routingKey: string, queue: string): string {
  const parts = [exchange, routingKey, queue === routingKey ? '' : queue].filter((part) => part !== '');
  return parts.length === 0 ? DEFAULT : parts.join(':');
}
