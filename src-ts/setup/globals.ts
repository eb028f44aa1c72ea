/** Registration with `@opentelemetry/api`. */
import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { warnOnce } from '../native/warn';
import { AsyncContextManager } from '../trace/context-manager';
import type { TracerProvider } from '../trace/provider';

/** Registers provider, context manager and propagator; returns what takes it back. What somebody else has registered stays, with a warning. */
export function registerGlobals(provider: TracerProvider, propagator: TextMapPropagator): () => void {
  const manager = new AsyncContextManager().enable();
  const undo: (() => void)[] = [];
  const register = (name: string, registered: boolean, remove: () => void): void => {
    if (registered) undo.push(remove);
    else
      warnOnce(
        `OBS_GLOBAL_TAKEN_${name}`,
        `another OpenTelemetry SDK has registered its ${name.toLowerCase().replace('_', ' ')} with @opentelemetry/api already; it stays. Start observability-ts first, or remove the other SDK.`,
      );
  };
  register('TRACER_PROVIDER', trace.setGlobalTracerProvider(provider), () => trace.disable());
  register('CONTEXT_MANAGER', context.setGlobalContextManager(manager), () => {
    context.disable();
    manager.disable();
  });
  register('PROPAGATOR', propagation.setGlobalPropagator(propagator), () => propagation.disable());
  return () => {
    for (const remove of undo) remove();
  };
}
