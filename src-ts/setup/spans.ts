/** Helpers around the active span. None of them throws, whether tracing runs or not. */
import type { Attributes, Span, SpanOptions, TimeInput, Tracer } from '@opentelemetry/api';
import { OWN_SCOPE, VERSION } from '../native/version';
import { activeContext, runWith, spanOf } from '../trace/active';
import { withSpanSet } from '../trace/context';
import { tracerFor } from '../trace/provider';
import { failSpan, settleWith } from '../trace/run';

/** A tracer; without a name, that of this package. May be called before `initTracing`: it works from then on. */
export function getTracer(name: string = OWN_SCOPE, version: string | undefined = name === OWN_SCOPE ? VERSION : undefined): Tracer {
  return tracerFor(name, version);
}

/** The active span; undefined where there is none. */
export function getActiveSpan(): Span | undefined {
  return spanOf();
}

/**
 * Runs `fn` inside a new span, which ends when `fn` returns or its promise is settled. What `fn` throws is recorded, sets the status to error,
 * and is thrown on.
 *
 * @example
 * const sbom = await withSpan('sbom.parse', async (span) => {
 *   span.setAttribute('sbom.format', 'cyclonedx');
 *   return parse(body);
 * });
 */
export function withSpan<T>(name: string, fn: (span: Span) => T, options?: SpanOptions): T {
  const parent = activeContext();
  const span = getTracer().startSpan(name, options, parent);
  return runWith(withSpanSet(parent, span), () =>
    settleWith(
      () => fn(span),
      (error) => failSpan(span, error),
      () => span.end(),
    ),
  );
}

/** Records an error on the active span and sets its status to error. */
export function recordError(error: unknown, span: Span | undefined = getActiveSpan()): void {
  if (span !== undefined) failSpan(span, error);
}

/** Adds an event to the active span. */
export function addSpanEvent(name: string, attributes?: Attributes, time?: TimeInput): void {
  getActiveSpan()?.addEvent(name, attributes, time);
}

/** Sets attributes of the active span. */
export function setSpanAttributes(attributes: Attributes): void {
  getActiveSpan()?.setAttributes(attributes);
}
