/** `traceparent` (W3C Trace Context level 2). JavaScript reads what is certainly right; every other header is Rust's to judge. */
import type { SpanContext } from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { FLAG_RANDOM, FLAG_SAMPLED, type IdentifiedSpan, identify, PassiveSpan } from '../trace/identity';
import { hexState, parseHex32 } from '../trace/ids';
import { readTracestate } from './tracestate';

/** Length of a version-00 header: `00-<trace id>-<span id>-<flags>`. */
const LENGTH = 55;
const DASH = 45;
const ZERO = 48;
/** The flags that level 2 knows; others are read and written as zero. */
const KNOWN_FLAGS = FLAG_SAMPLED | FLAG_RANDOM;
/** Longer headers are not even handed over. */
const MAX_LENGTH = 512;

/**
 * The remote parent that a `traceparent` header names, with the trace state of the `tracestate` that came beside it; undefined when the header is
 * rejected, and the trace state is then not looked at.
 */
export function readTraceparent(header: string, tracestate?: string): PassiveSpan | undefined {
  if (header.length === LENGTH && header.charCodeAt(0) === ZERO && header.charCodeAt(1) === ZERO) {
    const fast = readVersion00(header, tracestate);
    if (fast !== undefined) return fast;
  }
  const words = header.length <= MAX_LENGTH ? loadAddon()?.parseTraceparent(header) : undefined;
  if (words === undefined || words === null) return undefined;
  const state = readTracestate(tracestate);
  return new PassiveSpan(words[0] | 0, words[1] | 0, words[2] | 0, words[3] | 0, words[4] | 0, words[5] | 0, words[6], state, true);
}

/** The words of the ids that were read last. */
const ids = new Int32Array(6);

/** The fast path: lower-case hex and hyphens in their places, nothing else, or undefined. */
function readVersion00(header: string, tracestate: string | undefined): PassiveSpan | undefined {
  if (header.charCodeAt(2) !== DASH || header.charCodeAt(35) !== DASH || header.charCodeAt(52) !== DASH) return undefined;
  hexState.failed = false;
  for (let word = 0; word < ids.length; word++) ids[word] = parseHex32(header, 3 + 8 * word + (word >> 2));
  const t0 = ids[0];
  const t1 = ids[1];
  const t2 = ids[2];
  const t3 = ids[3];
  const s0 = ids[4];
  const s1 = ids[5];
  const high = header.charCodeAt(53) - ZERO;
  const low = header.charCodeAt(54) - ZERO;
  // The usual flags are 00 to 03; any others are left to the codec.
  if (hexState.failed || (t0 | t1 | t2 | t3) === 0 || (s0 | s1) === 0 || high !== 0 || low < 0 || low > KNOWN_FLAGS) return undefined;
  return new PassiveSpan(t0, t1, t2, t3, s0, s1, low, tracestate === undefined ? undefined : readTracestate(tracestate), true);
}

/** Character codes of the digits. */
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/**
 * The header for a span of ours. One call with the code of each character takes half the time of writing them into a buffer and making a string of
 * it, and a sixth of joining pieces (docs/adr/0002).
 */
export function writeTraceparent(span: IdentifiedSpan): string {
  const { trace0, trace1, trace2, trace3, span0, span1 } = span;
  // biome-ignore format: a word a line
  return String.fromCharCode(
    ZERO, ZERO, DASH,
    DIGITS[trace0 >>> 28], DIGITS[(trace0 >>> 24) & 15], DIGITS[(trace0 >>> 20) & 15], DIGITS[(trace0 >>> 16) & 15], DIGITS[(trace0 >>> 12) & 15], DIGITS[(trace0 >>> 8) & 15], DIGITS[(trace0 >>> 4) & 15], DIGITS[trace0 & 15],
    DIGITS[trace1 >>> 28], DIGITS[(trace1 >>> 24) & 15], DIGITS[(trace1 >>> 20) & 15], DIGITS[(trace1 >>> 16) & 15], DIGITS[(trace1 >>> 12) & 15], DIGITS[(trace1 >>> 8) & 15], DIGITS[(trace1 >>> 4) & 15], DIGITS[trace1 & 15],
    DIGITS[trace2 >>> 28], DIGITS[(trace2 >>> 24) & 15], DIGITS[(trace2 >>> 20) & 15], DIGITS[(trace2 >>> 16) & 15], DIGITS[(trace2 >>> 12) & 15], DIGITS[(trace2 >>> 8) & 15], DIGITS[(trace2 >>> 4) & 15], DIGITS[trace2 & 15],
    DIGITS[trace3 >>> 28], DIGITS[(trace3 >>> 24) & 15], DIGITS[(trace3 >>> 20) & 15], DIGITS[(trace3 >>> 16) & 15], DIGITS[(trace3 >>> 12) & 15], DIGITS[(trace3 >>> 8) & 15], DIGITS[(trace3 >>> 4) & 15], DIGITS[trace3 & 15],
    DASH,
    DIGITS[span0 >>> 28], DIGITS[(span0 >>> 24) & 15], DIGITS[(span0 >>> 20) & 15], DIGITS[(span0 >>> 16) & 15], DIGITS[(span0 >>> 12) & 15], DIGITS[(span0 >>> 8) & 15], DIGITS[(span0 >>> 4) & 15], DIGITS[span0 & 15],
    DIGITS[span1 >>> 28], DIGITS[(span1 >>> 24) & 15], DIGITS[(span1 >>> 20) & 15], DIGITS[(span1 >>> 16) & 15], DIGITS[(span1 >>> 12) & 15], DIGITS[(span1 >>> 8) & 15], DIGITS[(span1 >>> 4) & 15], DIGITS[span1 & 15],
    DASH, ZERO, DIGITS[span.bits & KNOWN_FLAGS],
  );
}

/**
 * The span context that a `traceparent` header names, marked remote; undefined when the header is invalid (W3C Trace Context level 2, section
 * 3.2). Never throws, whatever it is given.
 *
 * @example
 * parseTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')?.traceId; // '4bf92f3577b34da6a3ce929d0e0e4736'
 */
export function parseTraceparent(header: string): SpanContext | undefined {
  return typeof header === 'string' ? readTraceparent(header)?.spanContext() : undefined;
}

/**
 * The `traceparent` header of a span context: version 00, the flags that level 2 knows. Undefined when its ids are not valid. Never
 * throws, whatever it is given.
 *
 * @example
 * formatTraceparent(span.spanContext()); // '00-…-…-03'
 */
export function formatTraceparent(spanContext: SpanContext): string | undefined {
  try {
    const span = identify(spanContext);
    return span === undefined ? undefined : writeTraceparent(span);
  } catch {
    return undefined;
  }
}
