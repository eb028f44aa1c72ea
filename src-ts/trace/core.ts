/** What all tracers of one provider share. */
import type { Attributes, Context } from '@opentelemetry/api';
import type { Recorder } from '../arena/recorder';
import { warnOnce } from '../native/warn';
import { DEFAULT_LIMITS, type SpanLimits } from './limits';
import type { SpanProcessor } from './readable';
import { ALWAYS_ON, type SamplerSettings } from './sampler';
import type { RecordingSpan } from './span';

/** Attributes of a span, an event or a link that a record can count, whatever the limits say. */
const MAX_ATTRIBUTES = 32_767;
/** No string of V8's is as long as this, in UTF-16 units. */
const ANY_STRING = 2 ** 30;

/** What a provider is made of. */
export interface TraceCoreOptions {
  /** Where finished spans go; without one they go to the processors only. */
  recorder?: Recorder | undefined;
  sampler?: SamplerSettings;
  limits?: Partial<SpanLimits>;
  resource?: Attributes;
  processors?: readonly SpanProcessor[];
}

/** Sampler, limits, processors and the way out of a provider's spans. */
export class TraceCore {
  readonly recorder: Recorder | undefined;
  readonly sampler: SamplerSettings;
  readonly limits: SpanLimits;
  /** The longest string value that needs no cutting: a small integer, so that the hot path compares no doubles. */
  readonly maxStringLength: number;
  /** The most elements of a span's flat attribute list. */
  readonly maxList: number;
  readonly resource: { readonly attributes: Attributes };
  private readonly processors: readonly SpanProcessor[];
  /** Whether anybody sees spans before they are written. */
  readonly hasProcessors: boolean;
  /** False after shutdown: spans started then record nothing. */
  running = true;

  constructor(options: TraceCoreOptions) {
    this.recorder = options.recorder;
    this.sampler = options.sampler ?? ALWAYS_ON;
    this.limits = usableLimits(options.limits ?? {});
    this.maxStringLength = Math.min(this.limits.attributeValueLength, ANY_STRING);
    this.maxList = this.limits.attributeCount * 2;
    this.resource = { attributes: options.resource ?? {} };
    this.processors = usableProcessors(options.processors ?? []);
    this.hasProcessors = this.processors.length > 0;
  }

  /** A span was started and records. */
  started(span: RecordingSpan, context: Context): void {
    this.recorder?.countStarted();
    if (this.hasProcessors) this.callOnStart(span, context);
  }

  private callOnStart(span: RecordingSpan, context: Context): void {
    for (const processor of this.processors) {
      try {
        processor.onStart(span, context);
      } catch {
        warnProcessor('onStart');
      }
    }
  }

  /** A span has ended. */
  finish(span: RecordingSpan): void {
    const { hasProcessors } = this;
    if (hasProcessors) {
      if (!span.beginEnding()) return;
      this.callProcessors(span, 'onEnding');
    }
    span.seal();
    if (hasProcessors) {
      // Ours is the last to export: what a redactor takes out must not leave the process.
      this.callProcessors(span, 'onEnd');
      span.takeEdits();
    }
    if (this.running === true) this.recorder?.write(span);
    else this.recorder?.countLate();
  }

  /** Flushes the processors; never rejects, and takes as long as they do. */
  async flushProcessors(): Promise<void> {
    await Promise.all(this.processors.map((processor) => settle(() => processor.forceFlush(), 'forceFlush')));
  }

  /** Shuts the processors down; never rejects, and takes as long as they do. */
  async shutdownProcessors(): Promise<void> {
    await Promise.all(this.processors.map((processor) => settle(() => processor.shutdown(), 'shutdown')));
  }

  private callProcessors(span: RecordingSpan, method: 'onEnding' | 'onEnd'): void {
    for (const processor of this.processors) {
      try {
        processor[method]?.(span);
      } catch {
        warnProcessor(method);
      }
    }
  }
}

/** The given limits where they are numbers that can limit, else the defaults; never more attributes than a record can count. */
function usableLimits(given: Partial<SpanLimits>): SpanLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(limits) as (keyof SpanLimits)[]) {
    const limit = given[name];
    if (typeof limit === 'number' && limit >= 0) limits[name] = Math.floor(limit);
  }
  limits.attributeCount = Math.min(limits.attributeCount, MAX_ATTRIBUTES);
  limits.attributePerEventCount = Math.min(limits.attributePerEventCount, MAX_ATTRIBUTES);
  limits.attributePerLinkCount = Math.min(limits.attributePerLinkCount, MAX_ATTRIBUTES);
  return limits;
}

function usableProcessors(given: unknown): SpanProcessor[] {
  const all: unknown[] = Array.isArray(given) ? [...given] : [given];
  return all.filter((one): one is SpanProcessor => {
    const usable = typeof one === 'object' && one !== null;
    if (!usable) warnOnce('OBS_PROCESSOR_INVALID', 'an entry of `spanProcessors` is no object with onStart and onEnd; it is left out.');
    return usable;
  });
}

async function settle(call: () => Promise<void>, method: string): Promise<void> {
  try {
    await call();
  } catch {
    warnProcessor(method);
  }
}

function warnProcessor(method: string): void {
  warnOnce('OBS_PROCESSOR_THREW', `a span processor threw in ${method}; spans are exported all the same.`);
}
