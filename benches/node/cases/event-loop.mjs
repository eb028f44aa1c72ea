// The event loop's p99 delay of a service that makes 20,000 spans a second, over that of the same service without tracing.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startReading } from '../lib/cpu.mjs';
import { paced } from '../lib/pace.mjs';

export const title = 'event loop';
export const contenders = ['none', 'ours', 'opentelemetry', 'datadog'];
export const options = { perSecond: 10_000, seconds: 4, warmupSeconds: 1.5, workMicros: 20 };
export const figures = [
  { key: 'p99Millis', title: 'event-loop p99 delay at 20,000 spans/s, over no tracing', unit: 'ms', over: 'none', limit: { atMost: 1.1, aim: 1.03 } },
  { key: 'meanMillis', title: 'event-loop mean delay at 20,000 spans/s, over no tracing', unit: 'ms', over: 'none' },
  { key: 'waitedMillis', title: 'the same, main thread ready without a processor, of each second', unit: 'ms' },
];

// The histogram samples a 1 ms timer: its values hold that millisecond. A longer one would hide delays in a larger number.
const RESOLUTION_MILLIS = 1;
const NANOS_PER_MILLI = 1e6;

// What a request of a service does beside being traced: some JSON.
const DOCUMENT = { items: Array.from({ length: 40 }, (_, id) => ({ id, name: `item ${id}`, tags: ['a', 'b'] })) };

export async function measure(contender, { sink, perSecond, seconds, warmupSeconds, protocol }) {
  const started = await contender.start({ sink, sampled: true, protocol });
  const request = contender.request(started);
  let length = 0;
  const work = (i) => {
    request(i);
    length += JSON.stringify(DOCUMENT).length;
  };
  await paced(work, { count: perSecond * warmupSeconds, perSecond });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS });
  const read = startReading();
  delay.enable();
  await paced(work, { from: perSecond * warmupSeconds, count: perSecond * seconds, perSecond });
  delay.disable();
  const { waitedNanos, wallNanos } = read();
  await started.flush();
  return {
    p99Millis: delay.percentile(99) / NANOS_PER_MILLI,
    meanMillis: delay.mean / NANOS_PER_MILLI,
    waitedMillis: (waitedNanos / wallNanos) * 1000,
    maxMillis: delay.max / NANOS_PER_MILLI,
    expectedSpans: perSecond * (seconds + warmupSeconds) * 2,
    workLength: length,
    ledger: started.ledger?.(),
  };
}
