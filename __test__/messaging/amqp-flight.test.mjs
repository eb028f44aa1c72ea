/** Many messages of RabbitMQ in flight at once, in one thread and in several: none is processed under another one's span. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { withSpan } from '@manifest-cyber/observability-ts';
import { runProgram } from '../parts/program.mjs';
import { rabbitmqMissing } from '../parts/rabbitmq.mjs';
import { useBroker } from './amqp-support.mjs';
import { assertOwnPaths, assertOwnWork, startWorkers } from './flight.mjs';

const MESSAGES = 1_000;

describe('messages in flight', { skip: rabbitmqMissing }, () => {
  const used = useBroker();

  test('1,000 messages, handlers that take turns: each is below its own sender', async () => {
    const next = `${used.queue}-next`;
    await used.channel.assertQueue(next);
    await used.channel.consume(used.queue, async (message) => {
      const name = String(message.content);
      // Different numbers of turns, so that the handlers mix.
      for (let i = Number(name) % 7; i >= 0; i--) await turn();
      await withSpan(`work ${name}`, async () => {
        await turn();
        used.channel.sendToQueue(next, message.content);
      });
      used.channel.ack(message);
    });
    await used.channel.consume(next, (message) => {
      withSpan(`end ${message.content}`, () => {});
      used.channel.ack(message);
    });
    for (let i = 0; i < MESSAGES; i++) withSpan(`request ${i}`, () => used.channel.sendToQueue(used.queue, Buffer.from(String(i))));
    await used.spansNamed(`consume ${next}`, MESSAGES);
    const { queue } = used;
    assertOwnPaths(used.spans(), MESSAGES, (i) => [`consume ${next}`, `publish ${next}`, `work ${i}`, `consume ${queue}`, `publish ${queue}`]);
  });

  test('consumers in worker threads', async (t) => {
    const workers = await startWorkers(t, './programs/amqp-worker.mjs', { url: used.broker.url, queue: used.queue });
    for (let i = 0; i < 200; i++) withSpan(`request ${i}`, () => used.channel.sendToQueue(used.queue, Buffer.from(String(i))));
    const theirs = await workers.spansOf(200);
    assertOwnWork(theirs, used.spans(), 200);
  });

  test("OpenTelemetry's amqplib instrumentation works on our provider, and ours leaves its channels alone", async () => {
    const program = new URL('./programs/published-amqp.mjs', import.meta.url);
    const { spans, warnings } = (await runProgram(program, { url: used.broker.url, queue: used.queue })).answer;
    const [publish, handled] = ['publish', 'process'].map((operation) => spans.find(({ name }) => name.includes(operation)));
    assert.equal(spans.length, 3);
    const request = spans.find(({ name }) => name === 'request');
    assert.deepEqual([publish.kind, handled.kind], [3, 4]);
    assert.deepEqual([request.parent, publish.parent, handled.parent], [undefined, request.id, publish.id]);
    assert.equal(new Set(spans.map(({ trace }) => trace)).size, 1);
    assert.equal(publish.scope, '@opentelemetry/instrumentation-amqplib');
    assert.deepEqual(warnings, ['OBS_AMQP_TRACED_ALREADY']);
  });
});
