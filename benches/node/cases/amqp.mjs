// Main-thread CPU that tracing adds to a message of RabbitMQ, published and consumed in one process, with its two spans.

import { BODY, openChannels, prepareBroker } from '../lib/amqp.mjs';
import { costOf } from '../lib/cpu.mjs';

export const title = 'RabbitMQ message';
export const contenders = ['none', 'ours', 'opentelemetry'];
export const options = { warmup: 8_000, messages: 1_000, slices: 15, window: 64 };
export const rounds = 10;
export const figures = [
  {
    key: 'mainMicros',
    title: 'RabbitMQ message, published and consumed: main thread added',
    unit: 'µs',
    net: true,
    bars: { opentelemetry: { atMost: 1 / 8, aim: 1 / 12 } },
  },
  { key: 'allMicros', title: 'RabbitMQ message, published and consumed: all threads added', unit: 'µs', net: true, bars: {} },
];

export const prepare = prepareBroker;

export async function open(contender, { sink, broker, warmup, messages, window, protocol }) {
  const started = await contender.start({ sink, sampled: true, protocol });
  const { channel, queue, close } = await openChannels(started, broker);
  let handled = 0;
  let wake;
  await channel.consume(queue, (message) => {
    // At the end: the queue is gone.
    if (message === null) return;
    handled++;
    channel.ack(message);
    wake?.();
  });
  // Publishes from where nothing is active: from inside a handler, each message would be the child of the one before.
  const run = async (count) => {
    const first = handled;
    for (let sent = 0; handled - first < count; ) {
      while (sent < count && sent - (handled - first) < window) {
        channel.sendToQueue(queue, BODY, { contentType: 'application/json', messageId: 'm-1' });
        sent++;
      }
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  };
  await run(warmup);
  await started.flush();
  return {
    slice: async () => ({ ...(await costOf(started, messages, () => run(messages))), expectedSpans: messages * 2 }),
    close,
  };
}
