/** Headers that did not count: a number in `stats()`, and never a line in the log. */
import { loadAddon } from '../native/addon';

/** Counts one, for the whole process. */
export function countRejected(): void {
  loadAddon()?.rejectHeader();
}

/** The headers that were rejected in this process so far; zero without the addon. */
export function rejectedHeaders(): number {
  return loadAddon()?.rejectedHeaders() ?? 0;
}
