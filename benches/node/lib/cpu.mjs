// CPU time of this process, as the kernel accounts it: not wall time, so that other work on the machine disturbs it little.
import { readFileSync } from 'node:fs';

const MAIN_THREAD = `/proc/self/task/${process.pid}/schedstat`;

/** Nanoseconds that the JS main thread has been on a CPU (first field of schedstat). */
export function mainThreadNanos() {
  const text = readFileSync(MAIN_THREAD, 'latin1');
  return Number(text.slice(0, text.indexOf(' ')));
}

/** Nanoseconds that all threads of the process, ended ones included, have been on a CPU. */
export function processNanos() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Starts a reading; call the result to get what was used since. */
export function startReading() {
  const main = mainThreadNanos();
  const all = processNanos();
  const wall = process.hrtime.bigint();
  return () => ({
    mainNanos: mainThreadNanos() - main,
    processNanos: processNanos() - all,
    wallNanos: Number(process.hrtime.bigint() - wall),
  });
}

/** CPU time of `work` for each of its `count` units, and their rate. */
export async function cpuOf(count, work) {
  const read = startReading();
  await work();
  return perUnit(read(), count);
}

/** The same with the flush after it: nobody leaves work behind. `perSecond` is the rate before the flush. */
export async function costOf(started, count, work) {
  const read = startReading();
  await work();
  const { perSecond } = perUnit(read(), count);
  await started.flush();
  return { ...perUnit(read(), count), perSecond, ledger: started.ledger?.() };
}

const perUnit = ({ mainNanos, processNanos, wallNanos }, count) => ({
  mainMicros: mainNanos / count / 1000,
  allMicros: processNanos / count / 1000,
  perSecond: count / (wallNanos / 1e9),
});
