/** What the spans of one sort begin with, for those that this package makes itself. */
import type { Attributes, SpanKind } from '@opentelemetry/api';
import type { FixedValues } from '../arena/fixed-values';

/** Values in the order of their keys; undefined for what a span has not. */
export type AttributeValues = readonly (string | number | boolean | undefined)[];

/** Spans of one sort. There is one object for all of them: by its keys it is known that a span begins as the one before (docs/adr/0001). */
export interface SpanShape<T> {
  readonly kind: SpanKind;
  /** The keys that they may begin with, at most 31: first those of the fixed values, where there are some. */
  readonly keys: readonly string[];
  /** The values of the other keys. `moment` is when the span starts, in milliseconds of this thread's monotonic clock. */
  valuesOf(from: T, moment: number): AttributeValues;
}

/** Attributes as the API takes them. */
export function asObject(keys: readonly string[], fixed: FixedValues | undefined, values: AttributeValues): Attributes {
  const attributes: Attributes = {};
  for (const [i, value] of [...(fixed?.all ?? []), ...values].entries()) if (value !== undefined) attributes[keys[i]] = value;
  return attributes;
}
