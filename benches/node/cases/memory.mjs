// Resident memory after 100,000 exported spans, less that of the same program without tracing.
import { readFileSync } from 'node:fs';
import { paced } from '../lib/pace.mjs';
import { SPANS_PER_REQUEST } from '../lib/workload.mjs';

export const title = 'memory';
export const contenders = ['none', 'ours', 'opentelemetry', 'datadog'];
export const options = { spans: 100_000, perSecond: 10_000 };
export const figures = [
  { key: 'addedMiB', title: 'RSS added after 100,000 spans', unit: 'MiB', net: true, limit: { atMost: 15, aim: 10 } },
  { key: 'peakMiB', title: 'peak RSS added on the way', unit: 'MiB', net: true },
];

const peakMiB = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]) / 1024;

export async function measure(contender, { sink, spans, perSecond, protocol }) {
  const before = process.memoryUsage.rss();
  const started = await contender.start({ sink, sampled: true, protocol });
  const request = contender.request(started);
  await paced(request, { count: spans / SPANS_PER_REQUEST, perSecond });
  await started.flush();
  const after = process.memoryUsage.rss();
  return { addedMiB: (after - before) / 2 ** 20, peakMiB: peakMiB() - before / 2 ** 20, expectedSpans: spans, ledger: started.ledger?.() };
}
