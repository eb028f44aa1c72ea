/** Keeping what is ours from the user's code. */
import { describe } from '../http/warnings';
import { warnOnce } from '../native/warn';

/** Calls what is ours; what it throws is said once, and is not the user's to see. */
export function guarded<T>(code: string, call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    warnUntraced(code, error);
    return undefined;
  }
}

/** Says once that a message was not traced. */
export function warnUntraced(code: string, error: unknown): void {
  warnOnce(code, `a message could not be traced (${describe(error)}); it is sent and received as without tracing.`);
}
