/** The time by which a call of the user's has its answer, whatever it waits for. */
import { performance } from 'node:perf_hooks';

/** What is longer, is as good as for ever; the addon takes no longer times, and Node's timers end at 25 days. */
const MAX_MILLIS = 3_600_000;

/** A point in time, which several waits in turn share. */
export class Deadline {
  private readonly endMillis: number;

  /** `millis` from now; what is no time is none at all. */
  constructor(millis: number) {
    this.endMillis = performance.now() + (millis > 0 ? Math.min(millis, MAX_MILLIS) : 0);
  }

  /** What is left of it, in milliseconds. */
  leftMillis(): number {
    return Math.max(0, this.endMillis - performance.now());
  }

  /** Whether `work`, which never rejects, is done in time. The event loop is kept alive until one of both: somebody waits for the answer. */
  async allows(work: Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), this.leftMillis());
    });
    const inTime = await Promise.race([work.then(() => true), late]);
    clearTimeout(timer);
    return inTime;
  }
}
