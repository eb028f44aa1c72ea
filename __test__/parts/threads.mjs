/** The threads of this process, as Linux shows them. */
import { readdirSync, readFileSync } from 'node:fs';

/** A file of a thread; undefined when the thread has ended, which it may do between the listing and the reading. */
function read(id, file) {
  try {
    return readFileSync(`/proc/self/task/${id}/${file}`, 'utf8');
  } catch (error) {
    // ESRCH: it ended after the file was opened.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

/** Ids of the threads whose name matches. */
export const threadsNamed = (pattern) => readdirSync('/proc/self/task').filter((id) => pattern.test(read(id, 'comm') ?? ''));

/** How often these threads went to sleep of their own will, all together: each time something woke them. */
export const wakesOf = (ids) =>
  ids.reduce((sum, id) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read(id, 'status') ?? '')?.[1] ?? 0), 0);
