/** A consumer in a worker thread, with tracing of its own: posts what its spans were. */
import { parentPort, workerData } from 'node:worker_threads';
import { createTestTracing, instrumentAmqp, withSpan } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import { until } from '../../parts/until.mjs';

const { url, queue } = workerData;
const tracing = createTestTracing();
const connection = await amqplib.connect(url);
const channel = instrumentAmqp(await connection.createChannel());
await channel.prefetch(10);
let handling = 0;
const { consumerTag } = await channel.consume(queue, async (message) => {
  handling++;
  await new Promise((resolve) => setImmediate(resolve));
  withSpan(`work ${message.content}`, () => {});
  channel.ack(message);
  handling--;
});
parentPort.postMessage('ready');
parentPort.once('message', async () => {
  // What was delivered before the consumer was cancelled is still to be handled: a closing channel takes no acknowledgement.
  await channel.cancel(consumerTag);
  await until('the last handler', () => handling === 0);
  await channel.close();
  await connection.close();
  parentPort.postMessage(
    tracing.getFinishedSpans().map((span) => ({
      name: span.name,
      id: span.spanContext().spanId,
      trace: span.spanContext().traceId,
      parent: span.parentSpanContext?.spanId,
    })),
  );
  parentPort.close();
});
