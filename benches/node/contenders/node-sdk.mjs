// OpenTelemetry's all-in-one NodeSDK with the http and express instrumentations, as its getting-started page has it.
import { requirePeer } from '../lib/peers.mjs';

export const title = 'OpenTelemetry NodeSDK';

export async function start({ sink }) {
  const { NodeSDK } = requirePeer('@opentelemetry/sdk-node');
  const { OTLPTraceExporter } = requirePeer('@opentelemetry/exporter-trace-otlp-proto');
  const { HttpInstrumentation } = requirePeer('@opentelemetry/instrumentation-http');
  const { ExpressInstrumentation } = requirePeer('@opentelemetry/instrumentation-express');
  process.env.OTEL_METRICS_EXPORTER = 'none';
  process.env.OTEL_LOGS_EXPORTER = 'none';
  const sdk = new NodeSDK({
    serviceName: 'bench',
    traceExporter: new OTLPTraceExporter({ url: `${sink.http}/v1/traces` }),
    instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
  });
  sdk.start();
  return { flush: async () => {} };
}
