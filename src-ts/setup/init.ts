/** `initTracing`: from options to running tracing. */
import { performance } from 'node:perf_hooks';
import { Recorder } from '../arena/recorder';
import { type Addon, loadAddon } from '../native/addon';
import { isMainThread } from '../native/main-thread';
import { VERSION } from '../native/version';
import { silenceWarnings, warn, warnOnce } from '../native/warn';
import { propagatorsByName } from '../propagation/propagators';
import { rejectedHeaders } from '../propagation/rejected';
import { TraceCore } from '../trace/core';
import { idleCore, ownProvider as provider } from '../trace/provider';
import { Deadline } from './deadline';
import { flushAtExit } from './exit';
import { type OwnOptions, readOptions } from './given-options';
import { registerGlobals } from './globals';
import { startInstrumentations } from './instrumentations';
import type { Tracing, TracingOptions, TracingStats } from './options';
import { readStarted, type Settings, startRequest } from './settings';
import { withSwitches } from './switches';

const DEFAULT_TIMEOUT_MILLIS = 10_000;

let current: Tracing | undefined;
/** A shutdown that is under way. */
let ending: Promise<boolean> | undefined;

/**
 * Starts tracing in this thread, and in this process where it does not run yet. A second call gives what the first one made. Never rejects:
 * where tracing cannot start there is one warning, and the service runs untraced. Call it in the main thread first: that is the one that
 * flushes when the process ends, for its workers, too.
 *
 * @example
 * await initTracing({ serviceName: 'manifest-api', exporter: { type: 'otlp-grpc', endpoint: 'http://localhost:4317' }, sampling: { rate: 0.1 } });
 */
export async function initTracing(options: TracingOptions = {}): Promise<Tracing> {
  // What is ending cannot be joined; what replaced it meanwhile can.
  while (ending !== undefined) await ending;
  return startTracing(options);
}

/** The same, at once: everything that takes time happens on the worker's thread. */
export function startTracing(options: TracingOptions = {}): Tracing {
  current ??= start(typeof options === 'object' && options !== null ? options : {});
  return current;
}

/** Puts other tracing in place of what runs, for tests; returns what was there. */
export function replaceTracing(tracing: Tracing | undefined): Tracing | undefined {
  const before = current;
  current = tracing;
  return before;
}

function start(options: TracingOptions): Tracing {
  try {
    const addon = loadAddon();
    if (addon === undefined) return untraced();
    const { own, plain } = readOptions(options);
    const { settings, failure } = readStarted(addon.start(startRequest(plain), warn));
    const quiet = settings.logLevel === 'none' || settings.logLevel === 'error';
    silenceWarnings(quiet);
    for (const { code, message } of settings.warnings) warn(code, message);
    if (settings.disabled) return untraced(settings.propagators);
    if (failure !== null) {
      warnOnce('OBS_WORKER_FAILED', `the worker thread could not be started (${failure}); this service runs untraced.`);
      return untraced();
    }
    const attachment = addon.attach(performance.now());
    if (attachment === null) {
      warnOnce('OBS_SHARED_MEMORY_REFUSED', 'this runtime does not share memory with native addons (Electron does not); this service runs untraced.');
      return untraced();
    }
    const recorder = new Recorder(attachment.memory, attachment.ring, addon);
    const forgetExit = flushAtExit(addon, settings.flushOnSignals);
    return traced(addon, settings, recorder, own, forgetExit);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    warnOnce('OBS_START_FAILED', `tracing could not be started (${reason}); this service runs untraced. Please report it.`);
    return untraced();
  }
}

function traced(addon: Addon, settings: Settings, recorder: Recorder, options: OwnOptions, forgetExit: () => void): Tracing {
  const core = new TraceCore({
    recorder,
    sampler: settings.sampler,
    limits: settings.limits,
    resource: settings.resource,
    processors: options.spanProcessors ?? [],
  });
  provider.adopt(core);
  const unregister = registerGlobals(provider, propagatorsByName(settings.propagators));
  const stopInstrumentations = startInstrumentations(withSwitches(options), provider, VERSION);
  let ended: Promise<boolean> | undefined;

  const end = async (timeoutMillis: number): Promise<boolean> => {
    stopInstrumentations();
    core.running = false;
    try {
      const deadline = new Deadline(timeoutMillis);
      const leftMillis = deadline.leftMillis();
      const processors = deadline.allows(core.shutdownProcessors());
      // Meanwhile, since no more spans come: a processor that takes all of the time must not cost what waits for the collector. The worker is the whole
      // process': a thread that is done takes only itself out.
      const settled = await (isMainThread ? addon.shutdown(leftMillis) : addon.flush(leftMillis));
      return (await processors) && settled;
    } catch {
      return false;
    } finally {
      forgetExit();
      unregister();
      if (current === tracing) current = undefined;
      ending = undefined;
    }
  };
  const tracing: Tracing = {
    provider,
    forceFlush: async (timeoutMillis = DEFAULT_TIMEOUT_MILLIS) => {
      if (ended !== undefined) return ended;
      const deadline = new Deadline(timeoutMillis);
      const inTime = await deadline.allows(core.flushProcessors());
      if (ended !== undefined) return ended;
      return (await addon.flush(deadline.leftMillis()).catch(() => false)) && inTime;
    },
    shutdown: (timeoutMillis = DEFAULT_TIMEOUT_MILLIS) => {
      ended ??= ending = end(timeoutMillis);
      return ended;
    },
    stats: () => ({ ...JSON.parse(addon.stats()), rejectedHeaders: rejectedHeaders() }) as TracingStats,
  };
  return tracing;
}

/** Tracing that does nothing: spans record nothing, the API works, and context is passed on in the formats given, if any. */
function untraced(propagators?: readonly string[]): Tracing {
  provider.adopt(idleCore());
  const unregister = propagators === undefined ? () => {} : registerGlobals(provider, propagatorsByName(propagators));
  const shutdown = (): Promise<boolean> => {
    unregister();
    if (current === tracing) current = undefined;
    return Promise.resolve(true);
  };
  const tracing: Tracing = { provider, forceFlush: () => Promise.resolve(true), shutdown, stats: noStats };
  return tracing;
}

/** A ledger of nothing. */
export function noStats(): TracingStats {
  return {
    started: 0,
    open: 0,
    exported: 0,
    notSampled: 0,
    filtered: 0,
    dropped: { ringFull: 0, unwritable: 0, malformed: 0, tooLarge: 0, queueFull: 0, rejected: 0, refused: 0, undelivered: 0, shutdown: 0 },
    queued: { ring: 0, batch: 0, queue: 0, inFlight: 0 },
    requests: 0,
    exportedBytes: 0,
    failedAttempts: 0,
    rejectedHeaders: rejectedHeaders(),
  };
}
