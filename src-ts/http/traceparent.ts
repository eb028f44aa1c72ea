/** The `traceparent` value of a span. */

import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';

/** `00-<trace id>-<span id>-<flags>`; `undefined` for a span that has no identity. */
export function formatTraceparent(spanContext: SpanContext): string | undefined {
  if (!isSpanContextValid(spanContext)) return undefined;
  const flags = spanContext.traceFlags & 0xff;
  return `00-${spanContext.traceId}-${spanContext.spanId}-${flags < 16 ? '0' : ''}${flags.toString(16)}`;
}
