/** Channels of amqplib (RabbitMQ). */
import { type Method, patch } from '../http/patch';
import { describe } from '../http/warnings';
import { warnOnce } from '../native/warn';
import { isPromise } from '../trace/run';
import { Deliveries, type Handler, type Settlement } from './amqp-consume';
import { Peer } from './amqp-peer';
import { Publishes, type Publishing } from './amqp-publish';
import { fieldsOf, objectOf } from './fields';
import { guarded, warnUntraced } from './guard';

/** A channel as amqplib makes it, plain or confirm, with promises or callbacks. */
export interface AmqpChannel {
  publish(...args: never[]): unknown;
  consume(...args: never[]): unknown;
}

/** Marks a channel that is traced; registered, so that two copies of this package see each other's. */
const TRACED = Symbol.for('@manifest-cyber/observability-ts.amqp');

/**
 * Traces a channel of amqplib and returns it: each message that is published carries the context of its span, and each that is delivered to a consumer is
 * processed inside a span of the same trace, which ends when the message was settled and the handler is done. A second call changes nothing.
 *
 * @example
 * const channel = instrumentAmqp(await connection.createConfirmChannel());
 */
export function instrumentAmqp<C extends AmqpChannel>(channel: C): C {
  try {
    if (isChannel(channel)) trace(channel);
    else warnOnce('OBS_AMQP_NO_CHANNEL', 'instrumentAmqp was given something else than a channel of amqplib; it is left as it is.');
  } catch (error) {
    warnOnce('OBS_AMQP_FAILED', `a channel could not be traced (${describe(error)}); it works as without tracing.`);
  }
  return channel;
}

function isChannel(channel: unknown): channel is AmqpChannel {
  const methods = fieldsOf(channel);
  return typeof methods?.['publish'] === 'function' && typeof methods['consume'] === 'function';
}

/** Whether a channel is traced already, by ours or by OpenTelemetry's own instrumentation. */
export function isTracedChannel(channel: AmqpChannel): boolean {
  return TRACED in channel || isWrapped(channel);
}

function isWrapped(channel: AmqpChannel): boolean {
  return (channel.publish as { __wrapped?: unknown }).__wrapped === true;
}

function trace(channel: AmqpChannel & { [TRACED]?: true; on?: unknown }): void {
  if (channel[TRACED] !== undefined) return;
  if (isWrapped(channel)) {
    warnOnce(
      'OBS_AMQP_TRACED_ALREADY',
      "OpenTelemetry's amqplib instrumentation traces this channel already; ours leaves it alone. Use one of the two.",
    );
    return;
  }
  Object.defineProperty(channel, TRACED, { value: true });
  const peer = new Peer(channel);
  const deliveries = new Deliveries(peer);
  const publishes = new Publishes(peer);
  const outbox = new Outbox(channel);
  patch(channel, 'publish', (original) => publishOf(original, publishes, outbox, 'waitForConfirms' in channel));
  patch(channel, 'consume', (original) => consumeOf(original, deliveries));
  if ('get' in channel) patch(channel, 'get', (original) => getOf(original, deliveries));
  settling(channel, deliveries);
  if (typeof channel.on === 'function') Reflect.apply(channel.on, channel, ['close', () => deliveries.loseAll()]);
}

/**
 * Where amqplib has made the headers of a message that it is about to write, on a channel that is its own: they are the message's, and cost less there. Headers
 * in the options would be made the prototype of those, which takes longer than all of the span.
 */
class Outbox {
  /** What is being published, until it was written. */
  private publishing: Publishing | undefined;
  private works: boolean;

  constructor(channel: AmqpChannel & { sendMessage?: unknown }) {
    this.works = typeof channel.sendMessage === 'function';
    if (!this.works) return;
    const outbox = this;
    patch(
      channel,
      'sendMessage',
      (original) =>
        function (this: unknown, fields: unknown, properties: object, content: unknown) {
          const { publishing } = outbox;
          outbox.publishing = undefined;
          try {
            publishing?.addTo(properties);
          } catch (error) {
            warnUntraced('OBS_AMQP_FAILED', error);
          }
          return original.call(this, fields, properties, content);
        },
    );
  }

  /** Calls `publish` with a message's context in its headers, or else in its options. */
  publish(
    publishing: Publishing,
    original: Method,
    channel: unknown,
    exchange: unknown,
    routingKey: unknown,
    content: unknown,
    options: unknown,
    callback: unknown,
  ): unknown {
    if (!this.works) {
      const copied = guarded('OBS_AMQP_FAILED', () => publishing.copiedOptions()) ?? options;
      return original.call(channel, exchange, routingKey, content, copied, callback);
    }
    this.publishing = publishing;
    try {
      return original.call(channel, exchange, routingKey, content, options, callback);
    } finally {
      // Somebody else's `publish`, which writes at another time.
      if (this.publishing === publishing) this.works = false;
      this.publishing = undefined;
    }
  }
}

function startedPublish(publishes: Publishes, exchange: unknown, routingKey: unknown, content: unknown, options: unknown): Publishing | undefined {
  try {
    return publishes.start(exchange, routingKey, content, options);
  } catch (error) {
    warnUntraced('OBS_AMQP_FAILED', error);
    return undefined;
  }
}

function publishOf(original: Method, publishes: Publishes, outbox: Outbox, confirms: boolean): Method {
  // Named parameters instead of a list, which takes longer to make and to hand on than to fill.
  return function (this: unknown, exchange: unknown, routingKey: unknown, content: unknown, options: unknown, callback: unknown) {
    const publishing = startedPublish(publishes, exchange, routingKey, content, options);
    if (publishing === undefined) return original.call(this, exchange, routingKey, content, options, callback);
    const confirmed = confirms ? publishing.confirmed(callback) : callback;
    try {
      const result: unknown = outbox.publish(publishing, original, this, exchange, routingKey, content, options, confirmed);
      // On a plain channel nobody says what became of the message.
      if (!confirms) publishing.settle(undefined);
      return result;
    } catch (error) {
      publishing.settle(error);
      throw error;
    }
  };
}

function consumeOf(original: Method, deliveries: Deliveries): Method {
  return function (this: unknown, queue: unknown, handler: unknown, options: unknown, ...rest: unknown[]) {
    if (typeof handler !== 'function') return Reflect.apply(original, this, [queue, handler, options, ...rest]);
    const autoAck = fieldsOf(options)?.['noAck'] === true;
    const name = typeof queue === 'string' ? queue : '';
    const traced = function (this: unknown, message: unknown): unknown {
      // Without a message: the broker has cancelled the consumer.
      if (typeof message !== 'object' || message === null) return Reflect.apply(handler, this, [message]);
      return deliveries.deliver(name, autoAck, message, handler as Handler, this);
    };
    return Reflect.apply(original, this, [queue, traced, options, ...rest]);
  };
}

function getOf(original: Method, deliveries: Deliveries): Method {
  return function (this: unknown, queue: unknown, ...rest: unknown[]) {
    const startTime = Date.now();
    const record = (message: unknown): void => {
      const got = fieldsOf(message);
      if (got !== undefined) guarded('OBS_AMQP_FAILED', () => deliveries.recordGet(typeof queue === 'string' ? queue : '', got, startTime));
    };
    const callback = rest[1];
    if (typeof callback === 'function') {
      rest[1] = function (this: unknown, error: unknown, message: unknown) {
        record(message);
        return Reflect.apply(callback, this, [error, message]);
      };
    }
    const result: unknown = Reflect.apply(original, this, [queue, ...rest]);
    if (!isPromise(result)) return result;
    return result.then((message) => {
      record(message);
      return message;
    });
  };
}

/** The methods that settle messages. */
function settling(channel: AmqpChannel, deliveries: Deliveries): void {
  const after = (name: string, settle: (first: unknown, second: unknown, third: unknown) => void): void => {
    if (!(name in channel)) return;
    patch(
      channel,
      name,
      (original) =>
        function (this: unknown, first: unknown, second: unknown, third: unknown) {
          const result: unknown = original.call(this, first, second, third);
          try {
            settle(first, second, third);
          } catch (error) {
            warnUntraced('OBS_AMQP_FAILED', error);
          }
          return result;
        },
    );
  };
  const tagOf = (message: unknown): unknown => objectOf(objectOf(message)?.['fields'])?.['deliveryTag'];
  // As amqplib and the broker have it, what is refused goes back into the queue unless the caller says otherwise.
  const refused = (requeue: unknown): Settlement => (requeue === undefined || requeue ? 'requeue' : 'discard');
  after('ack', (message, upTo) => deliveries.settle(tagOf(message), Boolean(upTo), 'ack'));
  after('ackAll', () => deliveries.settle(0, true, 'ack'));
  after('nack', (message, upTo, requeue) => deliveries.settle(tagOf(message), Boolean(upTo), refused(requeue)));
  after('recover', () => deliveries.settle(0, true, 'requeue'));
  after('nackAll', (requeue) => deliveries.settle(0, true, refused(requeue)));
  after('reject', (message, requeue) => deliveries.settle(tagOf(message), false, refused(requeue)));
}
