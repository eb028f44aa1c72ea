/** Warnings of this folder: each code is said once in the life of the process. */

/** Where a warning goes: a constant code, and a sentence with the way out. */
export type Warn = (code: string, message: string) => void;

/** Wraps a sink so that each code gets through once, and so that a sink that throws cannot reach the user's request. */
export function warnOnce(warn: Warn): Warn {
  const said = new Set<string>();
  return (code, message) => {
    if (said.has(code)) return;
    said.add(code);
    try {
      warn(code, message);
    } catch {
      // A logger that throws must not break a request; there is nobody left to tell.
    }
  };
}

/** The message of anything that was thrown. */
export function describe(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'a value that cannot be printed';
  }
}
