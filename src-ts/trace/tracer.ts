/** Starts spans. */
import { performance } from 'node:perf_hooks';
import type { Tracer as ApiTracer, Context, Span, SpanOptions } from '@opentelemetry/api';
import { familyOf, newScope, type Scope } from '../arena/dictionary';
import type { FixedValues } from '../arena/fixed-values';
import { warnOnce } from '../native/warn';
import { activeContext, runWith } from './active';
import { warnThrew } from './attributes';
import { isSuppressed, SPAN_KEY, withSpanSet } from './context';
import type { TraceCore } from './core';
import { FLAG_DEFERRED, FLAG_RANDOM, FLAG_SAMPLED, IdentifiedSpan, identify, PassiveSpan } from './identity';
import { randomNonZeroWord, randomWords, takeRandom } from './ids';
import { keepsTrace } from './sampler';
import type { AttributeValues } from './shape';
import { RecordingSpan } from './span';
import { textOf } from './text';

/** A span without ids: what is started where nothing is traced. */
const INERT = new PassiveSpan(0, 0, 0, 0, 0, 0, 0, undefined, false);

const KIND_COUNT = 5;

/** OpenTelemetry's Tracer. */
export class Tracer implements ApiTracer {
  private scope: Scope;
  private core: TraceCore;

  constructor(core: TraceCore, name: string, version?: string, schemaUrl?: string) {
    this.core = core;
    this.scope = newScope(name, version, schemaUrl);
  }

  /** Goes over to another core. What its scope knew by number belongs to the arena of the former one. */
  adopt(core: TraceCore): void {
    const { name, version, schemaUrl } = this.scope;
    this.core = core;
    this.scope = newScope(name, version, schemaUrl);
  }

  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    try {
      const within = context ?? activeContext();
      const root = options?.root === true;
      const parent = root ? undefined : identified(within.getValue(SPAN_KEY));
      const span = this.start(name, options?.kind ?? 0, parent, within, undefined);
      if (span instanceof RecordingSpan) {
        if (options !== undefined && options !== null) applyOptions(span, options);
        this.core.started(span, root ? within.deleteValue(SPAN_KEY) : within);
      }
      return span;
    } catch {
      warnOnce(
        'OBS_SPAN_OPTIONS_THREW',
        'the options or the context given to startSpan threw while they were read; the span was started without them.',
      );
      return options === undefined && context === undefined ? INERT : this.startSpan(name);
    }
  }

  /** Gives a span that {@link start} made its first attributes, and announces it. */
  begin(span: RecordingSpan, keys: readonly string[], values: AttributeValues, context: Context): void {
    span.begin(keys, values);
    this.core.started(span, context);
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, context: Context, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
  ): ReturnType<F> | undefined {
    const fn = rest[rest.length - 1] as F;
    if (typeof fn !== 'function') {
      warnOnce('OBS_NO_FUNCTION', 'startActiveSpan was called without a function; nothing was started.');
      return undefined;
    }
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined;
    const parent = (rest.length > 2 ? (rest[1] as Context | undefined) : undefined) ?? activeContext();
    const span = this.startSpan(name, options ?? undefined, parent);
    return runWith(withSpanSet(parent, span), fn as (span: Span) => ReturnType<F>, span);
  }

  /**
   * Makes a span below `parent`, recording or not, without options; counts it when it is not sampled. A recording one still has to be announced
   * by {@link TraceCore.started}, and one with fixed values to be begun by {@link begin}.
   */
  start(
    name: string,
    kind: number,
    parent: IdentifiedSpan | undefined,
    context: Context,
    fixed: FixedValues | undefined,
  ): RecordingSpan | PassiveSpan {
    const { core } = this;
    if (isSuppressed(context)) return INERT;
    if (core.running === false) return passedOn(parent);
    const { sampler } = core;
    let trace0: number;
    let trace1: number;
    let trace2: number;
    let trace3: number;
    let flags: number;
    let sampled: boolean;
    const random = takeRandom(parent === undefined ? 6 : 2);
    const span0 = randomWords[random];
    const span1 = randomWords[random + 1] || randomNonZeroWord();
    if (parent === undefined) {
      trace0 = randomWords[random + 2];
      trace1 = randomWords[random + 3];
      trace2 = randomWords[random + 4];
      trace3 = randomWords[random + 5] || randomNonZeroWord();
      flags = FLAG_RANDOM;
      sampled = keepsTrace(sampler, trace0, trace1, trace2, trace3);
    } else {
      trace0 = parent.trace0;
      trace1 = parent.trace1;
      trace2 = parent.trace2;
      trace3 = parent.trace3;
      flags = parent.bits & FLAG_RANDOM;
      const isDecided = sampler.parentBased === true && (parent.bits & FLAG_DEFERRED) === 0;
      sampled = isDecided ? (parent.bits & FLAG_SAMPLED) !== 0 : keepsTrace(sampler, trace0, trace1, trace2, trace3);
    }
    const state = parent?.traceState;
    if (!sampled) {
      core.recorder?.countNotSampled();
      return new PassiveSpan(trace0, trace1, trace2, trace3, span0, span1, flags, state, false);
    }
    const spanName = typeof name === 'string' ? name : textOf(name);
    const template = familyOf(this.scope, spanName)?.usual;
    const span = new RecordingSpan(
      core,
      this.scope,
      spanName,
      typeof kind === 'number' && kind >>> 0 < KIND_COUNT ? kind : 0,
      flags | FLAG_SAMPLED,
      trace0,
      trace1,
      trace2,
      trace3,
      span0,
      span1,
      parent === undefined ? 0 : parent.span0,
      parent === undefined ? 0 : parent.span1,
      parent?.isRemote === true,
      fixed,
      template,
      template === undefined ? [] : template.room(),
      performance.now(),
    );
    if (state !== undefined) span.inheritTraceState(state);
    return span;
  }
}

/** Where nothing is recorded, what is active is passed on (OpenTelemetry specification, "Behavior of the API in the absence of an installed SDK"). */
function passedOn(parent: IdentifiedSpan | undefined): PassiveSpan {
  if (parent === undefined || parent instanceof PassiveSpan) return parent ?? INERT;
  const { trace0, trace1, trace2, trace3, span0, span1, bits, traceState } = parent;
  return new PassiveSpan(trace0, trace1, trace2, trace3, span0, span1, bits & 0xff, traceState, false);
}

/** The span of a context as one of ours; undefined when there is none or its ids are not valid. */
export function identified(span: unknown): IdentifiedSpan | undefined {
  if (span === undefined || span === null) return undefined;
  if (span instanceof IdentifiedSpan) return span === INERT ? undefined : span;
  try {
    return identify((span as Span).spanContext());
  } catch {
    return undefined;
  }
}

function applyOptions(span: RecordingSpan, options: SpanOptions): void {
  try {
    const { attributes, links, startTime } = options;
    if (attributes !== undefined) span.setAttributes(attributes);
    if (links !== undefined) span.addLinks(links);
    if (startTime !== undefined && startTime !== null) span.startAt(startTime);
  } catch {
    warnThrew();
  }
}
