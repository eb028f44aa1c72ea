/** Values of headers as getters give them: one text, or a list of them. */
import { countRejected } from './rejected';

/** The value of a header that comes once. Two contradict each other: neither counts (for `traceparent`: W3C Trace Context, section 3.2.1). */
export function single(value: undefined | string | string[]): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  if (value.length > 1) countRejected();
  return value.length === 1 && typeof value[0] === 'string' ? value[0] : undefined;
}

/** Several headers of a list count as one, in their order. */
export function joined(value: undefined | string | string[]): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(',') : undefined;
}
