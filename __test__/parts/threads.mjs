/** The threads of a process, this one unless another is named, as Linux shows them. */
import { readdirSync, readFileSync } from 'node:fs';

/** A file of a thread; undefined when the thread has ended, which it may do between the listing and the reading. */
function read(process, id, file) {
  try {
    return readFileSync(`/proc/${process}/task/${id}/${file}`, 'utf8');
  } catch (error) {
    // ESRCH: it ended after the file was opened.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

/** Ids of the threads whose name matches. */
export const threadsNamed = (pattern, process = 'self') =>
  readdirSync(`/proc/${process}/task`).filter((id) => pattern.test(read(process, id, 'comm') ?? ''));

/** Whether a thread waits for a pipe to bring something. */
export const waitsForPipe = (id, process = 'self') => /pipe_read/.test(read(process, id, 'wchan') ?? '');

/** How often these threads went to sleep of their own will, all together: each time something woke them. */
export const wakesOf = (ids) =>
  ids.reduce((sum, id) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read('self', id, 'status') ?? '')?.[1] ?? 0), 0);
