/** OpenTelemetry's TracerProvider. */
import type { Tracer as ApiTracer, TracerProvider as ApiTracerProvider, TracerOptions } from '@opentelemetry/api';
import { foreignProvider } from './active';
import { TraceCore } from './core';
import type { IdentifiedSpan } from './identity';
import { keepsTrace } from './sampler';
import { textOf } from './text';
import { Tracer } from './tracer';

/** Tracers are kept by name, version and schema URL; past this many, further ones are made anew and not kept. */
const MAX_KEPT = 1024;

/** Gives out tracers over one {@link TraceCore}. */
export class TracerProvider implements ApiTracerProvider {
  private readonly tracers = new Map<string, Tracer>();

  constructor(private core: TraceCore) {}

  /** Moves this provider and all tracers that it gave out to another core. */
  adopt(core: TraceCore): void {
    this.core = core;
    for (const tracer of this.tracers.values()) tracer.adopt(core);
  }

  /** Whether the head sampler would keep a root span with the trace id of `span`; true while nothing runs. */
  keeps(span: IdentifiedSpan): boolean {
    return keepsTrace(this.core.sampler, span.trace0, span.trace1, span.trace2, span.trace3);
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    const scope = [textOf(name ?? ''), textOf(version ?? ''), schemaUrlOf(options)] as const;
    const key = scope.join('\u0000');
    let tracer = this.tracers.get(key);
    if (tracer === undefined) {
      tracer = new Tracer(this.core, scope[0], scope[1] || undefined, scope[2] || undefined);
      if (this.tracers.size < MAX_KEPT) this.tracers.set(key, tracer);
    }
    return tracer;
  }
}

/**
 * The one provider of a thread: what it gave out before `initTracing`, and before a shutdown and another start, works from then on. Nothing is recorded
 * until it adopts a core that runs.
 */
export const ownProvider = new TracerProvider(idleCore());

/** A tracer of the provider that is registered, or of our own, which may be started later. */
export function tracerFor(name: string, version?: string): ApiTracer {
  return (foreignProvider() ?? ownProvider).getTracer(name, version);
}

/** A core that records nothing. */
export function idleCore(): TraceCore {
  const core = new TraceCore({});
  core.running = false;
  return core;
}

function schemaUrlOf(options: TracerOptions | undefined): string {
  try {
    return textOf(options?.schemaUrl ?? '');
  } catch {
    return '';
  }
}
