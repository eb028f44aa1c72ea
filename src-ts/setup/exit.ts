/** The end of the process: what has ended is sent by one bounded native call, whether an event loop runs or not. */
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Addon } from '../native/addon';
import type { TracingStats } from './options';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Flushes when the process ends: by itself, by `process.exit()`, by an uncaught exception or an unhandled rejection (Node emits `exit` for all
 * of these) and, where asked for, by SIGTERM or SIGINT. Returns what takes it back.
 *
 * Worker threads need nothing: their rings are owned by Rust, and the main thread's flush reads them all.
 */
export function flushAtExit(addon: Addon, timeoutMillis: number, signals: boolean): () => void {
  if (!isMainThread) return () => {};
  const onExit = (): void => {
    const settled = addon.flushSync(timeoutMillis, true);
    tellLosses(JSON.parse(addon.stats()) as TracingStats, settled);
  };
  process.on('exit', onExit);
  const undo: (() => unknown)[] = [() => process.removeListener('exit', onExit)];
  if (signals) for (const signal of SIGNALS) undo.push(flushAtSignal(signal, onExit));
  return () => {
    for (const restore of undo) restore();
  };
}

/**
 * A listener changes what a signal does, so ours ends the process as the signal would have: flush, remove the listener, send the signal again.
 * Where the service listens itself, the signal is the service's, and `exit` will flush.
 */
function flushAtSignal(signal: NodeJS.Signals, flush: () => void): () => void {
  const onSignal = (): void => {
    // Ours is the first to run: a listener of the service's that is called only once is still counted here.
    if (process.listenerCount(signal) > 1) return;
    process.removeListener(signal, onSignal);
    flush();
    process.kill(process.pid, signal);
  };
  process.prependListener(signal, onSignal);
  return () => process.removeListener(signal, onSignal);
}

/** One line when something was lost. Warnings of Node's need an event loop; this is written at once. */
export function tellLosses(stats: TracingStats, settled: boolean): void {
  const reasons = Object.entries(stats.dropped).filter(([, count]) => count > 0);
  const left = settled ? 0 : stats.queued.ring + stats.queued.batch + stats.queued.queue + stats.queued.inFlight;
  if (left > 0) reasons.push(['unsent at exit', left]);
  if (reasons.length === 0) return;
  const lost = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ');
  try {
    writeSync(2, `[OBS_SPANS_LOST] observability-ts: of ${stats.started} spans ${stats.exported} were exported; lost: ${lost}\n`);
  } catch {
    // Standard error may be closed, or full and non-blocking.
  }
}
