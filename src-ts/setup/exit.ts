/** The end of the process: what has ended is sent by one bounded native call, whether an event loop runs or not. */
import { writeSync } from 'node:fs';
import type { Addon } from '../native/addon';
import { isMainThread } from '../native/main-thread';
import { onSignals } from './exit-signals';
import type { TracingStats } from './options';

/** What of the settings concerns the end. */
export interface ExitSettings {
  /** The longest that the process may be held up, in milliseconds. */
  exitTimeoutMillis: number;
  /** Whether SIGTERM and SIGINT flush. */
  flushOnSignals: boolean;
  /** Whether losses are told. */
  quiet: boolean;
}

/** How a reason of the ledger reads in a sentence. */
const REASONS: Record<keyof TracingStats['dropped'], string> = {
  ringFull: 'came faster than they could be read',
  unwritable: 'were too large to be handed over',
  malformed: 'could not be read',
  tooLarge: 'were too large for a request',
  queueFull: 'made room in a full queue',
  rejected: 'were rejected by the collector',
  refused: 'were refused for good',
  undelivered: 'could not be delivered in time',
  shutdown: 'had no time left at shutdown',
};

/**
 * Flushes when the process ends: by itself, by `process.exit()`, by an uncaught exception or an unhandled rejection (Node emits `exit` for all
 * of these) and, where asked for, by SIGTERM or SIGINT. Returns what takes it back.
 *
 * Worker threads need nothing: their rings are owned by Rust, and one flush reads them all. What ends later still, in other listeners of
 * `exit`, is the addon's to send (src/binding/exit.rs).
 */
export function flushAtExit(addon: Addon, settings: ExitSettings): () => void {
  if (!isMainThread) return () => {};
  let told = false;
  const flush = (): void => {
    try {
      addon.flushSync(settings.exitTimeoutMillis, true);
      const line = lossLine(JSON.parse(addon.stats()) as TracingStats);
      if (line === undefined || told || settings.quiet) return;
      told = true;
      // Warnings of Node's need an event loop; this is written at once.
      writeSync(2, line);
    } catch {
      // Standard error may be closed, or full and non-blocking; and nothing of ours changes how a process ends.
    }
  };
  process.on('exit', flush);
  const forgetSignals = settings.flushOnSignals ? onSignals(flush) : () => {};
  return () => {
    process.removeListener('exit', flush);
    forgetSignals();
  };
}

/** One line when something was lost, or is now that the process ends. */
export function lossLine(stats: TracingStats): string | undefined {
  const lost = Object.entries(REASONS)
    .map(([reason, text]) => ({ count: stats.dropped[reason as keyof TracingStats['dropped']], text }))
    .concat({
      count: sum(stats.queued),
      text: 'were not delivered before the process ended (does the collector run? OBS_EXIT_TIMEOUT sets the time)',
    })
    .filter(({ count }) => count > 0);
  if (lost.length === 0) return undefined;
  const total = lost.reduce((all, { count }) => all + count, 0);
  const reasons = lost.map(({ count, text }) => `${count} ${text}`).join(', ');
  return `[OBS_SPANS_LOST] observability-ts: ${total} of ${stats.started} spans were lost: ${reasons}\n`;
}

function sum(counts: TracingStats['queued']): number {
  return counts.ring + counts.batch + counts.queue + counts.inFlight;
}
