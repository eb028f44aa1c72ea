// A service at 1,000 spans/s whose collector cannot be reached, beside the same with one that can.
import { startReading } from '../lib/cpu.mjs';
import { paced } from '../lib/pace.mjs';
import { SPANS_PER_REQUEST } from '../lib/workload.mjs';

export const title = 'collector unreachable';
export const contenders = ['none', 'ours', 'opentelemetry'];
export const options = { seconds: 60, spansPerSecond: 1000, down: true };
export const rounds = 3;
/** Up and down, and all contenders, in the same minute: none of them keeps a processor busy. */
export const concurrent = true;
export const figures = [
  { key: 'mainMicros', title: 'main thread per span, collector unreachable', unit: 'µs', net: true },
  { key: 'upMicros', title: 'main thread per span at the same rate, collector up', unit: 'µs', net: true },
  { key: 'addedMiB', title: 'RSS growth while unreachable', unit: 'MiB', net: true },
  { key: 'logLines', title: 'log lines in a minute (bar: one every 30 s)', unit: '', limit: { atMost: 2, aim: 2 } },
];

// Port 1 of the loopback: nothing listens there, connections are refused at once.
const NOBODY = { http: 'http://127.0.0.1:1', grpc: 'http://127.0.0.1:1', agent: 'http://127.0.0.1:1' };
const WARMUP_REQUESTS = 2000;

/** Runs once with the collector up or down. */
export async function measure(contender, { sink, seconds, spansPerSecond, down, protocol }) {
  const started = await contender.start({ sink: down ? NOBODY : sink, sampled: true, protocol });
  const request = contender.request(started);
  const perSecond = spansPerSecond / SPANS_PER_REQUEST;
  await paced(request, { count: WARMUP_REQUESTS, perSecond: 2000 });
  const before = process.memoryUsage.rss();
  const read = startReading();
  const count = seconds * perSecond;
  const samples = [];
  const watch = setInterval(() => samples.push(Math.round(process.memoryUsage.rss() / 2 ** 20)), 5000);
  await paced(request, { from: WARMUP_REQUESTS, count, perSecond });
  clearInterval(watch);
  const used = read();
  return {
    [down ? 'mainMicros' : 'upMicros']: used.mainNanos / (count * SPANS_PER_REQUEST) / 1000,
    ...(down ? { addedMiB: (process.memoryUsage.rss() - before) / 2 ** 20, rssMiB: samples } : {}),
    ledger: started.ledger?.(),
  };
}

/** The two runs that make one sample; the log lines are the second's. */
export const variants = [{ down: false }, { down: true }];
