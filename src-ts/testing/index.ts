/** Tracing for the user's own tests: in memory, at once, no collector. */
import type { TracerProvider as ApiTracerProvider, Tracer } from '@opentelemetry/api';
import { VERSION } from '../native/version';
import { propagatorsByName } from '../propagation/propagators';
import { registerGlobals } from '../setup/globals';
import { noStats, replaceTracing } from '../setup/init';
import { startInstrumentations } from '../setup/instrumentations';
import type { Tracing, TracingOptions } from '../setup/options';
import { TraceCore } from '../trace/core';
import { ownProvider as provider } from '../trace/provider';
import type { ReadableSpan, SpanProcessor } from '../trace/readable';

/** Options of {@link createTestTracing}. */
export type TestTracingOptions = Pick<TracingOptions, 'resource' | 'http' | 'libraries' | 'instrumentations' | 'propagators' | 'limits'>;

/** Tracing in memory. */
export interface TestTracing {
  readonly provider: ApiTracerProvider;
  /** A tracer for the test's own spans. */
  readonly tracer: Tracer;
  /** Spans that have ended since the start or the last reset, in the order of their ends. */
  getFinishedSpans(): ReadableSpan[];
  /** Forgets the finished spans. */
  reset(): void;
  /** Takes everything back. */
  shutdown(): Promise<void>;
}

class Collector implements SpanProcessor {
  spans: ReadableSpan[] = [];

  onStart(): void {}
  onEnd(span: ReadableSpan): void {
    this.spans.push(span);
  }
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Registers tracing that keeps finished spans in memory: every span is recorded, and there as soon as it has ended. It takes the place of
 * tracing that runs, and an `initTracing` of the code under test gives this one. Needs no addon.
 *
 * @example
 * const tracing = createTestTracing();
 * await request(app).get('/');
 * assert.equal(tracing.getFinishedSpans()[0].name, 'GET /');
 */
export function createTestTracing(options: TestTracingOptions = {}): TestTracing {
  const collector = new Collector();
  const core = new TraceCore({ processors: [collector], resource: options.resource ?? {}, limits: options.limits ?? {} });
  provider.adopt(core);
  const unregister = registerGlobals(provider, propagatorsByName(options.propagators ?? ['tracecontext', 'baggage']), { replace: true });
  const stop = startInstrumentations(options, provider, VERSION);
  const end = async (): Promise<boolean> => {
    if (!core.running) return true;
    core.running = false;
    stop();
    // What took this one's place meanwhile stays.
    const registered = replaceTracing(undefined);
    if (registered === running) unregister();
    else replaceTracing(registered);
    return true;
  };
  const running: Tracing = { provider, forceFlush: () => Promise.resolve(true), shutdown: end, stats: noStats };
  replaceTracing(running);
  return {
    provider,
    tracer: provider.getTracer('test'),
    getFinishedSpans: () => [...collector.spans],
    reset() {
      collector.spans = [];
    },
    async shutdown() {
      await end();
    },
  };
}
