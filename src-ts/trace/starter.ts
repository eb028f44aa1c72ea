/** Starting a span with attributes at the least cost: our own tracer takes them as a list, any other as an object. */

import type { Tracer as ApiTracer, Attributes, Context, Span, SpanKind } from '@opentelemetry/api';
import { OWN_SCOPE, VERSION } from '../native/version';
import { foreignProvider } from './active';
import { EMPTY_CONTEXT, SPAN_KEY } from './context';
import { ownProvider } from './provider';
import { RecordingSpan } from './span';
import { identified, Tracer } from './tracer';

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
