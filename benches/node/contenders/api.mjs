// `@opentelemetry/api` alone: the least that code which is instrumented by it can cost.
import { requirePeer } from '../lib/peers.mjs';
import { openTelemetryActiveRequest, openTelemetryRequest } from '../lib/workload.mjs';

export const title = '@opentelemetry/api alone';
export const exportsSpans = false;

export async function start() {
  const api = requirePeer('@opentelemetry/api');
  return { api, tracer: api.trace.getTracer('bench', '1.0.0'), flush: async () => {} };
}

export const request = ({ api, tracer }) => openTelemetryRequest(api, tracer);
export const activeRequest = ({ api, tracer }) => openTelemetryActiveRequest(api, tracer);
