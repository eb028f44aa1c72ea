// CPU time of this process, as the kernel accounts it: not wall time, so that other work on the machine disturbs it little.
import { readFileSync } from 'node:fs';
import { median } from './statistics.mjs';

const MAIN_THREAD = `/proc/self/task/${process.pid}/schedstat`;

/** Nanoseconds that the JS main thread has been on a CPU, and that it was ready and waited for one (first and second field of schedstat). */
function mainThread() {
  const [ran, waited] = readFileSync(MAIN_THREAD, 'latin1').split(' ', 2).map(Number);
  return { ran, waited };
}

/** Nanoseconds that the JS main thread has been on a CPU. */
export const mainThreadNanos = () => mainThread().ran;

/** Nanoseconds that all threads of the process, ended ones included, have been on a CPU. */
export function processNanos() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Starts a reading; call the result to get what was used since. */
export function startReading() {
  const before = mainThread();
  const all = processNanos();
  const wall = process.hrtime.bigint();
  return () => {
    const { ran, waited } = mainThread();
    return {
      mainNanos: ran - before.ran,
      waitedNanos: waited - before.waited,
      processNanos: processNanos() - all,
      wallNanos: Number(process.hrtime.bigint() - wall),
    };
  };
}

/** CPU time of `work` for each of its `count` units, the flush after it included: nobody leaves work behind. `perSecond` is the rate before the flush. */
export async function costOf(started, count, work) {
  const read = startReading();
  await work();
  const { perSecond } = perUnit(read(), count);
  await started.flush();
  return { ...perUnit(read(), count), perSecond, ledger: started.ledger?.() };
}

/**
 * CPU time of a unit in work that goes on and on: `work(i)` is one of `parts` equal ones of `count` units each, one right after the other. The middle one counts,
 * because a neighbour's work makes some of them take half as long again (docs/benchmarks.md). What one part leaves behind, the next ones do.
 */
export async function costInParts(started, { parts, count }, work) {
  const costs = [];
  for (let i = 0; i < parts; i++) {
    const read = startReading();
    await work(i);
    costs.push(perUnit(read(), count));
  }
  await started.flush();
  const middle = (key) => median(costs.map((cost) => cost[key]));
  return {
    mainMicros: middle('mainMicros'),
    allMicros: middle('allMicros'),
    perSecond: middle('perSecond'),
    parts: costs,
    ledger: started.ledger?.(),
  };
}

const perUnit = ({ mainNanos, processNanos, wallNanos }, count) => ({
  mainMicros: mainNanos / count / 1000,
  allMicros: processNanos / count / 1000,
  perSecond: count / (wallNanos / 1e9),
});
