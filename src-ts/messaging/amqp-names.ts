/** Destinations of RabbitMQ as the conventions name them (semantic conventions for RabbitMQ, `messaging.destination.name`). */
import { spanName } from './semantics';

/** A destination, and the name of the span of an operation on it. */
export interface AmqpDestination {
  readonly name: string;
  readonly spanName: string;
  /** True for a queue that the broker has named; else undefined. */
  readonly anonymous: true | undefined;
}

/** The default exchange without a routing key. */
const DEFAULT = 'amq.default';
const ANONYMOUS = /(^|:)amq\.(gen-|rabbitmq\.reply-to)/;

/** Names are kept up to this many, so that equal ones are the same string; where routing keys are endless, further ones are made anew. */
const MAX_KEPT = 256;

/** The names of one operation on one channel. */
export class AmqpNames {
  private readonly kept = new Map<string, AmqpDestination>();

  constructor(
    readonly operation: 'publish' | 'consume' | 'get',
    readonly type: 'send' | 'process' | 'receive',
  ) {}

  /** Where a message is published to. */
  ofPublish(exchange: string, routingKey: string): AmqpDestination {
    const name = exchange === '' ? routingKey || DEFAULT : routingKey === '' ? exchange : `${exchange}:${routingKey}`;
    return this.of(name);
  }

  /** Where a message comes from. */
  ofDelivery(exchange: string, routingKey: string, queue: string): AmqpDestination {
    const published = exchange === '' || routingKey === '' ? exchange || routingKey : `${exchange}:${routingKey}`;
    if (queue === '' || queue === routingKey) return this.of(published || DEFAULT);
    return this.of(published === '' ? queue : `${published}:${queue}`);
  }

  private of(name: string): AmqpDestination {
    let destination = this.kept.get(name);
    if (destination === undefined) {
      destination = this.make(name);
      if (this.kept.size < MAX_KEPT) this.kept.set(name, destination);
    }
    return destination;
  }

  private make(name: string): AmqpDestination {
    const anonymous = ANONYMOUS.test(name) || undefined;
    return { name, spanName: spanName(this.operation, anonymous ? undefined : name), anonymous };
  }
}
