/** Spans as carriers of ids: 32-bit words, and hexadecimal text only when someone asks. */
import type { Span, SpanContext, SpanStatus, TraceState } from '@opentelemetry/api';
import { hex32, hexState, parseHex32 } from './ids';

/** W3C flag: the trace is sampled. */
export const FLAG_SAMPLED = 0x01;
/** W3C flag, level 2: the trace id is random. */
export const FLAG_RANDOM = 0x02;
/** Beyond W3C's eight bits, of a remote parent alone: its caller left the decision whether to sample to us (B3, X-Ray and Datadog can say so). */
export const FLAG_DEFERRED = 1 << 27;

/**
 * What all our spans have: the ids of their context. Set in the constructors of the subclasses: a constructor here with work to do is one call more for each
 * span, which V8 does not put in line.
 */
export abstract class IdentifiedSpan {
  trace0!: number;
  trace1!: number;
  trace2!: number;
  trace3!: number;
  span0!: number;
  span1!: number;
  /** Low eight bits: the W3C trace flags. Recording spans keep more above them. */
  bits!: number;
  protected asContext: SpanContext | undefined;

  /** The trace state of the context, where there is one. */
  abstract readonly traceState: TraceState | undefined;
  /** Whether the context came from another process. */
  abstract readonly isRemote: boolean;

  /** 32 lower-case hex digits. */
  get traceId(): string {
    return hex32(this.trace0) + hex32(this.trace1) + hex32(this.trace2) + hex32(this.trace3);
  }

  /** 16 lower-case hex digits. */
  get spanId(): string {
    return hex32(this.span0) + hex32(this.span1);
  }

  /** Replaces the low bits of the span id; false, and nothing replaced, where its context was given out and may be somebody's already. */
  replaceLowBits(mask: number, bits: number): boolean {
    if (this.asContext !== undefined) return false;
    this.span1 = (this.span1 & ~mask) | bits;
    return true;
  }

  /** The context as the API knows it; the same object each time. */
  spanContext(): SpanContext {
    if (this.asContext === undefined) {
      const context: SpanContext = { traceId: this.traceId, spanId: this.spanId, traceFlags: this.bits & 0xff };
      const { traceState } = this;
      if (traceState !== undefined) context.traceState = traceState;
      if (this.isRemote) context.isRemote = true;
      this.asContext = context;
    }
    return this.asContext;
  }
}

/** A span that records nothing and passes its context on: a remote parent, or one that the sampler did not choose. */
export class PassiveSpan extends IdentifiedSpan implements Span {
  readonly traceState: TraceState | undefined;
  readonly isRemote: boolean;

  constructor(
    trace0: number,
    trace1: number,
    trace2: number,
    trace3: number,
    span0: number,
    span1: number,
    flags: number,
    traceState: TraceState | undefined,
    isRemote: boolean,
  ) {
    super();
    this.trace0 = trace0;
    this.trace1 = trace1;
    this.trace2 = trace2;
    this.trace3 = trace3;
    this.span0 = span0;
    this.span1 = span1;
    this.bits = flags;
    this.asContext = undefined;
    this.traceState = traceState;
    this.isRemote = isRemote;
  }

  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(_status: SpanStatus): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  end(): void {}
  isRecording(): boolean {
    return false;
  }
  recordException(): void {}
}

/** A context that somebody else made, as a span of ours; undefined when its ids are not valid (W3C Trace Context, section 3.2.2). */
export function identify(context: SpanContext | undefined | null): PassiveSpan | undefined {
  if (context === undefined || context === null) return undefined;
  const { traceId, spanId } = context;
  if (typeof traceId !== 'string' || traceId.length !== 32 || typeof spanId !== 'string' || spanId.length !== 16) return undefined;
  hexState.failed = false;
  const t0 = parseHex32(traceId, 0);
  const t1 = parseHex32(traceId, 8);
  const t2 = parseHex32(traceId, 16);
  const t3 = parseHex32(traceId, 24);
  const s0 = parseHex32(spanId, 0);
  const s1 = parseHex32(spanId, 8);
  if (hexState.failed) {
    // Ids are lower case on the wire; the API takes them in any case.
    const lower = { ...context, traceId: traceId.toLowerCase(), spanId: spanId.toLowerCase() };
    return lower.traceId === traceId && lower.spanId === spanId ? undefined : identify(lower);
  }
  if ((t0 | t1 | t2 | t3) === 0 || (s0 | s1) === 0) return undefined;
  const { traceFlags } = context;
  const flags = typeof traceFlags === 'number' ? traceFlags & 0xff : 0;
  return new PassiveSpan(t0, t1, t2, t3, s0, s1, flags, context.traceState, context.isRemote === true);
}
