// Heap that the open spans of unacknowledged messages take, and what is left of it once they were acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import { BODY, openChannels, prepareBroker } from '../lib/amqp.mjs';

export const title = 'unacknowledged messages';
export const contenders = ['none', 'ours', 'opentelemetry'];
export const options = { messages: 10_000, execArgv: ['--expose-gc'] };
export const figures = [
  { key: 'openBytes', title: '10,000 unacknowledged messages: heap of an open span', unit: 'B', net: true, limit: { atMost: 2048, aim: 1024 } },
  { key: 'halfBytes', title: 'the same with 5,000', unit: 'B', net: true },
  { key: 'leftBytes', title: 'the same, once they are acknowledged', unit: 'B', net: true, limit: { atMost: 64, aim: 16 } },
];
export const rounds = 3;

export const prepare = prepareBroker;

const SETTLE_MILLIS = 300;

/** Bytes of heap in use, after the garbage is gone. */
async function heapBytes() {
  for (let i = 0; i < 3; i++) {
    await sleep(SETTLE_MILLIS);
    globalThis.gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export async function measure(contender, { sink, broker, messages, protocol }) {
  const started = await contender.start({ sink, sampled: true, protocol });
  const { channel, queue, close } = await openChannels(started, broker);
  let delivered = 0;
  // Only the tags are kept: what is held of a message is tracing's.
  await channel.consume(queue, () => {
    delivered++;
  });
  const deliver = async (count) => {
    for (const goal = delivered + count; delivered < goal; await sleep(1)) {
      const missing = Math.min(goal - delivered, 500);
      const before = delivered;
      for (let i = 0; i < missing; i++) channel.sendToQueue(queue, BODY, { contentType: 'application/json', messageId: 'm-1' });
      while (delivered < before + missing) await sleep(1);
    }
  };
  const settle = async () => {
    channel.ackAll();
    await channel.checkQueue(queue);
    await started.flush();
  };
  // The same once before: what is made once is not counted.
  await deliver(messages);
  await settle();
  const before = await heapBytes();
  await deliver(messages / 2);
  await started.flush();
  const half = await heapBytes();
  await deliver(messages / 2);
  await started.flush();
  const open = await heapBytes();
  await settle();
  const left = await heapBytes();
  await close();
  return {
    openBytes: (open - before) / messages,
    halfBytes: ((half - before) / messages) * 2,
    leftBytes: (left - before) / messages,
    expectedSpans: messages * 4,
    ledger: started.ledger?.(),
  };
}
