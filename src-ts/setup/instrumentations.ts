/** OpenTelemetry's own instrumentations, and the built-in ones. */
import type { TracerProvider } from '@opentelemetry/api';
import { leaveTo, traceLibraries } from '../automatic';
import { installHttpInstrumentation, stepAside } from '../http';
import { OWN_SCOPE } from '../native/version';
import { warnOnce } from '../native/warn';
import { foreignProvider } from '../trace/active';
import type { Instrumentation, TracingOptions } from './options';

/** Instrumentations that were switched off when tracing ended: they are still what they were configured to be. */
const stopped = new WeakSet<Instrumentation>();

/** Stops what was started last. */
let stopLast = (): void => {};

/**
 * Starts them on `own`, or on the provider of another SDK where that is registered: the helpers' spans are its own, too, and a trace in two pipelines is whole in
 * neither. They take the place of those that run. Returns what stops them, if they run by then.
 */
export function startInstrumentations(
  options: Pick<TracingOptions, 'http' | 'libraries' | 'instrumentations'>,
  own: TracerProvider,
  version: string,
): () => void {
  // Two at once would trace everything twice, or, as for HTTP, the first would go on with its own options.
  stopLast();
  const provider = foreignProvider() ?? own;
  const undo: (() => void)[] = [];
  const given = flatten(options.instrumentations);
  for (const instrumentation of given) {
    guarded(instrumentation, 'start', () => {
      instrumentation.setTracerProvider?.(provider);
      // Published instrumentations enable themselves when they are made, unless they were told not to.
      if (stopped.delete(instrumentation) || instrumentation.getConfig?.().enabled !== true) instrumentation.enable?.();
    });
    undo.push(() =>
      guarded(instrumentation, 'stop', () => {
        if (instrumentation.disable === undefined) return;
        instrumentation.disable();
        stopped.add(instrumentation);
      }),
    );
  }
  if (options.http !== false) {
    const http = installHttpInstrumentation(stepAside(options.http ?? {}, given), { tracer: provider.getTracer(OWN_SCOPE, version) });
    undo.push(() => http.disable());
  }
  if (options.libraries !== false) undo.push(traceLibraries(leaveTo(given, options.libraries ?? {})));
  stopLast = () => {
    for (const stop of undo.splice(0)) stop();
  };
  return stopLast;
}

function flatten(instrumentations: TracingOptions['instrumentations']): Instrumentation[] {
  if (instrumentations === undefined) return [];
  const all = Array.isArray(instrumentations) ? (instrumentations.flat(2) as unknown[]) : [instrumentations as unknown];
  return all.filter((one): one is Instrumentation => {
    const usable = typeof one === 'object' && one !== null;
    if (!usable)
      warnOnce('OBS_INSTRUMENTATION_INVALID', 'an entry of `instrumentations` is no object; give instances, such as `new ExpressInstrumentation()`.');
    return usable;
  });
}

function guarded(instrumentation: Instrumentation, what: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const name = instrumentation.instrumentationName ?? 'an instrumentation';
    const reason = error instanceof Error ? error.message : String(error);
    warnOnce('OBS_INSTRUMENTATION_THREW', `${name} could not ${what} (${reason}); it is left out.`);
  }
}
