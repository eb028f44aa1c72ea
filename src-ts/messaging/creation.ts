/** The context that the sender of a message has put into its body by hand. */
import type { Context } from '@opentelemetry/api';
import { spanOf } from '../trace/active';
import { EMPTY_CONTEXT } from '../trace/context';
import type { IdentifiedSpan } from '../trace/identity';
import { identified } from '../trace/tracer';
import { bodyCarriers } from './body';
import { fromTraceContext } from './body-context';
import { isIncoming, isSameTrace } from './context';

/** A context that was found, and the span in it. */
export interface Creation {
  readonly context: Context;
  readonly span: IdentifiedSpan;
}

/**
 * The context in a body's `traceContext`, where it is of the active trace: then it is what the sender wants the receiver to go on from, and the transport
 * carries the same one (semantic conventions, "Producer spans": a custom creation context is not changed). One of another trace is a left-over of an
 * earlier message, and so is the one of the message that is being processed.
 */
export function creationContext(body: unknown, active: Context): Creation | undefined {
  // What the look below comes to as well, where nothing is active: a job that sends by itself.
  if (active === EMPTY_CONTEXT) return undefined;
  const current = identified(spanOf(active));
  if (current === undefined) return undefined;
  const context = fromTraceContext(bodyCarriers(body).own, active);
  const span = identified(spanOf(context));
  if (span === undefined || span === current || !isSameTrace(span, current) || isIncoming(active, span)) return undefined;
  return { context, span };
}
