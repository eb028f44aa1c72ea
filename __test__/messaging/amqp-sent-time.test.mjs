/** When a message was sent: to the millisecond on the receiving side, and without a trace of it in what the user has set. On a real RabbitMQ. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initTracing, withMessageSpan } from '@manifest-cyber/observability-ts';
import { until } from '../../scripts/parts/until.mjs';
import { rabbitmqMissing } from '../parts/rabbitmq.mjs';
import { useBroker } from './amqp-support.mjs';

const QUEUE_TIME = 'messaging.message.queue_time_ms';
/** The middle of a second: what is cut to whole seconds is off by more than any of these tests takes. */
const midSecond = () => until('the middle of a second', () => Date.now() % 1000 >= 400 && Date.now() % 1000 < 500);

describe('when an AMQP message was sent', { skip: rabbitmqMissing }, () => {
  const used = useBroker();

  /** Publishes and consumes one message; the times around both, and what arrived. */
  async function sent(options) {
    const { channel } = used;
    await midSecond();
    const publishing = Date.now();
    channel.sendToQueue(used.queue, Buffer.from('x'), options);
    const published = Date.now();
    let delivered;
    let message;
    const { consumerTag } = await channel.consume(used.queue, (arrived) => {
      delivered = Date.now();
      channel.ack(arrived);
      message = arrived;
    });
    await until('the message', () => message !== undefined);
    // The next one is for a consumer of its own.
    await channel.cancel(consumerTag);
    return { publishing, published, delivered, message };
  }

  /** The handler's own look at the clock comes a little after the span's. */
  function assertBetween({ publishing, published, delivered }, waited) {
    assert.ok(waited >= delivered - published - 100 && waited <= delivered - publishing + 2, `${waited} of ${delivered - publishing}`);
  }

  const OPTIONS = { none: undefined, 'headers of their own': { headers: { own: 7 } }, 'a timestamp that is null': { timestamp: null } };
  for (const [what, options] of Object.entries(OPTIONS)) {
    test(`with ${what}: seconds in the property, milliseconds in the id`, async () => {
      const times = await sent(options);
      const { properties } = times.message;
      assert.equal(properties.timestamp, Math.floor(times.publishing / 1000));
      assert.deepEqual(Object.keys(properties.headers).sort(), [...Object.keys(options?.headers ?? {}), 'traceparent']);
      const handled = await used.spanNamed(`consume ${used.queue}`);
      assertBetween(times, handled.attributes[QUEUE_TIME]);
      // The same for whoever reads the message later on, without a traced channel.
      withMessageSpan(times.message, {}, () => {});
      const waited = used.named(`process ${used.queue}`)[0].attributes[QUEUE_TIME];
      assert.ok(waited >= times.delivered - times.published - 2 && waited <= Date.now() - times.publishing + 2, String(waited));
    });
  }

  test("the user's own timestamp stays, and a header says when the message was sent", async () => {
    const event = Math.floor(Date.now() / 1000) - 3600;
    const times = await sent({ timestamp: event });
    assert.equal(times.message.properties.timestamp, event);
    const header = times.message.properties.headers['x-sent-ms'];
    assert.ok(header >= times.publishing && header <= times.published + 1, String(header));
    assertBetween(times, (await used.spanNamed(`consume ${used.queue}`)).attributes[QUEUE_TIME]);
  });

  test('a message that its handler sends on tells when it was sent the last time', async () => {
    const times = {};
    const messages = [];
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    await used.consume(async (message) => {
      messages.push(message);
      times.delivered = Date.now();
      used.channel.ack(message);
      if (messages.length > 1) return;
      await midSecond();
      times.publishing = Date.now();
      used.channel.sendToQueue(used.queue, message.content, message.properties);
      times.published = Date.now();
    });
    const [, second] = await used.spansNamed(`consume ${used.queue}`, 2);
    assert.equal(messages[1].properties.timestamp, messages[0].properties.timestamp);
    assertBetween(times, second.attributes[QUEUE_TIME]);
  });

  test("a foreign sender's span id is not taken for a time", async () => {
    const bare = await used.connection.createChannel();
    // The low bits of these ids would be 0 to 999 ms, but for the check.
    for (let i = 0; i < 4; i++) {
      const id = `00000000000${((500 << 8) | (i * 61)).toString(16).padStart(5, '0')}`;
      bare.sendToQueue(used.queue, Buffer.from('x'), { timestamp: 1_700_000_000, headers: { traceparent: `00-${'1'.repeat(32)}-${id}-01` } });
    }
    let count = 0;
    const began = Date.now();
    await used.consume((message) => {
      used.channel.ack(message);
      count++;
      return count === 4 ? true : undefined;
    });
    const spans = await used.spansNamed(`consume ${used.queue}`, 4);
    const exact = spans.filter(({ attributes }) => attributes[QUEUE_TIME] >= began - 1_700_000_000_000);
    assert.ok(exact.length >= 3, 'at most one passes the check by chance');
  });

  test('where a span processor has seen the id already, a header tells the time', async () => {
    await used.tracing.shutdown();
    const ids = [];
    const noting = { onStart: (span) => ids.push(span.spanContext().spanId), onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
    used.tracing = await initTracing({ exporter: { type: 'none' }, spanProcessors: [noting], http: false, libraries: false });
    const { message, publishing } = await sent(undefined);
    assert.equal(message.properties.timestamp, undefined);
    assert.ok(message.properties.headers['x-sent-ms'] >= publishing);
    assert.equal(message.properties.headers.traceparent.split('-')[2], ids[0]);
  });

  test('what is not sampled has its seconds', async () => {
    await used.tracing.shutdown();
    used.tracing = await initTracing({ exporter: { type: 'none' }, sampling: { rate: 0 }, http: false, libraries: false });
    const { message, publishing } = await sent(undefined);
    assert.equal(message.properties.timestamp, Math.floor(publishing / 1000));
    assert.match(message.properties.headers.traceparent, /-0[02]$/);
  });
});

describe('deliveries that wait to be settled', { skip: rabbitmqMissing }, () => {
  const used = useBroker();
  /** More than the ring has places. */
  const MANY = 5_000;

  test('thousands, settled out of order, one by one and all up to one', async () => {
    // In a connection of its own, which has no part in the tracing.
    const bare = await (await used.connect()).createConfirmChannel();
    for (let i = 0; i < MANY; i++) bare.sendToQueue(used.queue, Buffer.from(String(i)));
    await bare.waitForConfirms();
    const messages = [];
    await used.consume((message) => {
      messages.push(message);
      return messages.length === MANY ? true : undefined;
    });
    const settled = () => used.named(`consume ${used.queue}`);
    const tags = () => settled().map(({ attributes }) => attributes['messaging.rabbitmq.message.delivery_tag']);
    const outcomes = () => new Set(settled().map(({ attributes }) => attributes['messaging.rabbitmq.message.settlement']));

    // The oldest was overtaken in the ring, the newest is in it.
    for (const i of [0, MANY - 1, 500]) used.channel.ack(messages[i]);
    await until('three spans', () => settled().length === 3);
    assert.deepEqual(tags(), [1, MANY, 501]);

    used.channel.ack(messages[1999], true);
    await until('all up to the 2,000th', () => settled().length === 2_001);
    assert.deepEqual(new Set(tags().slice(3)).size, 1_998);
    assert.deepEqual(
      tags().slice(3),
      tags()
        .slice(3)
        .toSorted((a, b) => a - b),
    );

    used.channel.ackAll();
    await until('all', () => settled().length === MANY);
    assert.equal(new Set(tags()).size, MANY);
    assert.deepEqual(outcomes(), new Set(['ack']));
  });
});
