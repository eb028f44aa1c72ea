/** Starting a span with attributes at the least cost: our own tracer takes them as a list, any other as an object. */

import type { Tracer as ApiTracer, Attributes, Context, Span, SpanKind } from '@opentelemetry/api';
import { EMPTY_CONTEXT, SPAN_KEY } from '../trace/context';
import { RecordingSpan } from '../trace/span';
import { identified, Tracer } from '../trace/tracer';

/** Keys and values in turn. */
export type AttributeList = (string | number | boolean)[];

/** Starts spans on a tracer. */
export class SpanStarter {
  private readonly own: Tracer | undefined;

  constructor(private readonly tracer: ApiTracer) {
    this.own = tracer instanceof Tracer ? tracer : undefined;
  }

  /** Starts a span below the one in `context`. `attributes` is not called where nothing is recorded. */
  start<T>(name: string, kind: SpanKind, context: Context, attributes: (from: T) => AttributeList, from: T): Span {
    const { own } = this;
    if (own === undefined) return this.tracer.startSpan(name, { kind, attributes: asObject(attributes(from)) }, context);
    const parent = context === EMPTY_CONTEXT ? undefined : identified(context.getValue(SPAN_KEY));
    const span = own.start(name, kind, parent, context);
    if (span instanceof RecordingSpan) own.begin(span, attributes(from), context);
    return span;
  }
}

function asObject(list: AttributeList): Attributes {
  const attributes: Attributes = {};
  for (let i = 0; i < list.length; i += 2) attributes[list[i] as string] = list[i + 1];
  return attributes;
}
