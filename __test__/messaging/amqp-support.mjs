/** What the tests with RabbitMQ share: a broker for a file, and a traced channel with a queue for each test. */
import { after, afterEach, before, beforeEach } from 'node:test';
import { createTestTracing, instrumentAmqp } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import { until } from '../../scripts/parts/until.mjs';
import { startRabbitmq } from '../parts/rabbitmq.mjs';

/** Called inside `describe`: hooks that make what the returned object holds while a test runs. */
export function useBroker() {
  let count = 0;
  const used = {
    broker: undefined,
    tracing: undefined,
    connection: undefined,
    channel: undefined,
    queue: undefined,
    spans: () => used.tracing.getFinishedSpans(),
    named: (name) => used.spans().filter((span) => span.name === name),
    /** The first span of a name, once there is one. */
    spanNamed: (name) => until(`the span ${name}`, () => used.named(name)[0]),
    /** All spans of a name, once there are `number`. */
    spansNamed: (name, number) => until(`${number} spans ${name}`, () => (used.named(name).length >= number ? used.named(name) : undefined)),
    /** Consumes with a handler and resolves with the first thing it returns that is not `undefined`. */
    consume: (handler, options) =>
      new Promise((resolve, reject) => {
        const handle = (message) => {
          const result = handler(message);
          if (result !== undefined) resolve(result);
          return result;
        };
        used.channel.consume(used.queue, handle, options).catch(reject);
      }),
  };
  before(async () => {
    used.broker = await startRabbitmq();
  });
  after(() => used.broker?.close());
  beforeEach(async () => {
    used.tracing = createTestTracing({ libraries: false });
    used.connection = await amqplib.connect(used.broker.url);
    used.connection.on('error', () => {});
    used.channel = instrumentAmqp(await used.connection.createChannel());
    used.queue = `queue-${++count}`;
    await used.channel.assertQueue(used.queue);
  });
  afterEach(async () => {
    await used.connection?.close().catch(() => {});
    await used.tracing?.shutdown();
  });
  return used;
}

/** The id of a span. */
export const idOf = (span) => span.spanContext().spanId;
