/** Keeping what is ours from the driver, which would take it for a failure of the user's command. */
import { describe } from '../http/warnings';
import { warnOnce } from '../native/warn';

/** Calls what is ours; what it throws is said once. */
export function guarded<A extends unknown[], T>(call: (...args: A) => T, ...args: A): T | undefined {
  try {
    return call(...args);
  } catch (error) {
    warnOnce('OBS_MONGO_FAILED', `a command of MongoDB could not be traced (${describe(error)}); it runs as without tracing.`);
    return undefined;
  }
}
