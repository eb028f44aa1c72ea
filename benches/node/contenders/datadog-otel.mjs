// dd-trace through its OpenTelemetry bridge: the workload of the others, unchanged.
import { createRequire } from 'node:module';
import { requirePeer } from '../lib/peers.mjs';
import { openTelemetryActiveRequest, openTelemetryRequest } from '../lib/workload.mjs';
import { startDatadog, waitForFlush } from './datadog.mjs';

export const title = 'dd-trace, OpenTelemetry API';

export async function start({ sink, sampled, instrument = false }) {
  const tracer = startDatadog({ sink, sampled, instrument });
  const provider = new tracer.TracerProvider();
  provider.register();
  // dd-trace 6 brings an API package of its own, older than the one beside it, and registers there.
  const api = createRequire(requirePeer.resolve('dd-trace'))('@opentelemetry/api');
  return { api, tracer: api.trace.getTracer('bench', '1.0.0'), flush: waitForFlush };
}

export const request = ({ api, tracer }) => openTelemetryRequest(api, tracer);
export const activeRequest = ({ api, tracer }) => openTelemetryActiveRequest(api, tracer);
