/** Many messages of SQS in flight at once, in one thread and in several, and messages that fail: none is processed under another one's span. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { until } from '../../scripts/parts/until.mjs';
import { elasticmqMissing } from '../parts/elasticmq.mjs';
import { assertOwnPaths, assertOwnWork, startWorkers } from './flight.mjs';
import { pathsIn } from './paths.mjs';
import { useSqs } from './sqs-support.mjs';

const MESSAGES = 1_000;

/** How long all messages of a queue may take, in milliseconds. */
const CONSUME_MILLIS = 60_000;

/** Requests at once. */
const LANES = 20;

/** Runs `work(i)` for each number below `count`, so many at once. */
async function inLanes(count, work) {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

describe('messages of SQS in flight', { skip: elasticmqMissing }, () => {
  const used = useSqs();

  /** Receives until `isDone()` says that all is done; handlers of what several polls brought mix. */
  const consume = (url, handle, isDone) => {
    const deadline = Date.now() + CONSUME_MILLIS;
    return Promise.all(
      Array.from({ length: LANES / 4 }, async () => {
        while (!isDone()) {
          assert.ok(Date.now() < deadline, `messages of ${url} are missing after ${CONSUME_MILLIS} ms`);
          const messages = await used.receive(url);
          await Promise.all(messages.map((message) => withMessageSpan(message, {}, () => handle(message))));
        }
      }),
    );
  };

  test('1,000 messages, handlers that take turns: each is below its own sender', async () => {
    const next = `${used.queue}-next`;
    const nextUrl = await used.create(next);
    let worked = 0;
    let ended = 0;
    const handlers = Promise.all([
      consume(
        used.url,
        async ({ Body }) => {
          // Different numbers of turns, so that the handlers mix.
          for (let i = Number(Body) % 7; i >= 0; i--) await turn();
          await withSpan(`work ${Body}`, async () => {
            await turn();
            await used.send(nextUrl, Body);
          });
          worked++;
        },
        () => worked === MESSAGES,
      ),
      consume(
        nextUrl,
        async ({ Body }) => {
          await turn();
          withSpan(`end ${Body}`, () => {});
          ended++;
        },
        () => ended === MESSAGES,
      ),
    ]);
    await inLanes(MESSAGES, (i) => withSpan(`request ${i}`, () => used.send(used.url, String(i))));
    await handlers;
    const { queue } = used;
    assertOwnPaths(used.spans(), MESSAGES, (i) => [`process ${next}`, `send ${next}`, `work ${i}`, `process ${queue}`, `send ${queue}`]);
  });

  test('consumers in worker threads', async (t) => {
    const workers = await startWorkers(t, './programs/sqs-worker.mjs', { client: used.server.client, QueueUrl: used.url });
    await inLanes(200, (i) => withSpan(`request ${i}`, () => used.send(used.url, String(i))));
    const theirs = await workers.spansOf(200);
    assertOwnWork(theirs, used.spans(), 200);
  });

  test('a poison message is tried again, then it is with the dead letters, in its trace all the time', async () => {
    const dead = await used.create(`${used.queue}-dead`);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await used.arnOf(dead), maxReceiveCount: 2 });
    const url = await used.create(`${used.queue}-work`, { RedrivePolicy, VisibilityTimeout: '0' });
    await withSpan('request', () => used.send(url, 'poison'));
    let attempts = 0;
    const letters = await until('the dead letter', async () => {
      for (const message of await used.receive(url)) {
        attempts++;
        const failing = withMessageSpan(message, {}, () => Promise.reject(new RangeError('poison')));
        await assert.rejects(failing, { message: 'poison' });
      }
      const found = await used.receive(dead, { WaitTimeSeconds: 0 });
      return found.length > 0 ? found : undefined;
    });
    withMessageSpan(letters[0], {}, () => {});
    assert.deepEqual([attempts, letters.length], [2, 1]);
    const tries = [...used.named(`process ${used.queue}-work`), ...used.named(`process ${used.queue}-dead`)];
    const pathOf = pathsIn(used.spans());
    assert.deepEqual(
      tries.map((span) => [pathOf(span), span.attributes['messaging.message.delivery_attempt'], span.attributes['error.type']]),
      ['work', 'work', 'dead'].map((queue, i) => [
        [`process ${used.queue}-${queue}`, `send ${used.queue}-work`, 'request'],
        i + 1,
        queue === 'work' ? 'RangeError' : undefined,
      ]),
    );
  });
});
