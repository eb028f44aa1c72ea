/** Many messages of RabbitMQ in flight at once, in one thread and in several: none is processed under another one's span. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { withSpan } from '@manifest-cyber/observability-ts';
import { until } from '../../scripts/parts/until.mjs';
import { runProgram } from '../parts/program.mjs';
import { rabbitmqMissing } from '../parts/rabbitmq.mjs';
import { idOf, useBroker } from './amqp-support.mjs';
import { pathsIn } from './paths.mjs';

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
    const byName = new Map(used.spans().map((span) => [span.name, span]));
    const pathOf = pathsIn(used.spans());
    for (let i = 0; i < MESSAGES; i++) {
      const expected = [
        `end ${i}`,
        `consume ${next}`,
        `publish ${next}`,
        `work ${i}`,
        `consume ${used.queue}`,
        `publish ${used.queue}`,
        `request ${i}`,
      ];
      assert.deepEqual(pathOf(byName.get(`end ${i}`)), expected);
    }
  });

  test('consumers in worker threads', async (t) => {
    const url = new URL('./programs/worker.mjs', import.meta.url);
    const workers = Array.from({ length: 2 }, () => new Worker(url, { workerData: { url: used.broker.url, queue: used.queue } }));
    // Those that a failure leaves at work would keep this process.
    t.after(() => Promise.all(workers.map((worker) => worker.terminate())));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    let handled = 0;
    for (const worker of workers) worker.on('message', (message) => (handled += message === 'handled' ? 1 : 0));
    for (let i = 0; i < 200; i++) withSpan(`request ${i}`, () => used.channel.sendToQueue(used.queue, Buffer.from(String(i))));
    // What the broker says of its queue is no measure: it counts late, and not what is on its way to a consumer.
    await until('every message to be handled', () => handled === 200, { describe: () => `: ${handled} were` });
    const answers = await Promise.all(
      workers.map(async (worker) => {
        worker.postMessage('end');
        const [spans] = await once(worker, 'message');
        return spans;
      }),
    );
    const theirs = answers.flat();
    const publishes = new Map(used.named(`publish ${used.queue}`).map((span) => [idOf(span), span]));
    const consumed = theirs.filter(({ name }) => name.startsWith('consume'));
    const works = theirs.filter(({ name }) => name.startsWith('work'));
    assert.deepEqual([works.length, new Set(works.map(({ name }) => name)).size], [200, 200]);
    const handledById = new Map(consumed.map((span) => [span.id, span]));
    for (const { name, parent, trace } of works) {
      const publish = publishes.get(handledById.get(parent).parent);
      const [request] = used.named(`request ${name.split(' ')[1]}`);
      assert.deepEqual([publish.parentSpanContext.spanId, trace], [idOf(request), request.spanContext().traceId]);
    }
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
