/** The end of the process: what has ended is sent by one bounded native call, whether an event loop runs or not. */
import type { Addon } from '../native/addon';
import { isMainThread } from '../native/main-thread';
import { flushAtSignals } from './exit-signals';

/**
 * Flushes when the process ends: by itself, by `process.exit()`, by an uncaught exception or an unhandled rejection (Node emits `exit` for all
 * of these) and, where asked for, by SIGTERM or SIGINT. Returns what takes it back.
 *
 * Worker threads need nothing: their rings are owned by Rust, and one flush reads them all. What ends later still, in other listeners of
 * `exit`, is the addon's to send (src/binding/exit.rs).
 */
export function flushAtExit(addon: Addon, atSignals: boolean): () => void {
  if (!isMainThread) return () => {};
  const flush = (): void => {
    try {
      addon.flushAtExit();
    } catch {
      // Nothing of ours changes how a process ends.
    }
  };
  process.on('exit', flush);
  const leaveSignals = atSignals ? flushAtSignals(addon) : () => {};
  return () => {
    process.removeListener('exit', flush);
    leaveSignals();
  };
}
