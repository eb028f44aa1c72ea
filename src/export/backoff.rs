//! How long to wait before the next attempt.

use std::time::Duration;

/// Each wait is this much longer than the one before, as in the Collector's own exporter.
const GROWTH: f64 = 1.5;
/// The longest wait, before jitter.
const MAX_WAIT: Duration = Duration::from_secs(30);
/// A wait is spread by this share to both sides, so that services that lost the server together do not come back together.
const JITTER: f64 = 0.5;
/// A wait that the server asked for is never shortened, and lengthened by up to this share for the same reason.
const SERVER_DELAY_JITTER: f64 = 0.1;
/// The shortest wait that a server can ask for, lest a mistaken one be hammered.
const MIN_SERVER_DELAY: Duration = Duration::from_millis(100);

/// Jittered exponential back-off.
#[derive(Debug, Clone)]
pub struct Backoff {
    next_wait: Duration,
}

impl Backoff {
    /// Starts with waits of about `first_wait`.
    pub fn new(first_wait: Duration) -> Self {
        Self { next_wait: first_wait.min(MAX_WAIT) }
    }

    /// The wait before the next attempt. A wait that the server asked for is kept to, but for a zero one, which asks for nothing.
    pub fn next(&mut self, server_delay: Option<Duration>) -> Duration {
        let own = self.next_wait;
        self.next_wait = own.mul_f64(GROWTH).min(MAX_WAIT);
        match server_delay {
            Some(delay) if !delay.is_zero() => delay.max(MIN_SERVER_DELAY).mul_f64(1.0 + SERVER_DELAY_JITTER * fastrand::f64()),
            _ => own.mul_f64(1.0 - JITTER + 2.0 * JITTER * fastrand::f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_half_up_to_the_cap_and_are_spread_by_half() {
        let mut backoff = Backoff::new(Duration::from_secs(5));
        let mut base: f64 = 5.0;
        for _ in 0..12 {
            let wait = backoff.next(None).as_secs_f64();
            assert!((base * 0.5..=base * 1.5).contains(&wait), "{wait} s is not within half of {base} s");
            base = (base * 1.5).min(30.0);
        }
        assert!((base - 30.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_servers_wait_is_never_shortened() {
        for asked in [1, 7, 60] {
            let asked = Duration::from_secs(asked);
            let wait = Backoff::new(Duration::from_secs(5)).next(Some(asked));
            assert!(wait >= asked && wait <= asked.mul_f64(1.1), "{wait:?} for {asked:?}");
        }
        assert!(Backoff::new(Duration::from_secs(5)).next(Some(Duration::from_nanos(1))) >= MIN_SERVER_DELAY);
        assert!(Backoff::new(Duration::from_secs(5)).next(Some(Duration::ZERO)) >= Duration::from_millis(2500), "zero asks for nothing");
    }
}
