/** The context in which a message is processed. */
import type { Context, Span } from '@opentelemetry/api';
import { SPAN_KEY, withoutSpan, withSpanSet } from '../trace/context';
import type { IdentifiedSpan } from '../trace/identity';

/** Where the context that came with the message is kept. */
const INCOMING_KEY = Symbol('@manifest-cyber/observability-ts incoming message');

/** A span over a base, and what came with the message: one object, because there is one a message. */
class ProcessingContext implements Context {
  constructor(
    readonly base: Context,
    private readonly span: Span,
    private readonly incoming: IdentifiedSpan,
  ) {}

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span;
    return key === INCOMING_KEY ? this.incoming : this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return key === SPAN_KEY ? withSpanSet(this, value as Span) : new ProcessingContext(this.base.setValue(key, value), this.span, this.incoming);
  }

  deleteValue(key: symbol): Context {
    return key === SPAN_KEY ? this.base.deleteValue(key) : new ProcessingContext(this.base.deleteValue(key), this.span, this.incoming);
  }
}

/** `context` with `span` active in it, below a message that came with `incoming`. */
export function processingContext(context: Context, span: Span, incoming: IdentifiedSpan | undefined): Context {
  const base = outsideOfMessages(context);
  return incoming === undefined ? withSpanSet(base, span) : new ProcessingContext(base, span, incoming);
}

/**
 * The context without messages that are being processed in it, and their spans. A queue in memory takes up its next message where the one before has ended:
 * with each in the context of the one before, a worker's contexts would be a chain of all messages it ever had.
 */
function outsideOfMessages(context: Context): Context {
  let base = withoutSpan(context);
  while (base instanceof ProcessingContext) base = withoutSpan(base.base);
  return base;
}

/** Whether `span` is what came with the message that is being processed: a message that carries it is a copy of that one, sent on. */
export function isIncoming(context: Context, span: IdentifiedSpan): boolean {
  const incoming = context.getValue(INCOMING_KEY) as IdentifiedSpan | undefined;
  return incoming !== undefined && incoming.span1 === span.span1 && incoming.span0 === span.span0 && isSameTrace(incoming, span);
}

/** Whether two spans are of one trace. */
export function isSameTrace(a: IdentifiedSpan, b: IdentifiedSpan): boolean {
  return a.trace3 === b.trace3 && a.trace2 === b.trace2 && a.trace1 === b.trace1 && a.trace0 === b.trace0;
}
