/** Headers that did not count: a number in `stats()`, and never a line in the log. */
import { loadAddon } from '../native/addon';

// An addon that was built before this count lacks it; a checkout may have one for a while, and `stats()` never throws.

/** Counts one, for the whole process. */
export function countRejected(): void {
  loadAddon()?.rejectHeader?.();
}

/** The headers that were rejected in this process so far; zero without the addon. */
export function rejectedHeaders(): number {
  return loadAddon()?.rejectedHeaders?.() ?? 0;
}
