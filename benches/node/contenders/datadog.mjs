// dd-trace in its own words, to an agent of ours that discards. What it does beside tracing (telemetry, remote configuration, runtime
// metrics, start-up logs) is off, which is to its advantage.
import { setTimeout as sleep } from 'node:timers/promises';
import { requirePeer } from '../lib/peers.mjs';
import { datadogActiveRequest, datadogRequest } from '../lib/workload.mjs';

export const title = 'dd-trace';

// It has no public flush: what is waiting goes every two seconds (its default).
const FLUSH_INTERVAL_MILLIS = 2000;

/** Loads and starts dd-trace; the tracer. */
export function startDatadog({ sink, sampled, instrument, propagators }) {
  // As the others do where headers are measured: its own kind of headers beside these would only cost.
  if (propagators) process.env.DD_TRACE_PROPAGATION_STYLE = propagators.join(',');
  Object.assign(process.env, {
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_TRACE_STARTUP_LOGS: 'false',
    DD_CRASHTRACKING_ENABLED: 'false',
  });
  const tracer = requirePeer('dd-trace');
  return tracer.init({
    service: 'bench',
    url: sink.agent,
    plugins: instrument,
    runtimeMetrics: false,
    ...(sampled ? {} : { sampleRate: 0 }),
  });
}

/** Waits until what has ended is sent. */
export const waitForFlush = () => sleep(FLUSH_INTERVAL_MILLIS + 400);

export async function start({ sink, sampled, instrument = false, propagators }) {
  return { tracer: startDatadog({ sink, sampled, instrument, propagators }), flush: waitForFlush };
}

export const request = ({ tracer }) => datadogRequest(tracer);
export const activeRequest = ({ tracer }) => datadogActiveRequest(tracer);

/** Its own way: a span context out of headers, a span's context into some. */
export const propagation = ({ tracer }) => ({
  extract: (headers) => tracer.extract('http_headers', headers),
  spanIn: (parent) => tracer.startSpan('call', { childOf: parent }),
  inject(span) {
    const headers = {};
    tracer.inject(span, 'http_headers', headers);
    return headers;
  },
});
