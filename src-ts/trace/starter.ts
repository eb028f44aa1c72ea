/** Starting a span with attributes at the least cost: our own tracer takes them as a list, any other as an object. */

import type { Tracer as ApiTracer, Context, Span } from '@opentelemetry/api';
import type { FixedValues } from '../arena/fixed-values';
import { OWN_SCOPE, VERSION } from '../native/version';
import { foreignProvider } from './active';
import { EMPTY_CONTEXT, SPAN_KEY } from './context';
import { ownProvider } from './provider';
import { asObject, type SpanShape } from './shape';
import { RecordingSpan } from './span';
import { monotonicNow } from './time';
import { identified, Tracer } from './tracer';

/** Starts spans on a tracer. */
export class SpanStarter {
  private readonly own: Tracer | undefined;

  constructor(private readonly tracer: ApiTracer) {
    this.own = tracer instanceof Tracer ? tracer : undefined;
  }

  /** Starts a span below the one in `context`. Where nothing is recorded, the shape's values are not asked for. */
  start<T>(name: string, context: Context, shape: SpanShape<T>, fixed: FixedValues | undefined, from: T): Span {
    const { own } = this;
    const { kind, keys } = shape;
    if (own === undefined) {
      const attributes = asObject(keys, fixed, shape.valuesOf(from, monotonicNow()));
      return this.tracer.startSpan(name, { kind, attributes }, context);
    }
    const parent = context === EMPTY_CONTEXT ? undefined : identified(context.getValue(SPAN_KEY));
    const span = own.start(name, kind, parent, context, fixed);
    if (span instanceof RecordingSpan) own.begin(span, keys, shape.valuesOf(from, span.startMillis), context);
    return span;
  }
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
