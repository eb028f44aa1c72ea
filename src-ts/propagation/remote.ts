/** Parents that came in a header: what Rust says of one, and how it becomes the span of a context. */
import type { Context, TraceState } from '@opentelemetry/api';
import { SPAN_KEY, withSpanSet } from '../trace/context';
import { FLAG_DEFERRED, FLAG_SAMPLED, PassiveSpan } from '../trace/identity';
import { parseHex32 } from '../trace/ids';
import { identified } from '../trace/tracer';

/** Digits of the trace id and the span id, and a character for the decision: what stands before the rest. */
const LENGTH = 49;

/** A parent, and what else its headers said. */
export interface RemoteParent {
  span: PassiveSpan;
  /** B3's debug flag. */
  debug: boolean;
  /** What stands behind, by format. */
  rest: string;
}

/** A parent as the codec in Rust writes one; undefined for none. */
export function remoteParent(text: string | null | undefined, stateOf?: (rest: string) => TraceState | undefined): RemoteParent | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  const decision = text[LENGTH - 1];
  const rest = text.slice(LENGTH);
  const flags = decision === '?' ? FLAG_DEFERRED : decision === '0' ? 0 : FLAG_SAMPLED;
  const span = new PassiveSpan(
    parseHex32(text, 0),
    parseHex32(text, 8),
    parseHex32(text, 16),
    parseHex32(text, 24),
    parseHex32(text, 32),
    parseHex32(text, 40),
    flags,
    stateOf?.(rest),
    true,
  );
  return { span, debug: decision === 'd', rest };
}

/**
 * `context` with a parent that another format than W3C's named. Where a format before it named the same span, that one stays: it may know more of
 * it (the random flag, a trace state).
 */
export function withRemote(context: Context, parent: PassiveSpan): Context {
  const known = identified(context.getValue(SPAN_KEY));
  const isSame =
    known !== undefined &&
    known.span0 === parent.span0 &&
    known.span1 === parent.span1 &&
    known.trace0 === parent.trace0 &&
    known.trace1 === parent.trace1 &&
    known.trace2 === parent.trace2 &&
    known.trace3 === parent.trace3;
  return isSame ? context : withSpanSet(context, parent);
}
