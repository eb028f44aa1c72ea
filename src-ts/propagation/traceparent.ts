/** `traceparent` (W3C Trace Context level 2). JavaScript reads what is certainly right; every other header is Rust's to judge. */
import type { SpanContext } from '@opentelemetry/api';
import { createTraceState } from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { FLAG_RANDOM, FLAG_SAMPLED, type IdentifiedSpan, identify, PassiveSpan } from '../trace/identity';
import { hex32, hexState, parseHex32 } from '../trace/ids';

/** Length of a version-00 header: `00-<trace id>-<span id>-<flags>`. */
const LENGTH = 55;
const DASH = 45;
const ZERO = 48;
/** The flags that level 2 knows; others are read and written as zero. */
const KNOWN_FLAGS = FLAG_SAMPLED | FLAG_RANDOM;
/** Longer headers are not even handed over. */
const MAX_LENGTH = 512;

const FLAGS_HEX = ['00', '01', '02', '03'];

/** The remote parent that a `traceparent` header and, where given, its `tracestate` name; undefined when the header is rejected. */
export function readTraceparent(header: string, tracestate?: string): PassiveSpan | undefined {
  if (header.length === LENGTH && header.charCodeAt(0) === ZERO && header.charCodeAt(1) === ZERO) {
    const fast = readVersion00(header, tracestate);
    if (fast !== undefined) return fast;
  }
  const words = header.length <= MAX_LENGTH ? loadAddon()?.parseTraceparent(header) : undefined;
  if (words === undefined || words === null) return undefined;
  return new PassiveSpan(
    words[0] | 0,
    words[1] | 0,
    words[2] | 0,
    words[3] | 0,
    words[4] | 0,
    words[5] | 0,
    words[6],
    traceStateOf(tracestate),
    true,
  );
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
  return new PassiveSpan(t0, t1, t2, t3, s0, s1, low, traceStateOf(tracestate), true);
}

function traceStateOf(header: string | undefined): SpanContext['traceState'] {
  if (header === undefined || header === '') return undefined;
  const normal = loadAddon()?.normaliseTracestate(header);
  return normal ? createTraceState(normal) : undefined;
}

/** The header for a span of ours. */
export function writeTraceparent(span: IdentifiedSpan): string {
  return `00-${hex32(span.trace0)}${hex32(span.trace1)}${hex32(span.trace2)}${hex32(span.trace3)}-${hex32(span.span0)}${hex32(span.span1)}-${FLAGS_HEX[span.bits & KNOWN_FLAGS]}`;
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
 * The `traceparent` header of a span context: version 00, the flags that level 2 knows. Undefined when its ids are not valid.
 *
 * @example
 * formatTraceparent(span.spanContext()); // '00-…-…-03'
 */
export function formatTraceparent(spanContext: SpanContext): string | undefined {
  const span = identify(spanContext);
  return span === undefined ? undefined : writeTraceparent(span);
}
