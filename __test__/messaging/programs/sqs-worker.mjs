/** A consumer of SQS in a worker thread, with tracing of its own: posts what its spans were. */
import { parentPort, workerData } from 'node:worker_threads';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createTestTracing, instrumentSqs, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { plainSpans } from './plain-spans.mjs';

const { client, QueueUrl } = workerData;
const tracing = createTestTracing();
const sqs = instrumentSqs(new SQSClient(client));
let ended = false;
parentPort.once('message', () => {
  ended = true;
});
parentPort.postMessage('ready');
while (!ended) {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }));
  await Promise.all(
    Messages.map((message) =>
      withMessageSpan(message, {}, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        withSpan(`work ${message.Body}`, () => {});
      }),
    ),
  );
  for (const _ of Messages) parentPort.postMessage('handled');
}
sqs.destroy();
parentPort.postMessage(plainSpans(tracing));
parentPort.close();
