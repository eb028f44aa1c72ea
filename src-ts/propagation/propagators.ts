/** OpenTelemetry's propagators over the codec: trace context, baggage, and several as one. */
import {
  type BaggageEntry,
  baggageEntryMetadataFromString,
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { isSuppressed, SPAN_KEY, withSpanSet } from '../trace/context';
import { identified } from '../trace/tracer';
import { readTraceparent, writeTraceparent } from './traceparent';

/** W3C Trace Context (`traceparent`, `tracestate`). */
export class TraceContextPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = identified(context.getValue(SPAN_KEY));
    if (span === undefined || isSuppressed(context)) return;
    setter.set(carrier, 'traceparent', writeTraceparent(span));
    const state = span.traceState?.serialize();
    if (state) setter.set(carrier, 'tracestate', state);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = single(getter.get(carrier, 'traceparent'));
    if (header === undefined) return context;
    const parent = readTraceparent(header, joined(getter.get(carrier, 'tracestate')));
    return parent === undefined ? context : withSpanSet(context, parent);
  }

  fields(): string[] {
    return ['traceparent', 'tracestate'];
  }
}

/** W3C Baggage. */
export class BaggagePropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined || isSuppressed(context)) return;
    const entries = baggage.getAllEntries().map(([key, { value, metadata }]) => [key, value, metadata?.toString() ?? null]);
    const header = entries.length > 0 ? loadAddon()?.formatBaggage(JSON.stringify(entries)) : undefined;
    if (header) setter.set(carrier, 'baggage', header);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = joined(getter.get(carrier, 'baggage'));
    const entries = header ? loadAddon()?.parseBaggage(header) : undefined;
    if (entries === undefined) return context;
    const baggage: Record<string, BaggageEntry> = Object.create(null);
    for (const [key, value, metadata] of JSON.parse(entries) as [string, string, string | null][]) {
      baggage[key] = metadata === null ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) };
    }
    return Object.keys(baggage).length === 0 ? context : propagation.setBaggage(context, propagation.createBaggage(baggage));
  }

  fields(): string[] {
    return ['baggage'];
  }
}

/** Several propagators in their order. One that fails does not keep the others from their work. */
export class CompositePropagator implements TextMapPropagator {
  constructor(private readonly propagators: readonly TextMapPropagator[]) {}

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    for (const propagator of this.propagators) {
      try {
        propagator.inject(context, carrier, setter);
      } catch {
        // A carrier that refuses a field is the caller's; the request goes on without it.
      }
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let extracted = context;
    for (const propagator of this.propagators) {
      try {
        extracted = propagator.extract(extracted, carrier, getter);
      } catch {
        // A carrier that throws while it is read carries nothing.
      }
    }
    return extracted;
  }

  fields(): string[] {
    return [...new Set(this.propagators.flatMap((propagator) => propagator.fields()))];
  }
}

/** Propagators by the names of `OTEL_PROPAGATORS`. */
export function propagatorsByName(names: readonly string[]): TextMapPropagator {
  const known: Record<string, () => TextMapPropagator> = {
    tracecontext: () => new TraceContextPropagator(),
    baggage: () => new BaggagePropagator(),
  };
  return new CompositePropagator(names.flatMap((name) => (Object.hasOwn(known, name) ? [known[name]()] : [])));
}

/** Two `traceparent` headers contradict each other: neither counts (W3C Trace Context, section 3.2.1). */
function single(value: undefined | string | string[]): string | undefined {
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Several headers of a list count as one. */
function joined(value: undefined | string | string[]): string | undefined {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : undefined;
}
