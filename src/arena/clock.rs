//! From a JS thread's `performance.now()` to Unix time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The wall clock is followed when it moved by more than this against the monotonic one (it was set, or the machine slept).
const STEP_NANOS: i128 = 1_000_000;

/// Knows how far a thread's monotonic clock is from Unix time.
///
/// A span's start and end are taken from one monotonic clock and moved by one offset, so that a wall clock that is set meanwhile never bends a
/// duration; the offset is taken again at each [`ThreadClock::follow`], so that a long-lived process does not drift from Unix time.
#[derive(Debug, Clone)]
pub struct ThreadClock {
    /// The moment at which the thread's clock showed `zero_millis`.
    anchor: Instant,
    anchor_millis: f64,
    /// Unix time at which the thread's clock showed zero.
    zero_unix_nanos: i128,
}

impl ThreadClock {
    /// Anchors the clock: `now_millis` is what `performance.now()` showed just before this call.
    #[must_use]
    pub fn anchored_at(now_millis: f64) -> Self {
        let mut clock = Self { anchor: Instant::now(), anchor_millis: if now_millis.is_finite() { now_millis } else { 0.0 }, zero_unix_nanos: 0 };
        clock.zero_unix_nanos = clock.measure();
        clock
    }

    /// Follows the wall clock when it was moved.
    pub fn follow(&mut self) {
        let measured = self.measure();
        if (measured - self.zero_unix_nanos).abs() > STEP_NANOS {
            self.zero_unix_nanos = measured;
        }
    }

    /// Unix time of a moment of the thread's clock, in nanoseconds; nonsense becomes zero.
    #[must_use]
    pub fn unix_nanos(&self, millis: f64) -> u64 {
        u64::try_from(self.zero_unix_nanos + nanos(millis)).unwrap_or(0)
    }

    fn measure(&self) -> i128 {
        let unix = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
        };
        let elapsed = i128::try_from(self.anchor.elapsed().as_nanos()).unwrap_or(i128::MAX);
        unix - elapsed - nanos(self.anchor_millis)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float to integer cast saturates, and NaN becomes zero")]
fn nanos(millis: f64) -> i128 {
    i128::from((millis * 1e6) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_of_the_thread_becomes_unix_time() {
        let clock = ThreadClock::anchored_at(5_000.0);
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos();
        let now = u128::from(clock.unix_nanos(5_000.0 + clock.anchor.elapsed().as_secs_f64() * 1e3));
        assert!(now.abs_diff(unix) < 50_000_000, "{now} is far from {unix}");
    }

    #[test]
    fn durations_keep_their_nanoseconds() {
        let clock = ThreadClock::anchored_at(0.0);
        assert_eq!(clock.unix_nanos(1_000.000_5) - clock.unix_nanos(1_000.0), 500);
    }

    #[test]
    fn nonsense_is_harmless() {
        let mut clock = ThreadClock::anchored_at(f64::NAN);
        clock.follow();
        for millis in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e300] {
            let _ = clock.unix_nanos(millis);
        }
        assert_eq!(clock.unix_nanos(f64::NEG_INFINITY), 0);
    }
}
