/** The finished spans of a worker thread, as they can be posted. */
export const plainSpans = (tracing) =>
  tracing.getFinishedSpans().map((span) => ({
    name: span.name,
    id: span.spanContext().spanId,
    trace: span.spanContext().traceId,
    parent: span.parentSpanContext?.spanId,
  }));
