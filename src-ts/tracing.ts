/** `/tracing`: initialisation, span helpers, context helpers. */
export type { LibraryOptions } from './automatic';
export { DEFAULT_HEALTH_CHECKS, type HttpInstrumentationOptions, type IncomingRule, type OutgoingRequest, type OutgoingRule } from './http';
export { extractTraceContext, injectTraceContext } from './propagation/carrier';
export { TraceContext } from './propagation/trace-context';
export { formatTraceparent, parseTraceparent } from './propagation/traceparent';
export { initTracing } from './setup/init';
export type {
  BatchOptions,
  ExporterOptions,
  Instrumentation,
  LimitOptions,
  QueueOptions,
  SamplingOptions,
  Tracing,
  TracingOptions,
  TracingStats,
} from './setup/options';
export { addSpanEvent, getActiveSpan, getTracer, recordError, setSpanAttributes, withSpan } from './setup/spans';
export type { ReadableSpan, SpanProcessor, TimedEvent } from './trace/readable';
