/** Copies of received messages: what their receiver did not ask for is known of them, too. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { extractMessage, injectMessage, withMessageSpan } from '@manifest-cyber/observability-ts';
import { elasticmqMissing } from '../parts/elasticmq.mjs';
import { idOf } from './paths.mjs';
import { useSqs } from './sqs-support.mjs';

describe('copies of messages of SQS', { skip: elasticmqMissing }, () => {
  const used = useSqs();
  const COPIES = {
    'the message itself': (message) => message,
    'with another body': (message) => ({ ...message, Body: { parsed: true } }),
    'a clone': structuredClone,
    'what JSON gives': (message) => JSON.parse(JSON.stringify(message)),
  };
  for (const [name, copy] of Object.entries(COPIES)) {
    test(`${name}: sender, queue, attempt and waiting time are known`, async () => {
      await used.send(used.url, 'x');
      const [message] = await used.receive(used.url);
      withMessageSpan(copy(message), {}, () => {});
      const [sent] = used.named(`send ${used.queue}`);
      const [handled] = used.named(`process ${used.queue}`);
      assert.equal(handled?.parentSpanContext?.spanId, idOf(sent));
      assert.equal(handled.attributes['messaging.message.delivery_attempt'], 1);
      assert.ok(handled.attributes['messaging.message.queue_time_ms'] >= 0);
    });
  }

  test('a message for another process carries the context where that can see it', async () => {
    await used.send(used.url, 'x');
    const [message] = await used.receive(used.url);
    const { ReceiptHandle: _, ...elsewhere } = JSON.parse(JSON.stringify(injectMessage(message, extractMessage(message))));
    withMessageSpan(elsewhere, { destination: 'elsewhere' }, () => {});
    assert.equal(used.named('process elsewhere')[0].parentSpanContext?.spanId, idOf(used.named(`send ${used.queue}`)[0]));
  });
});
