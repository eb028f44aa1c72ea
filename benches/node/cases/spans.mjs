// A server span with 8 attributes and in it a client span with 3, recorded and exported: CPU per exported span.
import { costInParts } from '../lib/cpu.mjs';
import { paced } from '../lib/pace.mjs';
import { SPANS_PER_REQUEST } from '../lib/workload.mjs';

export const title = 'recorded and exported';
export const contenders = ['none', 'api', 'ours', 'opentelemetry', 'datadog', 'datadog-otel'];
// The untraced program itself takes 1.8 to 3.3 µs from one process to the next, which only many of them even out.
export const rounds = 12;
export const options = { warmup: 15_000, requests: 2_500, parts: 12, perSecond: 10_000, active: false };
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

// One process from its start to its end: half-second slices gave 1.71 µs for ours, this way 0.91 and 1.70, so they decide nothing (docs/benchmarks.md).
export async function measure(contender, { sink, warmup, requests, parts, perSecond, active, protocol }) {
  const started = await contender.start({ sink, sampled: true, protocol });
  const request = active ? contender.activeRequest(started) : contender.request(started);
  await paced(request, { count: warmup, perSecond });
  await started.flush();
  const spans = requests * SPANS_PER_REQUEST;
  const cost = await costInParts(started, { parts, count: spans }, (part) =>
    paced(request, { from: warmup + part * requests, count: requests, perSecond }),
  );
  return { ...cost, expectedSpans: warmup * SPANS_PER_REQUEST + spans * parts };
}
