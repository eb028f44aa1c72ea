/** Runs the same calls on our provider and on OpenTelemetry's, and gives what each of them recorded in a form that can be compared. */
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

/**
 * Calls `script(tracer)` with a tracer of each provider. `scope` are the arguments of `getTracer`, `limits` ours of `createTestTracing`.
 * Returns `{ ours, theirs }`: the readable spans in the order of their ends.
 */
export function runOnBoth(script, { scope = ['conformance', '1.0.0'], limits } = {}) {
  // First ours, so that both have its context manager.
  const tracing = createTestTracing({ http: false, ...(limits === undefined ? {} : { limits }) });
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)], spanLimits: theirLimits(limits) });
  try {
    script(provider.getTracer(...scope));
    script(tracing.provider.getTracer(...scope));
    return { ours: tracing.getFinishedSpans(), theirs: exporter.getFinishedSpans() };
  } finally {
    tracing.shutdown();
  }
}

/** The limits of `initTracing` as OpenTelemetry names them. */
export function theirLimits(limits = {}) {
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [`${name}Limit`, limit]));
}

/** Every field of the readable spans, without what differs between two runs: ids as the index of the span that has them, times only on request. */
export function comparable(spans, { times = false } = {}) {
  const indexes = new Map(spans.map((span, index) => [span.spanContext().spanId, index]));
  const traces = [...new Set(spans.map((span) => span.spanContext().traceId))];
  const contextOf = (context) =>
    context && {
      trace: traces.includes(context.traceId) ? traces.indexOf(context.traceId) : context.traceId,
      span: indexes.get(context.spanId) ?? context.spanId,
      sampled: (context.traceFlags & 1) === 1,
      traceState: context.traceState?.serialize(),
      isRemote: context.isRemote === true,
    };
  return spans.map((span) => ({
    name: span.name,
    kind: span.kind,
    context: contextOf(span.spanContext()),
    parent: contextOf(span.parentSpanContext),
    status: { code: span.status.code, message: span.status.message },
    attributes: plain(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      attributes: plain(event.attributes),
      dropped: event.droppedAttributesCount ?? 0,
      ...(times ? { time: event.time } : {}),
    })),
    links: span.links.map((link) => ({
      context: contextOf(link.context),
      attributes: plain(link.attributes),
      dropped: link.droppedAttributesCount ?? 0,
    })),
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
    ended: span.ended,
    scope: [span.instrumentationScope.name, span.instrumentationScope.version, span.instrumentationScope.schemaUrl],
    ...(times ? { times: [span.startTime, span.endTime, span.duration] } : {}),
  }));
}

/** As entries: the order of keys counts, and a prototype does not. */
const plain = (attributes = {}) => Object.entries(attributes);
