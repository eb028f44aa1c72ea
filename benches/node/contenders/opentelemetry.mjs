// OpenTelemetry JS set up as its documentation says, with what kindness costs nothing: a queue that never overflows, no resource detectors.
import { setTimeout as sleep } from 'node:timers/promises';
import { generation, requirePeer } from '../lib/peers.mjs';
import { openTelemetryPropagation } from '../lib/propagation.mjs';
import { openTelemetryActiveRequest, openTelemetryRequest } from '../lib/workload.mjs';

export const title = 'OpenTelemetry JS';

// Its default of 2,048 would overflow in the bursts; a dropped span costs nothing and would flatter it or, as a failure, us.
const QUEUE_SPANS = 262_144;
const POLL_MILLIS = 20;

// forceFlush() sends all batches at once, and its exporter refuses more than 30: it is let down to this many waiting spans first.
const FLUSH_AT_MOST_SPANS = 4096;

// Counts the batches on their way: forceFlush() does not wait for the one that was sent before it.
function countingExporter(url) {
  const { OTLPTraceExporter } = requirePeer('@opentelemetry/exporter-trace-otlp-proto');
  const exporter = new OTLPTraceExporter({ url });
  const send = exporter.export.bind(exporter);
  exporter.pending = 0;
  exporter.export = (spans, done) => {
    exporter.pending++;
    send(spans, (result) => {
      exporter.pending--;
      done(result);
    });
  };
  return exporter;
}

function createProcessor(sdk, exporter) {
  const options = { maxQueueSize: QUEUE_SPANS };
  return generation === 'node20' ? new sdk.BatchSpanProcessor(exporter, options) : new sdk.BatchSpanProcessor({ exporter, ...options });
}

function createProvider(sdk, { processor, sampled, resource }) {
  const root = sampled ? new sdk.AlwaysOnSampler() : new sdk.TraceIdRatioBasedSampler(0);
  const options = { sampler: new sdk.ParentBasedSampler({ root }), resource, spanProcessors: [processor] };
  return generation === 'node20' ? new sdk.NodeTracerProvider(options) : new sdk.TracerProvider(options);
}

/** Both W3C formats are its default; the case `propagation` also measures one alone. */
function createPropagator(names) {
  const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = requirePeer('@opentelemetry/core');
  if (names.length === 1) return new W3CTraceContextPropagator();
  return new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] });
}

function register(provider, api, propagator) {
  if (generation === 'node20') return provider.register({ propagator });
  const { AsyncLocalStorageContextManager } = requirePeer('@opentelemetry/context-async-hooks');
  api.trace.setGlobalTracerProvider(provider);
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.propagation.setGlobalPropagator(propagator);
}

export async function start({ sink, sampled, instrument = false, propagators = ['tracecontext', 'baggage'] }) {
  const api = requirePeer('@opentelemetry/api');
  const sdk = requirePeer(generation === 'node20' ? '@opentelemetry/sdk-trace-node' : '@opentelemetry/sdk-trace');
  const { resourceFromAttributes } = requirePeer('@opentelemetry/resources');
  const resource = resourceFromAttributes({ 'service.name': 'bench' });
  const exporter = countingExporter(`${sink.http}/v1/traces`);
  const processor = createProcessor(sdk, exporter);
  const provider = createProvider(sdk, { processor, sampled, resource });
  register(provider, api, createPropagator(propagators));
  const enable = (instrumentation) => {
    instrumentation.setTracerProvider(provider);
    instrumentation.enable();
  };
  if (instrument) {
    const { HttpInstrumentation } = requirePeer('@opentelemetry/instrumentation-http');
    const { ExpressInstrumentation } = requirePeer('@opentelemetry/instrumentation-express');
    for (const instrumentation of [new HttpInstrumentation(), new ExpressInstrumentation()]) enable(instrumentation);
  }
  return {
    api,
    tracer: api.trace.getTracer('bench', '1.0.0'),
    amqp: () => {
      const { AmqplibInstrumentation } = requirePeer('@opentelemetry/instrumentation-amqplib');
      enable(new AmqplibInstrumentation());
      return { amqplib: requirePeer('amqplib'), instrument: (channel) => channel };
    },
    mongodb: () => {
      const { MongoDBInstrumentation } = requirePeer('@opentelemetry/instrumentation-mongodb');
      // As it comes, it makes no span where none is active.
      enable(new MongoDBInstrumentation({ requireParentSpan: false }));
      return { mongodb: requirePeer('mongodb'), instrument: (client) => client };
    },
    flush: async () => {
      while (processor._finishedSpans.length > FLUSH_AT_MOST_SPANS) await sleep(POLL_MILLIS);
      await provider.forceFlush();
      while (exporter.pending > 0) await sleep(POLL_MILLIS);
    },
  };
}

export const request = ({ api, tracer }) => openTelemetryRequest(api, tracer);
export const activeRequest = ({ api, tracer }) => openTelemetryActiveRequest(api, tracer);
export const propagation = openTelemetryPropagation;
