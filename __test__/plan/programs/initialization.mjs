/** A service with the plan's `src/tracing.ts`, this package in the place of the SDK's packages; it works until it is told to end. */
import { getTracer, initTracing } from '@manifest-cyber/observability-ts';
import { runSample } from '../sample.mjs';

class NodeSDK {
  constructor({ resource, traceExporter, instrumentations }) {
    const { 'service.name': serviceName, ...attributes } = resource.attributes;
    this.options = { serviceName, resource: attributes, exporter: { type: 'otlp-grpc', endpoint: traceExporter.url }, instrumentations };
  }
  start() {
    this.running = initTracing(this.options);
  }
  shutdown = async () => (await this.running).shutdown();
}

const modules = {
  '@opentelemetry/sdk-node': { NodeSDK },
  '@opentelemetry/exporter-trace-otlp-grpc': {
    OTLPTraceExporter: class {
      constructor({ url }) {
        this.url = url;
      }
    },
  },
  '@opentelemetry/resources': {
    Resource: class {
      constructor(attributes) {
        this.attributes = attributes;
      }
    },
  },
  '@opentelemetry/semantic-conventions': { ATTR_SERVICE_NAME: 'service.name' },
  // http, fetch and Express are built in.
  '@opentelemetry/auto-instrumentations-node': { getNodeAutoInstrumentations: () => [] },
};
await runSample('initialization', {}, { modules });

getTracer('service').startSpan('job.process.sbom').end();
setInterval(() => {}, 1_000);
console.log('ready');
