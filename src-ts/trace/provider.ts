/** OpenTelemetry's TracerProvider. */
import type { TracerProvider as ApiTracerProvider, TracerOptions } from '@opentelemetry/api';
import type { TraceCore } from './core';
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
    for (const tracer of this.tracers.values()) tracer.core = core;
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

function schemaUrlOf(options: TracerOptions | undefined): string {
  try {
    return textOf(options?.schemaUrl ?? '');
  } catch {
    return '';
  }
}
