/** SIGTERM and SIGINT: flush, then let the process end as it would have without us. */

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Marks our listeners, those of another copy of this package included: each would otherwise leave the end of the process to the other. */
const OURS = Symbol.for('@manifest-cyber/observability-ts/signal');

/** Flushes at each of the signals; returns what takes it back. */
export function onSignals(flush: () => void): () => void {
  const undo = SIGNALS.map((signal) => onSignal(signal, flush));
  return () => {
    for (const restore of undo) restore();
  };
}

/**
 * A listener changes what a signal does, so ours ends the process as the signal would have: flush, remove the listener, send the signal again.
 * Where the service listens itself, the signal is the service's, and `exit` will flush.
 */
function onSignal(signal: NodeJS.Signals, flush: () => void): () => void {
  let forgotten = false;
  const listener = (): void => {
    // Ours is the first to run: a listener of the service's that is called only once is still counted here.
    const others = process.listeners(signal).filter((other) => !(OURS in other)).length;
    if (others > politeListeners()) return;
    flush();
    process.removeListener(signal, listener);
    // Those see now that nobody else listens, and end the process themselves.
    if (others === 0) process.kill(process.pid, signal);
    // The first process of a container has no default for signals: it lives on, and so does this.
    setImmediate(() => {
      if (!forgotten) process.prependListener(signal, listener);
    }).unref();
  };
  Object.defineProperty(listener, OURS, { value: true });
  process.prependListener(signal, listener);
  return () => {
    forgotten = true;
    process.removeListener(signal, listener);
  };
}

/**
 * The package signal-exit, which many others use, listens to every signal and ends the process when no listeners but its own are there. It
 * publishes how many it has.
 */
function politeListeners(): number {
  const published = [
    (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')],
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ];
  return published.reduce<number>((sum, emitter) => {
    const count = (emitter as { count?: unknown } | undefined)?.count;
    return sum + (typeof count === 'number' && count > 0 ? count : 0);
  }, 0);
}
