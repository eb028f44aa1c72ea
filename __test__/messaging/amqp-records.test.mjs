/**
 * What arrives of spans whose first attributes are the same for all messages of a destination, which the recorder copies as a whole: each destination's own,
 * whatever came before it, in a second arena, and cut where there is a limit. On a real RabbitMQ, through the file exporter.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { initTracing, instrumentAmqp } from '@manifest-cyber/observability-ts';
import { trace } from '@opentelemetry/api';
import amqplib from 'amqplib';
import { spansOfLines } from '../parts/otlp-json.mjs';
import { rabbitmqMissing, startRabbitmq } from '../parts/rabbitmq.mjs';

const EXCHANGE = 'records';
/** More than a channel keeps, and more than a key of a template may have new strings. */
const ENDLESS = 300;

/** Publishes in an order in which neighbours differ in what they have: exchange, routing key, message id. */
const publishes = [
  ...Array.from({ length: 8 }, (_, i) => ({ exchange: '', key: i % 2 === 0 ? 'even' : 'odd', id: `m-${i}` })),
  // Of one name with the default exchange.
  ...Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? { exchange: EXCHANGE, key: 'a' } : { exchange: '', key: `${EXCHANGE}:a`, id: 'm' })),
  ...Array.from({ length: 4 }, (_, i) => ({ exchange: EXCHANGE, key: '', id: i < 2 ? undefined : 'm' })),
  ...Array.from({ length: ENDLESS * 2 }, (_, i) => ({ exchange: '', key: `key-${i % ENDLESS}` })),
];

const QUEUE = 'records-consumed';
/** What handlers do with the span of their message, in turn. */
const WAYS = ['nothing', 'more', 'rename', 'discard', 'nothing', 'more'];
const CONSUMED_KEYS = [
  'messaging.system',
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.destination.name',
  'server.address',
  'server.port',
  'network.peer.address',
  'network.peer.port',
  'messaging.rabbitmq.destination.routing_key',
  'messaging.message.id',
  'messaging.message.delivery_attempt',
  'messaging.rabbitmq.message.delivery_tag',
];

/** The keys of a consumer's span by what its handler did. */
const keysOf = (way) => [
  ...CONSUMED_KEYS,
  ...(way === 'more' ? ['job.number', 'job.kind'] : []),
  'messaging.rabbitmq.message.settlement',
  ...(way === 'discard' ? ['error.type'] : []),
];

const nameOf = ({ exchange, key }) => [exchange, key].filter((part) => part !== '').join(':');

describe('records of messages', { skip: rabbitmqMissing }, () => {
  let folder;
  let broker;
  let connection;
  let channel;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'observability-ts-records-'));
    broker = await startRabbitmq();
    connection = await amqplib.connect(broker.url);
    channel = instrumentAmqp(await connection.createChannel());
    await channel.assertExchange(EXCHANGE, 'topic');
  });
  after(async () => {
    await connection?.close();
    await broker?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Publishes all with tracing of its own; the attributes of each span, in their order. */
  async function recorded(name, sent, limits) {
    const file = join(folder, name);
    const tracing = initTracing({ serviceName: 'records', exporter: { type: 'file', endpoint: file }, limits, http: false, libraries: false });
    for (const { exchange, key, id } of sent) channel.publish(exchange, key, Buffer.from('{}'), { messageId: id });
    assert.equal(await (await tracing).shutdown(), true);
    return spansOfLines(readFileSync(file, 'utf8')).map(({ attributes }) => attributes);
  }

  /** Consumes messages that nothing was traced of, with tracing of its own; the spans of the consumer. */
  async function consumed(file, options) {
    const tracing = initTracing({ serviceName: 'records', exporter: { type: 'file', endpoint: file }, http: false, libraries: false, ...options });
    const consumer = instrumentAmqp(await connection.createChannel());
    await consumer.assertQueue(QUEUE, { durable: false });
    let handled = 0;
    const done = new Promise((resolve) => {
      consumer.consume(QUEUE, (message) => {
        const way = WAYS[handled % WAYS.length];
        const span = trace.getActiveSpan();
        if (way === 'more') span.setAttributes({ 'job.number': handled, 'job.kind': 'scan' });
        if (way === 'rename') span.updateName('renamed');
        if (way === 'discard') consumer.nack(message, false, false);
        else consumer.ack(message);
        if (++handled === WAYS.length * 4) resolve();
      });
    });
    const sender = await connection.createChannel();
    for (let i = 0; i < WAYS.length * 4; i++) sender.sendToQueue(QUEUE, Buffer.from('{}'), { messageId: 'm' });
    await done;
    await Promise.all([consumer.close(), sender.close()]);
    assert.equal(await (await tracing).shutdown(), true);
    return spansOfLines(readFileSync(file, 'utf8')).map(({ name, attributes }) => ({ name, attributes }));
  }

  function expected({ exchange, key, id }) {
    return {
      'messaging.system': 'rabbitmq',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': nameOf({ exchange, key }),
      'server.address': '127.0.0.1',
      'server.port': BigInt(broker.port),
      'network.peer.address': '127.0.0.1',
      'network.peer.port': BigInt(broker.port),
      ...(key.startsWith('amq.gen-') ? { 'messaging.destination.anonymous': true } : {}),
      ...(key === '' ? {} : { 'messaging.rabbitmq.destination.routing_key': key }),
      ...(id === undefined ? {} : { 'messaging.message.id': id }),
    };
  }

  test('each message has the attributes of its own destination', async () => {
    assert.deepEqual(await recorded('first.jsonl', publishes), publishes.map(expected));
  });

  test('the same in a second arena, where strings have other numbers', async () => {
    const others = publishes.toReversed();
    assert.deepEqual(await recorded('second.jsonl', others), others.map(expected));
  });

  test('texts without a number among the copied ones: too long, or one too many', async () => {
    // Of one span name, so that all of them belong to one template.
    const anonymous = Array.from({ length: ENDLESS }, (_, i) => ({
      exchange: '',
      key: `amq.gen-${i % 4 === 0 ? 'a'.repeat(200) : i % 100}`,
      id: 'm',
    }));
    assert.deepEqual(await recorded('anonymous.jsonl', anonymous), anonymous.map(expected));
  });

  test("what handlers add comes after them, under another name as well, and a processor's span has them all", async () => {
    const file = join(folder, 'consumed.jsonl');
    const seen = [];
    const processor = { onStart() {}, onEnd: (span) => seen.push(span.attributes), forceFlush: async () => {}, shutdown: async () => {} };
    const watched = await consumed(join(folder, 'watched.jsonl'), { spanProcessors: [processor] });
    assert.deepEqual(
      seen.map(Object.keys),
      watched.map(({ attributes }) => Object.keys(attributes)),
    );
    assert.deepEqual(await consumed(file, {}), watched);
    for (const [i, { name, attributes }] of watched.entries()) {
      const way = WAYS[i % WAYS.length];
      assert.equal(name, way === 'rename' ? 'renamed' : `consume ${QUEUE}`);
      assert.deepEqual(Object.keys(attributes), keysOf(way));
      assert.equal(attributes['messaging.destination.name'], QUEUE);
      assert.equal(attributes['server.port'], BigInt(broker.port));
      assert.equal(attributes['job.number'], way === 'more' ? BigInt(i) : undefined);
    }
  });

  test('a limit to the length of values holds for those that are copied', async () => {
    const cut = (attributes) =>
      Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, typeof value === 'string' ? value.slice(0, 5) : value]));
    assert.deepEqual(await recorded('cut.jsonl', publishes, { attributeValueLength: 5 }), publishes.map(expected).map(cut));
  });

  test('and for those that are not', async () => {
    const limit = 100;
    const sent = Array.from({ length: 9 }, (_, i) => ({ exchange: '', key: 'queue', id: 'm'.repeat(limit + (i % 3) - 1) }));
    const cut = sent.map(({ id, ...rest }) => ({ ...rest, id: id.slice(0, limit) }));
    assert.deepEqual(await recorded('cut-ids.jsonl', sent, { attributeValueLength: limit }), cut.map(expected));
  });
});
