/** A consumer in a worker thread, with tracing of its own: posts what its spans were. */
import { parentPort, workerData } from 'node:worker_threads';
import { createTestTracing, instrumentAmqp, withSpan } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import { plainSpans } from './plain-spans.mjs';

const { url, queue } = workerData;
const tracing = createTestTracing();
const connection = await amqplib.connect(url);
const channel = instrumentAmqp(await connection.createChannel());
await channel.prefetch(10);
await channel.consume(queue, async (message) => {
  await new Promise((resolve) => setImmediate(resolve));
  withSpan(`work ${message.content}`, () => {});
  channel.ack(message);
  parentPort.postMessage('handled');
});
parentPort.postMessage('ready');
parentPort.once('message', async () => {
  await channel.close();
  await connection.close();
  parentPort.postMessage(plainSpans(tracing));
  parentPort.close();
});
