/** What the tests with RabbitMQ share: a broker for a file, and a traced channel with a queue for each test. */
import { after, afterEach, before, beforeEach } from 'node:test';
import { createTestTracing, instrumentAmqp } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import { until } from '../../scripts/parts/until.mjs';
import { startRabbitmq } from '../parts/rabbitmq.mjs';

/** Called inside `describe`: hooks that make what the returned object holds while a test runs. */
export function useBroker() {
  let count = 0;
  let connections = [];
  const used = {
    broker: undefined,
    tracing: undefined,
    connection: undefined,
    channel: undefined,
    queue: undefined,
    /**
     * Connects to the broker; closed when the test ends, however it does. Without a listener, amqplib throws a lost connection's error before it clears its timer,
     * which then keeps the process for ever.
     */
    async connect(query = '') {
      const connection = await amqplib.connect(`${used.broker.url}${query}`);
      connections.push(connection);
      connection.on('error', () => {});
      return connection;
    },
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
    used.connection = await used.connect();
    used.channel = instrumentAmqp(await used.connection.createChannel());
    used.queue = `queue-${++count}`;
    await used.channel.assertQueue(used.queue);
  });
  afterEach(async () => {
    await Promise.all(connections.map((connection) => connection.close().catch(() => {})));
    connections = [];
    await used.tracing?.shutdown();
  });
  return used;
}
