/** Channels of amqplib on a real RabbitMQ: what is published and delivered, and every way in which a message is settled. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instrumentAmqp, withSpan } from '@manifest-cyber/observability-ts';
import { trace } from '@opentelemetry/api';
import callbacks from 'amqplib/callback_api';
import { until } from '../../scripts/parts/until.mjs';
import { rabbitmqMissing } from '../parts/rabbitmq.mjs';
import { useBroker } from './amqp-support.mjs';
import { idOf } from './paths.mjs';

describe('instrumentAmqp', { skip: rabbitmqMissing }, () => {
  const used = useBroker();

  test('one trace from the sender to the handler, with the conventions of both sides', async () => {
    await used.channel.assertExchange('orders', 'direct');
    await used.channel.bindQueue(used.queue, 'orders', 'created');
    withSpan('request', () => used.channel.publish('orders', 'created', Buffer.from('{}'), { messageId: 'm-1', correlationId: 'c-1' }));
    const active = await used.consume((message) => {
      used.channel.ack(message);
      return trace.getActiveSpan();
    });
    const [publish, request] = used.spans();
    const handled = await used.spanNamed(`consume orders:created:${used.queue}`);
    assert.equal(active.spanContext().spanId, idOf(handled));
    assert.equal(publish.name, 'publish orders:created');
    assert.deepEqual([publish.kind, handled.kind, publish.status.code, handled.status.code], [3, 4, 0, 0]);
    assert.deepEqual([publish.parentSpanContext.spanId, handled.parentSpanContext.spanId], [idOf(request), idOf(publish)]);
    assert.equal(handled.parentSpanContext.isRemote, true);
    const peer = {
      'server.address': '127.0.0.1',
      'server.port': used.broker.port,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': used.broker.port,
    };
    const both = {
      'messaging.system': 'rabbitmq',
      'messaging.rabbitmq.destination.routing_key': 'created',
      'messaging.message.id': 'm-1',
      'messaging.message.conversation_id': 'c-1',
      ...peer,
    };
    assert.deepEqual(publish.attributes, {
      ...both,
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'orders:created',
    });
    const { 'messaging.message.queue_time_ms': waited, ...rest } = handled.attributes;
    assert.ok(waited >= 0 && waited < 10_000);
    assert.deepEqual(rest, {
      ...both,
      'messaging.operation.name': 'consume',
      'messaging.operation.type': 'process',
      'messaging.destination.name': `orders:created:${used.queue}`,
      'messaging.message.delivery_attempt': 1,
      'messaging.rabbitmq.message.delivery_tag': 1,
      'messaging.rabbitmq.message.settlement': 'ack',
    });
  });

  test("the user's options and headers are not written to, and arrive", async () => {
    const options = Object.freeze({ headers: Object.freeze({ own: 7 }), persistent: true, messageId: 'm' });
    used.channel.sendToQueue(used.queue, Buffer.from('x'), options);
    const inherited = Object.create({ headers: { own: 8 }, correlationId: 'inherited' });
    used.channel.sendToQueue(used.queue, Buffer.from('y'), inherited);
    const seen = [];
    const properties = await used.consume((message) => {
      seen.push(message.properties);
      return seen.length === 2 ? seen : undefined;
    });
    assert.deepEqual(Object.keys(properties[0].headers).sort(), ['own', 'traceparent']);
    assert.deepEqual([properties[0].headers.own, properties[0].deliveryMode, properties[0].messageId], [7, 2, 'm']);
    assert.deepEqual([properties[1].headers.own, properties[1].correlationId], [8, 'inherited']);
    assert.deepEqual(Object.keys(inherited), []);
  });

  test('a span is open until its message was settled and its handler is done', async () => {
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    let finish;
    const message = await new Promise((resolve) => {
      used.channel.consume(used.queue, (delivered) => {
        resolve(delivered);
        return new Promise((done) => {
          finish = done;
        });
      });
    });
    used.channel.ack(message);
    assert.equal(used.named(`consume ${used.queue}`).length, 0);
    finish();
    await used.spanNamed(`consume ${used.queue}`);
  });

  const OUTCOMES = [
    { by: 'ack', settle: (message) => used.channel.ack(message), outcome: 'ack' },
    { by: 'ackAll', settle: () => used.channel.ackAll(), outcome: 'ack' },
    { by: 'nack', settle: (message) => used.channel.nack(message), outcome: 'requeue' },
    { by: 'nack without requeue', settle: (message) => used.channel.nack(message, false, false), outcome: 'discard' },
    { by: 'nackAll', settle: () => used.channel.nackAll(false), outcome: 'discard' },
    { by: 'reject', settle: (message) => used.channel.reject(message), outcome: 'requeue' },
    { by: 'reject without requeue', settle: (message) => used.channel.reject(message, false), outcome: 'discard' },
  ];
  for (const { by, settle, outcome } of OUTCOMES) {
    test(`${by} ends the span: ${outcome}`, async () => {
      used.channel.sendToQueue(used.queue, Buffer.from('x'));
      await used.channel.prefetch(1);
      let times = 0;
      await used.consume((message) => {
        times++;
        if (times === 1) settle(message);
        else used.channel.ack(message);
        return times === 1 && outcome === 'requeue' ? undefined : true;
      });
      const first = await used.spanNamed(`consume ${used.queue}`);
      assert.equal(first.attributes['messaging.rabbitmq.message.settlement'], outcome);
      assert.equal(first.attributes['error.type'], outcome === 'ack' ? undefined : outcome);
      assert.equal(first.status.code, outcome === 'ack' ? 0 : 2);
      if (outcome !== 'requeue') return;
      const second = await until('the second delivery', () => used.named(`consume ${used.queue}`)[1]);
      assert.equal(second.attributes['messaging.message.delivery_attempt'], 2);
      assert.equal(second.attributes['messaging.rabbitmq.message.redelivered'], true);
      assert.equal(second.parentSpanContext.spanId, first.parentSpanContext.spanId);
    });
  }

  test('all messages up to one are settled by its ack', async () => {
    for (let i = 0; i < 5; i++) used.channel.sendToQueue(used.queue, Buffer.from(String(i)));
    const messages = [];
    await used.consume((message) => {
      messages.push(message);
      return messages.length === 5 ? true : undefined;
    });
    used.channel.ack(messages[2], true);
    await until('three spans', () => used.named(`consume ${used.queue}`).length === 3);
    used.channel.ackAll();
    await until('five spans', () => used.named(`consume ${used.queue}`).length === 5);
  });

  test('without acknowledgements a span ends with its handler', async () => {
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    await used.consume(() => true, { noAck: true });
    const span = await used.spanNamed(`consume ${used.queue}`);
    assert.equal(span.attributes['messaging.rabbitmq.message.settlement'], undefined);
  });

  test('what a handler returns is not run by us: a query that runs when it is waited for', async () => {
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    let runs = 0;
    // biome-ignore lint/suspicious/noThenProperty: what such libraries give
    const query = { then: () => runs++ };
    await new Promise((resolve) => {
      used.channel.consume(used.queue, (message) => {
        used.channel.ack(message);
        resolve();
        return query;
      });
    });
    await used.spanNamed(`consume ${used.queue}`);
    assert.equal(runs, 0);
  });

  test('an error that cannot be read is thrown on, by a handler and by publish', async () => {
    const bare = await used.connection.createChannel();
    const unreadable = () => Object.defineProperty(new Error('mine'), 'code', { get: () => assert.fail('read') });
    const thrown = unreadable();
    bare.publish = () => {
      throw thrown;
    };
    const channel = instrumentAmqp(bare);
    assert.throws(() => channel.publish('', used.queue, Buffer.from('x')), thrown);
    const [publish] = used.named(`publish ${used.queue}`);
    assert.deepEqual([publish.status, publish.attributes['error.type']], [{ code: 2, message: 'mine' }, '_OTHER']);
  });

  test('get: a span for a message, none for an empty queue', async () => {
    assert.equal(await used.channel.get(used.queue), false);
    withSpan('request', () => used.channel.sendToQueue(used.queue, Buffer.from('x')));
    const message = await until('a message', () => used.channel.get(used.queue, { noAck: true }));
    assert.equal(message.content.toString(), 'x');
    const [get] = used.named(`get ${used.queue}`);
    assert.equal(used.spans().length, 3);
    assert.equal(get.kind, 2);
    assert.equal(get.attributes['messaging.operation.type'], 'receive');
    assert.equal(get.links[0].context.spanId, idOf(used.spans()[0]));
  });

  test('an instrumented channel is not instrumented twice', async () => {
    assert.equal(instrumentAmqp(instrumentAmqp(used.channel)), used.channel);
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    await used.consume((message) => {
      used.channel.ack(message);
      return true;
    });
    await used.spanNamed(`consume ${used.queue}`);
    assert.deepEqual(
      used.spans().map((span) => span.name),
      [`publish ${used.queue}`, `consume ${used.queue}`],
    );
  });

  test('a message that is sent on belongs below its handler, not beside it', async () => {
    const next = `${used.queue}-next`;
    await used.channel.assertQueue(next);
    withSpan('request', () => used.channel.sendToQueue(used.queue, Buffer.from('x')));
    await used.consume((message) => {
      used.channel.sendToQueue(next, message.content, message.properties);
      used.channel.ack(message);
      return true;
    });
    const handled = await used.spanNamed(`consume ${used.queue}`);
    const [sentOn] = used.named(`publish ${next}`);
    assert.equal(sentOn.parentSpanContext.spanId, idOf(handled));
    const message = await until('the copy', () => used.channel.get(next, { noAck: true }));
    assert.ok(message.properties.headers.traceparent.includes(idOf(sentOn)));
  });

  test("a context that the user gave, in headers or in the body, is what the receiver goes on from, and is the message's only one", async () => {
    await withSpan('request', async (request) => {
      const { traceId, spanId } = request.spanContext();
      const traceparent = `00-${traceId}-${spanId}-01`;
      used.channel.sendToQueue(used.queue, Buffer.from('x'), { headers: { traceparent } });
      used.channel.sendToQueue(used.queue, Buffer.from(JSON.stringify({ traceContext: { traceparent: `00-${traceId}-${'3'.repeat(16)}-01` } })));
      used.channel.sendToQueue(
        used.queue,
        Buffer.from(JSON.stringify({ traceContext: { traceparent: `00-${'4'.repeat(32)}-${'4'.repeat(16)}-01` } })),
      );
      const headers = [];
      await used.consume((message) => {
        headers.push(message.properties.headers.traceparent.split('-')[2]);
        used.channel.ack(message);
        return headers.length === 3 ? true : undefined;
      });
      const sent = used.named(`publish ${used.queue}`);
      assert.deepEqual(headers, [spanId, '3'.repeat(16), idOf(sent[2])]);
      assert.deepEqual(
        sent.map((span) => span.links[0]?.context.spanId),
        [spanId, '3'.repeat(16), undefined],
      );
    });
  });

  test('confirm channels: a span ends with the confirmation, whoever waits for it, and the callback runs where publish was called', async () => {
    const confirm = instrumentAmqp(await used.connection.createConfirmChannel());
    confirm.sendToQueue(used.queue, Buffer.from('x'));
    assert.equal(used.named(`publish ${used.queue}`).length, 0);
    await confirm.waitForConfirms();
    assert.equal(used.named(`publish ${used.queue}`).length, 1);
    await withSpan('request', async (request) => {
      const [error, active] = await new Promise((resolve) => {
        confirm.publish('', used.queue, Buffer.from('y'), {}, (failure) => resolve([failure, trace.getActiveSpan()]));
      });
      assert.equal(error, null);
      assert.equal(active.spanContext().spanId, idOf(request));
    });
    assert.equal(used.named(`publish ${used.queue}`).length, 2);
  });

  test('the callback API', async () => {
    const other = await new Promise((resolve, reject) =>
      callbacks.connect(used.broker.url, (error, made) => (error ? reject(error) : resolve(made))),
    );
    const plain = instrumentAmqp(
      await new Promise((resolve, reject) => other.createChannel((error, made) => (error ? reject(error) : resolve(made)))),
    );
    plain.sendToQueue(used.queue, Buffer.from('x'));
    const delivered = await new Promise((resolve) => plain.consume(used.queue, resolve));
    plain.ack(delivered);
    const span = await used.spanNamed(`consume ${used.queue}`);
    assert.equal(span.parentSpanContext.spanId, idOf(used.named(`publish ${used.queue}`)[0]));
    plain.sendToQueue(`${used.queue}-got`, Buffer.from('lost'));
    assert.equal(await new Promise((resolve) => plain.get(used.queue, {}, (_error, got) => resolve(got))), false);
    await new Promise((resolve) => other.close(resolve));
  });
});
