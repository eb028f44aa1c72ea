/** The ids that a log line carries: of the active span, or of a place in a trace that the logger was made for. */
import type { Context, Span } from '@opentelemetry/api';
import { TraceContext } from '../propagation/trace-context';
import { spanOf } from '../trace/active';
import { FLAG_RANDOM, FLAG_SAMPLED, type IdentifiedSpan, identify, PassiveSpan } from '../trace/identity';
import { hex32 } from '../trace/ids';
import { ownProvider } from '../trace/provider';
import { RecordingSpan } from '../trace/span';
import { identified } from '../trace/tracer';

/** The fields of a line that name its place: trace id, span id and, where it is known, the id of the span's parent. */
export type LineIds = Pick<TraceContext, 'trace_id' | 'span_id' | 'parent_id'>;

/** The place in a trace that a logger was made for. Its lines stay in that trace, whatever is active. */
export interface Pin {
  /** The place as a span that can be a parent. */
  readonly span: IdentifiedSpan;
  readonly ids: LineIds;
  /** What else a span started here has as its context; by default what is active. */
  readonly context?: Context;
  /** Whether the trace begins here: the span id was made up, and a span that is started here has no parent. */
  readonly isNew: boolean;
}

/** The span seen last and its ids: the lines of one piece of work come one after the other. */
let lastSpan: Span | undefined;
let lastIds: LineIds | undefined;

/**
 * The ids for a line written now; the same object as long as they stay the same. With `follow` they are the active span's, unless that belongs to
 * another trace than `pin`. Never throws.
 */
export function lineIds(pin: Pin | undefined, follow: boolean): LineIds | undefined {
  if (!follow) return pin?.ids;
  try {
    const active = spanOf();
    if (active === undefined) return pin?.ids;
    if (active !== lastSpan) {
      lastIds = idsOf(active);
      lastSpan = active;
    }
    if (pin !== undefined && lastIds?.trace_id !== pin.ids.trace_id) return pin.ids;
    return lastIds;
  } catch {
    // A span of somebody else's threw when it was asked for its context.
    return pin?.ids;
  }
}

/** The span in which something done by a logger happens now: the active one or the pin's, by the rule of {@link lineIds}. */
export function currentSpan(pin: Pin | undefined, follow: boolean): IdentifiedSpan | undefined {
  const active = follow ? identified(spanOf()) : undefined;
  if (pin === undefined) return active;
  return active !== undefined && active.traceId === pin.ids.trace_id ? active : pin.span;
}

/** A pin for a span: a remote parent, or one of this process. */
export function pinTo(span: IdentifiedSpan, context?: Context): Pin {
  const ids = idsOf(span as IdentifiedSpan & Span) as LineIds;
  return context === undefined ? { span, ids, isNew: false } : { span, ids, context, isNew: false };
}

/** A pin for a new trace, sampled as a root span that is started here would be. */
export function pinToNewTrace(): Pin {
  const pin = pinOf(TraceContext.generateRandom()) as Pin;
  pin.span.bits |= FLAG_RANDOM;
  return { ...pin, isNew: true };
}

/** A pin for ids as fields have them; undefined where trace id or span id is missing or invalid. */
export function pinOf(fields: { readonly trace_id?: unknown; readonly span_id?: unknown; readonly parent_id?: unknown }): Pin | undefined {
  const { trace_id, span_id, parent_id } = fields;
  const span = identify({ traceId: trace_id as string, spanId: span_id as string, traceFlags: 0 });
  if (span === undefined) return undefined;
  // The ids do not say whether the trace is sampled: the head sampler does.
  if (ownProvider.keeps(span)) span.bits |= FLAG_SAMPLED;
  const { traceId, spanId } = span;
  return { span, ids: new TraceContext(traceId, spanId, typeof parent_id === 'string' ? parent_id : undefined), isNew: false };
}

/** What spans started at a pin have as their parent. Without a span id it gives them their trace and its sampling, but no parent. */
export function parentAt(pin: Pin): IdentifiedSpan {
  if (!pin.isNew) return pin.span;
  const { trace0, trace1, trace2, trace3, bits } = pin.span;
  return new PassiveSpan(trace0, trace1, trace2, trace3, 0, 0, bits, undefined, false);
}

function idsOf(span: Span): LineIds | undefined {
  if (identified(span) === undefined) return undefined;
  const { traceId, spanId } = span.spanContext();
  return new TraceContext(traceId, spanId, span instanceof RecordingSpan ? parentIdOf(span) : undefined);
}

function parentIdOf(span: RecordingSpan): string | undefined {
  return (span.parent0 | span.parent1) === 0 ? undefined : hex32(span.parent0) + hex32(span.parent1);
}
