/** OpenTelemetry's `TimeInput` in all its forms, as seconds and nanoseconds since the Unix epoch. */

import { performance } from 'node:perf_hooks';
import type { HrTime, TimeInput } from '@opentelemetry/api';

const NANOS_PER_SECOND = 1_000_000_000;
/** Seconds are 32 bits in a record: times up to the year 2106. */
const MAX_SECONDS = 0xffffffff;

/** Milliseconds on the monotonic clock of this thread. */
export const monotonicNow = (): number => performance.now();

/** Milliseconds of Unix time as `HrTime`. */
export function hrTimeFromMillis(millis: number): HrTime {
  const seconds = Math.floor(millis / 1000);
  let nanos = Math.round((millis - seconds * 1000) * 1e6);
  if (nanos >= NANOS_PER_SECOND) {
    nanos -= NANOS_PER_SECOND;
    return [seconds + 1, nanos];
  }
  return [seconds, nanos];
}

/**
 * Unix time less the monotonic clock, in milliseconds. Node has noted both at the start of the process, to the microsecond; since then the wall clock may have been
 * set. `Date.now()` cuts to whole milliseconds, so a larger difference is the truer one; one that fell by more than that grain means that the clock was set back.
 */
let wallOffset = performance.timeOrigin;

/** How often the clocks are read again where one reading tells of a clock that was set back. */
const READINGS = 3;

/** The same, looked at now. */
function wallClockOffset(): number {
  let difference = Date.now() - performance.now();
  // A thread that was held up between the two reads sees the same.
  for (let i = 0; i < READINGS && difference < wallOffset - 2; i++) difference = Math.max(difference, Date.now() - performance.now());
  if (difference > wallOffset || difference < wallOffset - 2) wallOffset = difference;
  return wallOffset;
}

/** How long an answer of the wall clock is relied on, in milliseconds. */
const CHECK_EVERY = 1000;
let checkedAt = Number.NEGATIVE_INFINITY;

/**
 * A moment of this thread's monotonic clock in milliseconds of Unix time, a millisecond off at most. The wall clock is looked at once a second: a look takes 50 ns
 * and more on a virtual machine, and a message needs two.
 */
export function unixMillisOf(moment: number): number {
  if (moment - checkedAt > CHECK_EVERY) {
    wallClockOffset();
    checkedAt = moment;
  }
  return wallOffset + moment;
}

/** A moment of this thread's monotonic clock as Unix time. */
export function hrTimeFromMonotonic(moment: number): HrTime {
  return hrTimeFromMillis(wallClockOffset() + moment);
}

/** Unix time now. */
export function hrTimeNow(): HrTime {
  return hrTimeFromMonotonic(performance.now());
}

/** Whether a value is a `TimeInput`: a number, a `Date` or a pair of numbers. */
export function isTimeInput(value: unknown): value is TimeInput {
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null) return false;
  try {
    return value instanceof Date || isHrTime(value);
  } catch {
    // A proxy may throw whatever is asked of it.
    return false;
  }
}

function isHrTime(value: unknown): value is HrTime {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number';
}

/**
 * The moment that a `TimeInput` means, or undefined when it means none.
 *
 * A number not above `performance.now()` is a moment of the monotonic clock, any other one milliseconds since the epoch, as OpenTelemetry JS
 * tells them apart. Times before 1970, after 2106 or not finite are brought to the nearest that can be written.
 */
export function hrTimeFromInput(input: unknown): HrTime | undefined {
  if (typeof input === 'number') {
    if (Number.isNaN(input)) return undefined;
    return input >= 0 && input <= performance.now() ? clampHrTime(hrTimeFromMonotonic(input)) : clampMillis(input);
  }
  if (!isTimeInput(input)) return undefined;
  try {
    if (!(input instanceof Date)) return clampHrTime(input as HrTime);
    const millis = input.getTime();
    return Number.isNaN(millis) ? undefined : clampMillis(millis);
  } catch {
    return undefined;
  }
}

function clampMillis(millis: number): HrTime | undefined {
  return clampHrTime(hrTimeFromMillis(Math.min(Math.max(millis, 0), MAX_SECONDS * 1000)));
}

function clampHrTime([seconds, nanos]: HrTime): HrTime | undefined {
  if (Number.isNaN(seconds) || Number.isNaN(nanos)) return undefined;
  const carried = Math.floor(nanos / NANOS_PER_SECOND);
  const whole = Math.floor(seconds) + (Number.isFinite(carried) ? carried : 0);
  if (whole < 0) return [0, 0];
  if (whole > MAX_SECONDS) return [MAX_SECONDS, 0];
  const rest = Math.floor(nanos - carried * NANOS_PER_SECOND);
  return [whole, Number.isFinite(rest) ? rest : 0];
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function compareHrTime(a: HrTime, b: HrTime): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** `end - start`, never negative. */
export function hrTimeDuration(start: HrTime, end: HrTime): HrTime {
  if (compareHrTime(end, start) <= 0) return [0, 0];
  const nanos = end[1] - start[1];
  return nanos < 0 ? [end[0] - start[0] - 1, nanos + NANOS_PER_SECOND] : [end[0] - start[0], nanos];
}
