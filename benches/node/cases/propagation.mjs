// A context out of a request's headers, and a span's context into the headers of another, through the propagator API. First with a `traceparent`
// alone, then with a trace state of three members and baggage of three entries as well; no value comes twice.
import { headersOf } from '../lib/headers.mjs';
import { lowerQuartile } from '../lib/statistics.mjs';

export const title = 'context in headers';
export const contenders = ['ours', 'opentelemetry', 'datadog'];
export const options = { warmup: 60, rounds: 300, batch: 500 };
/** Each in a process of its own. */
export const variants = [
  { prefix: 'plain', full: false, propagators: ['tracecontext'] },
  { prefix: 'full', full: true, propagators: ['tracecontext', 'baggage'] },
];
const TWICE = { opentelemetry: { atMost: 1 / 2 }, datadog: { atMost: 1 } };
const NO_SLOWER = { opentelemetry: { atMost: 1 } };
export const figures = [
  { key: 'plainExtractMicros', title: 'extract traceparent', unit: 'µs', bars: TWICE },
  { key: 'plainInjectMicros', title: 'inject traceparent', unit: 'µs', bars: TWICE },
  { key: 'plainBothMicros', title: 'both', unit: 'µs', bars: TWICE },
  { key: 'fullExtractMicros', title: 'extract traceparent, tracestate, baggage', unit: 'µs', bars: NO_SLOWER },
  { key: 'fullInjectMicros', title: 'inject traceparent, tracestate, baggage', unit: 'µs', bars: NO_SLOWER },
  { key: 'fullBothMicros', title: 'both', unit: 'µs', bars: NO_SLOWER },
];

let seen = 0;

/**
 * Microseconds of one extraction and of one injection: the lower quartile of many small batches by the clock, since what else runs on the machine only ever
 * adds. The kernel's account of a thread's CPU time is too coarse for a batch of half a millisecond, and in a larger one the headers would fall out of the
 * cache, in which a request that was just read has them.
 */
function timed(propagation, full, { warmup, rounds, batch }) {
  const extracted = [];
  const injected = [];
  for (let round = 0; round < warmup + rounds; round++) {
    const requests = Array.from({ length: batch }, (_, i) => headersOf(round * batch + i, full));
    const contexts = new Array(batch);
    const begin = performance.now();
    for (let i = 0; i < batch; i++) contexts[i] = propagation.extract(requests[i]);
    extracted.push(performance.now() - begin);
    // A span of the service, as every caller has one; it is started outside of what is measured.
    const spans = contexts.map(propagation.spanIn);
    const beginInject = performance.now();
    for (let i = 0; i < batch; i++) seen += propagation.inject(spans[i]).traceparent.length;
    injected.push(performance.now() - beginInject);
  }
  const perCall = (times) => (lowerQuartile(times.slice(warmup)) * 1000) / batch;
  return { extract: perCall(extracted), inject: perCall(injected) };
}

export async function measure(contender, { sink, prefix, full, propagators, ...sizes }) {
  const started = await contender.start({ sink, sampled: false, propagators });
  const { extract, inject } = timed(contender.propagation(started), full, sizes);
  if (seen === 0) throw new Error('nothing was injected');
  return { [`${prefix}ExtractMicros`]: extract, [`${prefix}InjectMicros`]: inject, [`${prefix}BothMicros`]: extract + inject };
}
