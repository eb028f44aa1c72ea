// A server span with 8 attributes and in it a client span with 3, recorded and exported: CPU per exported span.
import { startReading } from '../lib/cpu.mjs';
import { paced } from '../lib/pace.mjs';
import { SPANS_PER_REQUEST } from '../lib/workload.mjs';

export const title = 'recorded and exported';
export const contenders = ['none', 'api', 'ours', 'opentelemetry', 'datadog', 'datadog-otel'];
export const options = { warmup: 15_000, requests: 30_000, perSecond: 10_000, active: false };
export const figures = [
  {
    key: 'mainMicros',
    title: 'main thread per exported span',
    unit: 'µs',
    net: true,
    bars: { opentelemetry: { atMost: 1 / 12, aim: 1 / 16 }, datadog: { atMost: 1 / 10, aim: 1 / 14 } },
  },
  { key: 'allMicros', title: 'all threads per exported span', unit: 'µs', net: true, bars: { opentelemetry: { atMost: 1 / 6, aim: 1 / 8 } } },
];

// One process from its start to its end: a process that waits while others have their turn finds its pages gone when it goes on, 2,000 faults a slice,
// which is more than what is measured.
export async function measure(contender, { sink, warmup, requests, perSecond, active, protocol }) {
  const started = await contender.start({ sink, sampled: true, protocol });
  const request = active ? contender.activeRequest(started) : contender.request(started);
  await paced(request, { count: warmup, perSecond });
  await started.flush();
  const read = startReading();
  await paced(request, { from: warmup, count: requests, perSecond });
  await started.flush();
  const used = read();
  const spans = requests * SPANS_PER_REQUEST;
  return {
    mainMicros: used.mainNanos / spans / 1000,
    allMicros: used.processNanos / spans / 1000,
    expectedSpans: (warmup + requests) * SPANS_PER_REQUEST,
    ledger: started.ledger?.(),
  };
}
