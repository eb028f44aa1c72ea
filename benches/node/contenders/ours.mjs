import { requireOwn, requirePeer } from '../lib/peers.mjs';
import { openTelemetryPropagation } from '../lib/propagation.mjs';
import { openTelemetryActiveRequest, openTelemetryRequest } from '../lib/workload.mjs';

export const title = 'ours';

/** Loads the package and starts it as a service would. */
export async function start({ sink, sampled, protocol = 'otlp-http', instrument = false, propagators }) {
  const own = requireOwn('@manifest-cyber/observability-ts');
  const tracing = await own.initTracing({
    serviceName: 'bench',
    exporter: { type: protocol, endpoint: protocol === 'otlp-grpc' ? sink.grpc : sink.http },
    sampling: { rate: sampled ? 1 : 0 },
    ...(instrument ? {} : { http: false }),
    ...(propagators ? { propagators } : {}),
  });
  return {
    // Loaded by cases whose workload calls it, as a service would; the package does without (docs/adr/0004).
    get api() {
      return requireOwn('@opentelemetry/api');
    },
    own,
    tracer: own.getTracer('bench', '1.0.0'),
    flush: () => tracing.forceFlush(30_000),
    ledger: () => tracing.stats(),
    middleware: () => own.tracingMiddleware(),
    amqp: () => ({ amqplib: requirePeer('amqplib'), instrument: own.instrumentAmqp }),
    mongodb: () => ({ mongodb: requirePeer('mongodb'), instrument: own.instrumentMongo }),
  };
}

export const request = ({ api, tracer }) => openTelemetryRequest(api, tracer);
export const activeRequest = ({ api, tracer }) => openTelemetryActiveRequest(api, tracer);
export const propagation = openTelemetryPropagation;
