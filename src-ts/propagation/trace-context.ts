/** `TraceContext`, as logger-ts has it: the ids of a place in a trace, in the names that log lines carry. */
import { hex32, randomNonZeroWord, randomWord } from '../trace/ids';
import { parseTraceparent } from './traceparent';

/** Trace id, span id and, where there is one, the parent's span id. */
export class TraceContext {
  /** 32 lower-case hex digits. */
  readonly trace_id: string;
  /** 16 lower-case hex digits. */
  readonly span_id: string;
  /** 16 lower-case hex digits; undefined for a root. */
  readonly parent_id: string | undefined;

  constructor(trace_id: string, span_id: string, parent_id?: string) {
    this.trace_id = trace_id;
    this.span_id = span_id;
    this.parent_id = parent_id;
  }

  /** A new trace: random ids, no parent. */
  static generateRandom(): TraceContext {
    const trace = hex32(randomWord()) + hex32(randomWord()) + hex32(randomWord()) + hex32(randomNonZeroWord());
    return new TraceContext(trace, randomSpanId());
  }

  /** A new span below the one that a `traceparent` header names; undefined when the header is invalid. */
  static fromTraceparent(header: string): TraceContext | undefined {
    const parent = parseTraceparent(header);
    return parent === undefined ? undefined : new TraceContext(parent.traceId, randomSpanId(), parent.spanId);
  }

  /** The `traceparent` header of this place; `sampled` (default true) sets that flag. */
  toTraceparent(sampled = true): string {
    return `00-${this.trace_id}-${this.span_id}-${sampled ? '01' : '00'}`;
  }
}

function randomSpanId(): string {
  return hex32(randomWord()) + hex32(randomNonZeroWord());
}
