/** Several propagators as one, chosen by their names. */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { B3Propagator } from './b3';
import { DatadogPropagator } from './datadog';
import { BaggagePropagator, TraceContextPropagator } from './w3c';
import { XrayPropagator } from './xray';

/**
 * Several propagators in their order: each reads over the context that those before it gave, so that of two formats that name different spans the
 * later one counts. One that fails does not keep the others from their work.
 */
export class CompositePropagator implements TextMapPropagator {
  /** Whether it is W3C's alone, as by default: then a `traceparent` without `tracestate` and `baggage` is read by `withParent`, which costs less. */
  readonly isW3C: boolean;

  constructor(private readonly propagators: readonly TextMapPropagator[]) {
    const others = propagators.filter((one) => !(one instanceof BaggagePropagator));
    this.isW3C = others.length === 1 && others[0] instanceof TraceContextPropagator;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const { propagators } = this;
    // By their places: an iterator would have to be closed after an error, which takes V8 as much code as all of the rest.
    for (let i = 0; i < propagators.length; i++) {
      try {
        propagators[i].inject(context, carrier, setter);
      } catch {
        // A carrier that refuses a field is the caller's; the request goes on without it.
      }
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let extracted = context;
    const { propagators } = this;
    for (let i = 0; i < propagators.length; i++) {
      try {
        extracted = propagators[i].extract(extracted, carrier, getter);
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

/** Whether a propagator is ours, and W3C's alone. */
export function isW3C(propagator: TextMapPropagator): boolean {
  return propagator instanceof CompositePropagator && propagator.isW3C;
}

/** By the names of `OTEL_PROPAGATORS`. */
const KNOWN: ReadonlyMap<string, () => TextMapPropagator> = new Map<string, () => TextMapPropagator>([
  ['tracecontext', () => new TraceContextPropagator()],
  ['baggage', () => new BaggagePropagator()],
  ['xray', () => new XrayPropagator()],
  ['datadog', () => new DatadogPropagator()],
  ['b3', () => new B3Propagator(false)],
  ['b3multi', () => new B3Propagator(true)],
]);

/** Propagators by the names of `OTEL_PROPAGATORS`; unknown ones are left out. */
export function propagatorsByName(names: readonly string[]): TextMapPropagator {
  return new CompositePropagator(names.flatMap((name) => KNOWN.get(name)?.() ?? []));
}
