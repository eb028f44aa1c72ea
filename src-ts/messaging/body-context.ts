/** The `traceContext` of a body: W3C's headers, whatever formats are turned on for the transport, since it is services that agree on a body. */
import type { Context } from '@opentelemetry/api';
import { isPropagated } from '../propagation/carrier';
import { TraceContextPropagator } from '../propagation/w3c';
import { type Fields, fieldsOf, stringOf } from './fields';

const W3C = new TraceContextPropagator();
const GETTER = { keys: Object.keys, get: (carrier: Fields, name: string) => stringOf(carrier[name]) };
const SETTER = {
  set(carrier: Record<string, string>, name: string, value: string): void {
    carrier[name] = value;
  },
};

/** The context that it names, over `base`; `base` itself where it names none, or no format is turned on at all. */
export function fromTraceContext(given: unknown, base: Context): Context {
  const carrier = fieldsOf(given);
  return carrier !== undefined && isPropagated() ? W3C.extract(base, carrier, GETTER) : base;
}

/** What a body gets for a context; undefined where that has no span to be named. */
export function traceContextOf(context: Context): Fields | undefined {
  const carrier: Record<string, string> = {};
  if (isPropagated()) W3C.inject(context, carrier, SETTER);
  return carrier['traceparent'] === undefined ? undefined : carrier;
}
