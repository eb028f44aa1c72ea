// Main-thread CPU that tracing adds to a query of MongoDB for one document, with its span.

import { costOf } from '../lib/cpu.mjs';
import { openCollection, prepareServer } from '../lib/mongo.mjs';

export const title = 'MongoDB query';
export const contenders = ['none', 'ours', 'opentelemetry'];
export const options = { warmup: 5_000, queries: 2_500, slices: 8, window: 16 };
export const figures = [
  { key: 'mainMicros', title: 'MongoDB findOne: main thread added', unit: 'µs', net: true, bars: {} },
  { key: 'allMicros', title: 'MongoDB findOne: all threads added', unit: 'µs', net: true, bars: {} },
];

export const prepare = prepareServer;

export async function open(contender, { sink, server, warmup, queries, window, protocol }) {
  const started = await contender.start({ sink, sampled: true, protocol });
  const collection = openCollection(started, server);
  const run = async (count) => {
    let left = count;
    const ask = async () => {
      while (left-- > 0) await collection.findOne({ _id: left % 100 });
    };
    await Promise.all(Array.from({ length: window }, ask));
  };
  await run(warmup);
  await started.flush();
  // The client stays open: OpenTelemetry's instrumentation makes a span of what the driver sends when it closes.
  return {
    slice: async () => ({ ...(await costOf(started, queries, () => run(queries))), expectedSpans: queries }),
  };
}
