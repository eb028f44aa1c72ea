/** Our own contexts: a span in a field of its own, everything else in the context below it. */
import type { Context, Span } from '@opentelemetry/api';

/** The key under which the API keeps the span: its keys are registered symbols, so this is the same one. */
export const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
/** The key under which OpenTelemetry's SDK marks a context in which nothing is to be traced. */
const SUPPRESS_KEY = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Values other than the span: few, and seldom set, so that a copied map is good enough. */
class Values implements Context {
  constructor(private readonly values: ReadonlyMap<symbol, unknown>) {}

  getValue(key: symbol): unknown {
    // Most contexts are the empty one with a span over it: no map is asked then.
    return this === NO_VALUES ? undefined : this.values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new Values(new Map(this.values).set(key, value));
  }

  deleteValue(key: symbol): Context {
    const values = new Map(this.values);
    values.delete(key);
    return new Values(values);
  }
}

const NO_VALUES: Context = new Values(new Map());

/**
 * A context whose span is a field. The API's own context copies a map and makes three closures each time a span is set; this one is one small
 * object. A span that is set again replaces the former one, so that contexts never grow into chains.
 */
class SpanSlot implements Context {
  constructor(
    readonly base: Context,
    private readonly span: unknown,
  ) {}

  getValue(key: symbol): unknown {
    return key === SPAN_KEY ? this.span : this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return key === SPAN_KEY ? new SpanSlot(this.base, value) : new SpanSlot(this.base.setValue(key, value), this.span);
  }

  deleteValue(key: symbol): Context {
    // What is below may have a span of its own.
    return key === SPAN_KEY ? new SpanSlot(this.base, undefined) : new SpanSlot(this.base.deleteValue(key), this.span);
  }
}

/**
 * The root: what is active where nothing was made active, and what everything that is extracted starts from. Nothing is in it, as in the API's
 * `ROOT_CONTEXT`, but a span set on it makes one small object instead of a copied map with three closures (docs/adr/0001):
 * `trace.setSpan(context.active(), span)` is in every manual instrumentation.
 */
export const EMPTY_CONTEXT: Context = new SpanSlot(NO_VALUES, undefined);

/** `context` with `span` as its span: what `trace.setSpan` does, at less cost. */
export function withSpanSet(context: Context, span: Span): Context {
  return new SpanSlot(context instanceof SpanSlot ? context.base : context, span);
}

/** What is below the span of a context. */
export function withoutSpan(context: Context): Context {
  return context instanceof SpanSlot ? context.base : context;
}

/** Whether nothing is to be traced in `context`. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_KEY) === true;
}

/** `context`, with nothing traced in it. */
export function suppress(context: Context): Context {
  return context.setValue(SUPPRESS_KEY, true);
}
