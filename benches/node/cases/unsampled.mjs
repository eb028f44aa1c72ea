// The same code when the head decision is "no" (parent-based, ratio 0): what tracing costs those who do not look.
import { setImmediate as turn } from 'node:timers/promises';
import { startReading } from '../lib/cpu.mjs';
import { SPANS_PER_REQUEST } from '../lib/workload.mjs';

export const title = 'not sampled';
export const contenders = ['none', 'api', 'ours', 'opentelemetry'];
export const options = { warmup: 100_000, requests: 50_000, slices: 8 };
export const figures = [
  {
    key: 'mainMicros',
    title: 'main thread per span not sampled',
    unit: 'µs',
    net: true,
    bars: { opentelemetry: { atMost: 1 / 4, aim: 1 / 6 } },
  },
];

const BURST_REQUESTS = 1000;

async function run(request, from, count) {
  for (let i = 0; i < count; i += BURST_REQUESTS) {
    for (let j = 0; j < BURST_REQUESTS; j++) request(from + i + j);
    await turn();
  }
}

export async function open(contender, { sink, warmup, requests }) {
  const started = await contender.start({ sink, sampled: false });
  const request = contender.request(started);
  await run(request, 0, warmup);
  let from = warmup;
  return {
    async slice() {
      const read = startReading();
      await run(request, from, requests);
      const used = read();
      from += requests;
      return { mainMicros: used.mainNanos / (requests * SPANS_PER_REQUEST) / 1000, expectedSpans: 0, ledger: started.ledger?.() };
    },
    close: () => started.flush(),
  };
}
