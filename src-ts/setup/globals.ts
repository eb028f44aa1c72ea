/** Registration with `@opentelemetry/api`. */
import type { TextMapPropagator } from '@opentelemetry/api';
import { warnOnce } from '../native/warn';
import { claim, disown, type Registered, register, registered, unregister } from '../trace/active';
import { AsyncContextManager } from '../trace/context-manager';
import type { TracerProvider } from '../trace/provider';
import { apiVersion, loadedApi } from './api-package';

/** How a warning names the place that another SDK has taken. */
const PLACES = { trace: 'TRACER_PROVIDER', context: 'CONTEXT_MANAGER', propagation: 'PROPAGATOR' } as const;

/** Told apart by identity: what was registered last. */
let last: object = {};

/**
 * Registers provider, context manager and propagator; returns what takes them back. What somebody else has registered stays, with a warning, unless it is
 * to be replaced. What was replaced takes nothing back: the provider, which is the same one, is in the place of what replaced it.
 */
export function registerGlobals(provider: TracerProvider, propagator: TextMapPropagator, { replace = false } = {}): () => void {
  const loaded = loadedApi();
  const undo: (() => void)[] = [];
  const registration = {};
  last = registration;

  function put<K extends keyof Registered>(name: K, instance: NonNullable<Registered[K]>): void {
    if (replace) unregister(name);
    if (registered()?.[name] !== undefined) {
      const place = PLACES[name];
      warnOnce(
        `OBS_GLOBAL_TAKEN_${place}`,
        `another OpenTelemetry SDK has registered its ${place.toLowerCase().replace('_', ' ')} with @opentelemetry/api already; it stays. Start observability-ts first, or remove the other SDK.`,
      );
      return;
    }
    // A module that is loaded has to hear of the provider: the tracers that it gave out wait for it, and it registers a proxy in its place.
    if (name !== 'trace' || loaded?.trace.setGlobalTracerProvider(provider) !== true) register(name, instance, apiVersion);
    claim(name, instance);
    const inPlace = registered()?.[name];
    undo.push(() => {
      if (last === registration && disown(name, instance) && registered()?.[name] === inPlace) unregister(name);
    });
  }

  const manager = new AsyncContextManager().enable();
  put('trace', provider);
  put('context', manager);
  put('propagation', propagator);
  undo.push(() => manager.disable());
  return () => {
    for (const takeBack of undo) takeBack();
  };
}
