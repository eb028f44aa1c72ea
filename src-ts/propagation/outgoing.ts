/** What of a context is sent on. */
import type { Context } from '@opentelemetry/api';
import { isSuppressed, SPAN_KEY } from '../trace/context';
import type { IdentifiedSpan } from '../trace/identity';
import { identified } from '../trace/tracer';

/** The span that headers are to name; undefined where there is none, or nothing is to be traced. */
export function spanToSend(context: Context): IdentifiedSpan | undefined {
  const span = identified(context.getValue(SPAN_KEY));
  return span === undefined || isSuppressed(context) ? undefined : span;
}
