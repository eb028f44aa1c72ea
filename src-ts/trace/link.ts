/** Links as they come from users: checked, copied and cut. */
import type { SpanContext, TraceState } from '@opentelemetry/api';
import type { LinkRecord } from '../arena/span-record';
import { warnOnce } from '../native/warn';
import { flatten } from './attributes';
import { type IdentifiedSpan, identify, PassiveSpan } from './identity';
import type { SpanLimits } from './limits';
import { textOf } from './text';

const ZERO_TRACE_ID = '0'.repeat(32);
const ZERO_SPAN_ID = '0'.repeat(16);

/** A link as it is kept. */
export interface ReadLink {
  record: LinkRecord;
  /** For whoever reads the span. */
  context: SpanContext;
}

/** Reads a link; undefined, with a warning, when it names no span and says nothing else either. */
export function readLink(link: unknown, limits: SpanLimits): ReadLink | undefined {
  const read = tryRead(link, limits);
  if (read === undefined) warnOnce('OBS_LINK_INVALID', 'a link without a valid span context was left out; links need { context: SpanContext }.');
  return read;
}

function tryRead(link: unknown, limits: SpanLimits): ReadLink | undefined {
  if (typeof link !== 'object' || link === null) return undefined;
  try {
    const { context, attributes } = link as { context: SpanContext; attributes?: unknown };
    const { list, dropped } = flatten(attributes, limits.attributePerLinkCount, limits.attributeValueLength);
    const target = identify(context) ?? nowhere(context, list.length > 0);
    if (target === undefined) return undefined;
    const record: LinkRecord = {
      ids: [target.trace0, target.trace1, target.trace2, target.trace3, target.span0, target.span1],
      flags: target.bits & 0xff,
      remote: target.isRemote,
      traceState: serialize(target.traceState),
      attributes: list,
      dropped,
    };
    return { record, context };
  } catch {
    return undefined;
  }
}

/** A link whose ids are all zero counts for its attributes or its trace state (OpenTelemetry specification, "Specifying links"). */
function nowhere(context: SpanContext | undefined, hasAttributes: boolean): IdentifiedSpan | undefined {
  if (context?.traceId !== ZERO_TRACE_ID || context.spanId !== ZERO_SPAN_ID) return undefined;
  if (!hasAttributes && !context.traceState) return undefined;
  return new PassiveSpan(0, 0, 0, 0, 0, 0, 0, context.traceState, context.isRemote === true);
}

/** A trace state as text; empty where it has none or cannot tell. */
export function serialize(state: TraceState | undefined): string {
  if (state === undefined) return '';
  try {
    return textOf(state.serialize());
  } catch {
    return '';
  }
}
