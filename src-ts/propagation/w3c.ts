/** W3C's propagators: trace context and baggage. */
import type { Baggage, Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { isSuppressed, withSpanSet } from '../trace/context';
import { readBaggage, writeBaggage } from './baggage';
import { spanToSend } from './outgoing';
import { countRejected } from './rejected';
import { readTraceparent, writeTraceparent } from './traceparent';
import { writeTracestate } from './tracestate';
import { joined, single } from './values';

/** The key under which the API keeps baggage: its keys are registered symbols. */
const BAGGAGE_KEY = Symbol.for('OpenTelemetry Baggage Key');

/** The context with the parent that a `traceparent` names; one that is rejected is counted, and changes nothing. */
export function withParent(context: Context, traceparent: string, tracestate?: string): Context {
  const parent = readTraceparent(traceparent, tracestate);
  if (parent !== undefined) return withSpanSet(context, parent);
  countRejected();
  return context;
}

/** W3C Trace Context (`traceparent`, `tracestate`). */
export class TraceContextPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = spanToSend(context);
    if (span === undefined) return;
    setter.set(carrier, 'traceparent', writeTraceparent(span));
    const { traceState } = span;
    const header = traceState === undefined ? undefined : writeTracestate(traceState);
    if (header !== undefined) setter.set(carrier, 'tracestate', header);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = single(getter.get(carrier, 'traceparent'));
    return header === undefined ? context : withParent(context, header, joined(getter.get(carrier, 'tracestate')));
  }

  fields(): string[] {
    return ['traceparent', 'tracestate'];
  }
}

/** W3C Baggage. */
export class BaggagePropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = context.getValue(BAGGAGE_KEY) as Baggage | undefined;
    if (baggage === undefined || isSuppressed(context)) return;
    const header = writeBaggage(baggage);
    if (header !== '') setter.set(carrier, 'baggage', header);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = joined(getter.get(carrier, 'baggage'));
    const baggage = header ? readBaggage(header) : undefined;
    return baggage === undefined ? context : context.setValue(BAGGAGE_KEY, baggage);
  }

  fields(): string[] {
    return ['baggage'];
  }
}
