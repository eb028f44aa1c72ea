/** Starting a span with attributes at the least cost: our own tracer takes them as a list, any other as an object. */

import type { Tracer as ApiTracer, Attributes, Context, Span, SpanKind } from '@opentelemetry/api';
import { OWN_SCOPE, VERSION } from '../native/version';
import { foreignProvider } from './active';
import { EMPTY_CONTEXT, SPAN_KEY } from './context';
import { ownProvider } from './provider';
import { RecordingSpan } from './span';
import { identified, Tracer } from './tracer';

/**
 * The keys that spans of one kind may have, in their order, at most 31: one list for all of them, by which it is known that a span begins with the keys of the
 * one before (docs/adr/0001).
 */
export type AttributeKeys = readonly string[];
/** Values in the order of their keys; undefined for what a span has not. */
export type AttributeValues = (string | number | boolean | undefined)[];

/** Starts spans on a tracer. */
export class SpanStarter {
  private readonly own: Tracer | undefined;

  constructor(private readonly tracer: ApiTracer) {
    this.own = tracer instanceof Tracer ? tracer : undefined;
  }

  /** Starts a span below the one in `context`. `valuesOf` is not called where nothing is recorded. */
  start<T>(name: string, kind: SpanKind, context: Context, keys: AttributeKeys, valuesOf: (from: T) => AttributeValues, from: T): Span {
    const { own } = this;
    if (own === undefined) return this.tracer.startSpan(name, { kind, attributes: asObject(keys, valuesOf(from)) }, context);
    const parent = context === EMPTY_CONTEXT ? undefined : identified(context.getValue(SPAN_KEY));
    const span = own.start(name, kind, parent, context);
    if (span instanceof RecordingSpan) own.begin(span, keys, valuesOf(from), context);
    return span;
  }
}

/** Attributes as the API takes them. */
export function asObject(keys: AttributeKeys, values: AttributeValues): Attributes {
  const attributes: Attributes = {};
  for (let i = 0; i < keys.length; i++) {
    const value = values[i];
    if (value !== undefined) attributes[keys[i]] = value;
  }
  return attributes;
}

const ownTracer = ownProvider.getTracer(OWN_SCOPE, VERSION);
const own = new SpanStarter(ownTracer);

/** The tracer of this package's own spans. Where another SDK is registered, they are its own. */
export function tracer(): ApiTracer {
  return foreignProvider()?.getTracer(OWN_SCOPE, VERSION) ?? ownTracer;
}

/** Starts this package's own spans with attributes as lists. */
export function starter(): SpanStarter {
  const foreign = foreignProvider();
  return foreign === undefined ? own : new SpanStarter(foreign.getTracer(OWN_SCOPE, VERSION));
}
