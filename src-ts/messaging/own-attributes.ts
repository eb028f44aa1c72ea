/** Attributes that a message has already, where a context is to go beside them. */
import { extractTraceContext, mayCarry } from '../propagation/carrier';
import { activePropagator, spanOf } from '../trace/active';
import { EMPTY_CONTEXT } from '../trace/context';
import { attributeCarrier } from './attributes';
import type { Fields } from './fields';
import { namesSpan } from './room';

/** A message's own attributes and the headers of a context, without a name that both have. */
export interface Beside {
  readonly kept: Fields;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What stays of both. Attributes that hold a context are those of a message that is sent on: that context goes as a whole. Where they hold none, an
 * attribute called `baggage` or `tracestate` is something else of the user's, and ours is left out.
 */
export function beside(given: Fields | undefined, headers: Readonly<Record<string, string>>): Beside {
  if (given === undefined) return { kept: {}, headers };
  const isContext = holdsContext(given);
  const named = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const ours = isContext ? headers : without(headers, (name) => !namesSpan([name]) && named.has(name));
  const gone = new Set([...Object.keys(ours), ...((isContext && activePropagator()?.fields()) || [])]);
  return { kept: without(given, (name) => gone.has(name.toLowerCase())), headers: ours };
}

function holdsContext(given: Fields): boolean {
  return mayCarry(given) && spanOf(extractTraceContext(attributeCarrier(given), EMPTY_CONTEXT)) !== undefined;
}

function without<T>(entries: Readonly<Record<string, T>>, isGone: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !isGone(name)));
}
