/** Channels of amqplib on a real RabbitMQ when something goes wrong: messages that fail, channels that close, a broker that restarts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { instrumentAmqp, withSpan } from '@manifest-cyber/observability-ts';
import { until } from '../../scripts/parts/until.mjs';
import { runProgram } from '../parts/program.mjs';
import { rabbitmqMissing } from '../parts/rabbitmq.mjs';
import { useBroker } from './amqp-support.mjs';

describe('instrumentAmqp, when something fails', { skip: rabbitmqMissing }, () => {
  const used = useBroker();

  test('a dead letter says how often and why, and a poison message which attempt it is', async () => {
    const dead = `${used.queue}-dead`;
    const work = `${used.queue}-work`;
    await used.channel.assertQueue(dead, { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': work, 'x-message-ttl': 1 } });
    await used.channel.assertQueue(work, { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead } });
    withSpan('request', () => used.channel.sendToQueue(work, Buffer.from('poison')));
    let attempts = 0;
    await new Promise((resolve) => {
      used.channel.consume(work, (message) => {
        attempts++;
        if (attempts < 3) return used.channel.reject(message, false);
        used.channel.ack(message);
        return resolve();
      });
    });
    const tries = await until('three spans', () => (used.named(`consume ${work}`).length === 3 ? used.named(`consume ${work}`) : undefined));
    const [request] = used.named('request');
    assert.deepEqual(new Set(tries.map((span) => span.spanContext().traceId)), new Set([request.spanContext().traceId]));
    // Each round dies twice: refused by the consumer, and expired in the other used.queue.
    const deaths = tries.map((span) => span.attributes['messaging.rabbitmq.message.dead_letter_count']);
    assert.deepEqual(deaths, [undefined, 2, 4]);
    assert.deepEqual(
      tries.map((span) => span.attributes['messaging.message.delivery_attempt']),
      [1, 2, 3],
    );
    assert.equal(tries[1].attributes['messaging.rabbitmq.message.dead_letter_reason'], 'expired');
  });

  test('a quorum used.queue counts the attempts', async () => {
    const quorum = `${used.queue}-quorum`;
    await used.channel.assertQueue(quorum, { arguments: { 'x-queue-type': 'quorum' } });
    used.channel.sendToQueue(quorum, Buffer.from('x'));
    let attempts = 0;
    await new Promise((resolve) => {
      used.channel.consume(quorum, (message) => {
        attempts++;
        if (attempts < 4) return used.channel.nack(message);
        used.channel.ack(message);
        return resolve();
      });
    });
    const tries = await until('four spans', () => (used.named(`consume ${quorum}`).length === 4 ? used.named(`consume ${quorum}`) : undefined));
    assert.deepEqual(
      tries.map((span) => span.attributes['messaging.message.delivery_attempt']),
      [1, 2, 3, 4],
    );
  });

  test('a handler that throws: as without us the channel closes with its error, and the span has failed', async () => {
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    const failed = once(used.channel, 'error');
    await used.channel.consume(used.queue, () => {
      throw new TypeError('no');
    });
    const [error] = await failed;
    assert.equal(error.message, 'no');
    const span = await used.spanNamed(`consume ${used.queue}`);
    assert.deepEqual(span.status, { code: 2, message: 'no' });
    assert.equal(span.attributes['error.type'], 'TypeError');
    assert.equal(span.events[0].name, 'exception');
  });

  test('a handler that rejects is as loud as without us, once', async () => {
    const program = new URL('./programs/rejecting.mjs', import.meta.url);
    const run = async (traced) => (await runProgram(program, { url: used.broker.url, queue: used.queue, traced })).answer;
    const bare = { calls: 1, rejections: ['late'] };
    assert.deepEqual(await run(false), bare);
    assert.deepEqual(await run(true), { ...bare, status: { code: 2, message: 'late' }, type: 'RangeError' });
  });

  test('a refused message is an error of its span', async () => {
    const confirm = instrumentAmqp(await used.connection.createConfirmChannel());
    const full = `${used.queue}-full`;
    await confirm.assertQueue(full, { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
    confirm.sendToQueue(full, Buffer.from('1'));
    await confirm.waitForConfirms();
    const error = await new Promise((resolve) => confirm.sendToQueue(full, Buffer.from('2'), {}, resolve));
    assert.equal(error.message, 'message nacked');
    assert.deepEqual(used.named(`publish ${full}`)[1].status, { code: 2, message: 'message nacked' });
  });

  test('a cancelled consumer is told so, without a span', async () => {
    const told = new Promise((resolve) => used.channel.consume(used.queue, resolve));
    await used.channel.checkQueue(used.queue);
    await used.channel.deleteQueue(used.queue);
    assert.equal(await told, null);
    assert.deepEqual(used.spans(), []);
  });

  test('closed channels: the error of amqplib, a failed span, and messages that were open end', async () => {
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    const message = await new Promise((resolve) => used.channel.consume(used.queue, resolve));
    await used.channel.close();
    const lost = await used.spanNamed(`consume ${used.queue}`);
    assert.deepEqual([lost.status.code, lost.attributes['error.type']], [2, 'channel_closed']);
    for (const call of [
      () => used.channel.sendToQueue(used.queue, Buffer.from('x')),
      () => used.channel.ack(message),
      () => used.channel.nackAll(),
    ]) {
      assert.throws(call, { name: 'IllegalOperationError' });
    }
    const refused = used.named(`publish ${used.queue}`)[1];
    assert.deepEqual([refused.status.code, refused.attributes['error.type']], [2, 'IllegalOperationError']);
  });

  test('a channel that dies while its handlers run: each runs once, and its span ends with it', async () => {
    for (let i = 0; i < 3; i++) used.channel.sendToQueue(used.queue, Buffer.from(String(i)));
    let calls = 0;
    const finish = [];
    const running = new Promise((resolve) => {
      used.channel.consume(used.queue, () => {
        calls++;
        if (calls === 3) resolve();
        return new Promise((done) => finish.push(done));
      });
    });
    await running;
    used.channel.on('error', () => {});
    const closed = new Promise((resolve) => used.channel.on('close', resolve));
    // The broker closes a channel that settles what it does not have.
    used.channel.ack({ fields: { deliveryTag: 999 } });
    await closed;
    assert.equal(used.named(`consume ${used.queue}`).length, 0);
    for (const done of finish) done();
    await until('three spans', () => used.named(`consume ${used.queue}`).length === 3);
    assert.deepEqual(
      [calls, ...used.named(`consume ${used.queue}`).map((span) => span.attributes['error.type'])],
      [3, ...Array(3).fill('channel_closed')],
    );
  });

  test('headers that just fit are sent as they are, and lose none to ours', async () => {
    const small = await used.connect('?frameMax=4096');
    const plain = await small.createChannel();
    const traced = instrumentAmqp(await small.createChannel());
    const wide = instrumentAmqp(await used.connection.createChannel());
    // 4,096 is the smallest frame of the protocol, 65,536 what amqplib encodes headers into; more than that is refused with us and without us.
    for (const [on, limit] of [
      [traced, 4_050],
      [wide, 65_500],
    ]) {
      for (let left = 0; left < 400; left += 40) on.sendToQueue(used.queue, Buffer.from('x'), { headers: { own: 'h'.repeat(limit - left) } });
      await until('all messages', async () => (await plain.checkQueue(used.queue)).messageCount === 10);
      const carried = [];
      for (let i = 0; i < 10; i++) carried.push((await plain.get(used.queue, { noAck: true })).properties.headers.traceparent !== undefined);
      assert.deepEqual([carried[0], carried[9]], [false, true]);
    }
  });

  test('headers of 64 KB and of any type, and bodies of any kind, reach the handler once', async () => {
    const bare = await used.connection.createChannel();
    const headers = [
      { traceparent: 'x'.repeat(65_000) },
      { traceparent: 7, tracestate: true },
      { traceparent: { a: [1] } },
      { traceparent: null },
      {},
    ];
    const bodies = ['', 'no json', '{"traceContext":[1]}', '{"traceContext":{"traceparent":7}}', '\u0000\ud800traceparent'];
    for (const [i, given] of headers.entries()) bare.sendToQueue(used.queue, Buffer.from(bodies[i]), { headers: given });
    const seen = [];
    await used.consume((message) => {
      seen.push(message.content.toString());
      used.channel.ack(message);
      return seen.length === headers.length ? true : undefined;
    });
    await until('all spans', () => used.named(`consume ${used.queue}`).length === headers.length);
    assert.deepEqual(new Set(used.named(`consume ${used.queue}`).map((span) => span.parentSpanContext)), new Set([undefined]));
    assert.equal(seen.length, headers.length);
  });

  test('a broker that is killed while handlers run, and comes again: every message is handled, and says which attempt it was', async () => {
    const durable = `${used.queue}-durable`;
    await used.channel.assertQueue(durable, { durable: true });
    const confirm = instrumentAmqp(await used.connection.createConfirmChannel());
    for (let i = 0; i < 5; i++) withSpan(`request ${i}`, () => confirm.sendToQueue(durable, Buffer.from(String(i)), { persistent: true }));
    await confirm.waitForConfirms();
    const running = [];
    let finish;
    const finished = new Promise((resolve) => {
      finish = resolve;
    });
    used.channel.on('error', () => {});
    await used.channel.consume(durable, (message) => {
      running.push(String(message.content));
      return finished;
    });
    await until('five handlers', () => running.length === 5);
    let closed = false;
    used.channel.on('close', () => {
      closed = true;
    });
    await until('the queue to be on disk', () => used.broker.hasWritten(durable));
    await used.broker.kill();
    await until('the channel to close', () => closed);
    finish();
    const lost = await used.spansNamed(`consume ${durable}`, 5);
    for (const span of lost) assert.deepEqual([span.status.code, span.attributes['error.type']], [2, 'channel_closed']);
    await used.broker.restart();
    const again = await used.connect();
    const channel = instrumentAmqp(await again.createChannel());
    // What it fails with, `consume` rejects with.
    channel.on('error', () => {});
    await channel.consume(durable, (message) => {
      running.push(String(message.content));
      channel.ack(message);
    });
    const all = await used.spansNamed(`consume ${durable}`, 10);
    assert.deepEqual(running.sort(), ['0', '0', '1', '1', '2', '2', '3', '3', '4', '4']);
    const second = all.slice(5);
    assert.deepEqual(new Set(second.map((span) => span.attributes['messaging.message.delivery_attempt'])), new Set([2]));
    assert.deepEqual(second.map((span) => span.parentSpanContext.spanId).sort(), lost.map((span) => span.parentSpanContext.spanId).sort());
  });
});
