// Runs work at a rate, in small bursts, each in a macrotask of its own, as requests come to a service.
import { setTimeout as sleep } from 'node:timers/promises';

const BURST_MILLIS = 5;

/**
 * Calls `work(i)` for i in [from, from + count), `perSecond` times a second. A burst that comes late is made up for, so that the count
 * over time holds; the loop never waits less than one macrotask, so that exporters get their turn.
 */
export async function paced(work, { from = 0, count, perSecond }) {
  const start = performance.now();
  let done = 0;
  while (done < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - start + BURST_MILLIS) / 1000) * perSecond));
    for (; done < due; done++) work(from + done);
    await sleep(Math.max(0, Math.min(BURST_MILLIS, (done / perSecond) * 1000 - (performance.now() - start))));
  }
}
