/**
 * Warnings of ours reach the user once, or at a bounded rate, with a code and the way out.
 *
 * They go to Node's own warning channel: `process.on('warning')` sees them, `--no-warnings` silences them, and a warning never throws.
 */

const seen = new Set<string>();
const MAX_CODES = 256;
let silent = false;

/** Whether warnings are kept back: the user's log level asks for less. */
export function silenceWarnings(value: boolean): void {
  silent = value;
}

/** Says `message` once per process and code. */
export function warnOnce(code: string, message: string): void {
  if (seen.has(code) || seen.size >= MAX_CODES) return;
  seen.add(code);
  warn(code, message);
}

/** Says `message` now; the caller bounds the rate. */
export function warn(code: string, message: string): void {
  if (silent) return;
  try {
    process.emitWarning(message, { type: 'ObservabilityWarning', code });
  } catch {
    // A `process.emitWarning` that somebody replaced may throw; the user's code must not feel it.
  }
}

/** Forgets what was said, for tests. */
export function forgetWarnings(): void {
  seen.clear();
}
