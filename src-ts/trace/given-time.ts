/** The times of a span that its user gives. */
import type { HrTime } from '@opentelemetry/api';
import { warnOnce } from '../native/warn';
import { compareHrTime, hrTimeFromInput, hrTimeNow } from './time';

/** Seconds that a given end may lie before the start unsaid: `Date.now()` cuts to milliseconds, and a start is finer than that. */
const END_GRAIN_SECONDS = 2e-3;

/** The moment that was given; undefined where it is none. */
export function timeFrom(input: unknown): HrTime | undefined {
  const time = hrTimeFromInput(input);
  if (time === undefined && input !== undefined) {
    warnOnce('OBS_TIME_INVALID', 'a time was no number, Date or [seconds, nanoseconds]; the present time is taken instead.');
  }
  return time;
}

/** The end that was given, or now; not before the start. */
export function endTimeFrom(input: unknown, start: HrTime): HrTime {
  const given = timeFrom(input);
  const end = given ?? hrTimeNow();
  if (compareHrTime(end, start) >= 0) return end;
  if (given !== undefined && start[0] - end[0] + (start[1] - end[1]) / 1e9 > END_GRAIN_SECONDS)
    warnOnce('OBS_END_BEFORE_START', 'a span was ended with a time before its start; its duration is set to zero.');
  return start;
}
