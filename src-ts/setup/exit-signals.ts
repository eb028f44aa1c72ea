/** SIGTERM and SIGINT, as far as JavaScript has to do with them: where the service has a listener, a signal is the service's, and `exit` will flush. */
import type { Addon } from '../native/addon';

const SIGNALS: readonly string[] = ['SIGTERM', 'SIGINT'];

/**
 * Has the addon flush at each signal that has no listener; returns what takes it back.
 *
 * Ours is no listener (src/signals): one would count where others look, and could not run while the event loop is blocked. A first listener of the service's
 * replaces what the addon installed, since libuv puts its own there; when the last one is removed libuv leaves the system's default, and it is the addon's turn
 * again. Node has done all that when it comes to ours: its own listener of `removeListener` is the first.
 */
export function flushAtSignals(addon: Addon): () => void {
  const arm = (event: string | symbol): void => {
    if (SIGNALS.includes(event as string) && process.listenerCount(event) === 0) addon.armSignal(event as string);
  };
  SIGNALS.forEach(arm);
  process.on('removeListener', arm);
  return () => {
    process.removeListener('removeListener', arm);
    for (const signal of SIGNALS) addon.disarmSignal(signal);
  };
}
