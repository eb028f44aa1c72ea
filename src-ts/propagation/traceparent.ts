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

/** The fast path: lower-case hex and hyphens in their places, nothing else, or undefined. */
function readVersion00(header: string, tracestate: string | undefined): PassiveSpan | undefined {
  if (header.charCodeAt(2) !== DASH || header.charCodeAt(35) !== DASH || header.charCodeAt(52) !== DASH) return undefined;
  hexState.failed = false;
  const t0 = parseHex32(header, 3);
  const t1 = parseHex32(header, 11);
  const t2 = parseHex32(header, 19);
  const t3 = parseHex32(header, 27);
  const s0 = parseHex32(header, 36);
  const s1 = parseHex32(header, 44);
  const high = header.charCodeAt(53) - ZERO;
  const low = header.charCodeAt(54) - ZERO;
  // The usual flags are 00 to 03; any others are left to the codec.
  if (hexState.failed || (t0 | t1 | t2 | t3) === 0 || (s0 | s1) === 0 || high !== 0 || low < 0 || low > KNOWN_FLAGS) return undefined;
  return new PassiveSpan(t0, t1, t2, t3, s0, s1, low, tracestate === undefined ? undefined : readTracestate(tracestate), true);
}

/** The header under construction, and the digits it is made of: written in place, then copied once, which is half the cost of joining thirty strings. */
const TEXT = Buffer.from(`00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`, 'latin1');
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

function putWord(word: number, at: number): void {
  TEXT[at] = DIGITS[word >>> 28];
  TEXT[at + 1] = DIGITS[(word >>> 24) & 15];
  TEXT[at + 2] = DIGITS[(word >>> 20) & 15];
  TEXT[at + 3] = DIGITS[(word >>> 16) & 15];
  TEXT[at + 4] = DIGITS[(word >>> 12) & 15];
  TEXT[at + 5] = DIGITS[(word >>> 8) & 15];
  TEXT[at + 6] = DIGITS[(word >>> 4) & 15];
  TEXT[at + 7] = DIGITS[word & 15];
}

/** The header for a span of ours. */
export function writeTraceparent(span: IdentifiedSpan): string {
  putWord(span.trace0, 3);
  putWord(span.trace1, 11);
  putWord(span.trace2, 19);
  putWord(span.trace3, 27);
  putWord(span.span0, 36);
  putWord(span.span1, 44);
  TEXT[54] = DIGITS[span.bits & KNOWN_FLAGS];
  return TEXT.toString('latin1');
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
