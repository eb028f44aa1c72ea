//! What the exporter knows about its destination.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Outcome;

/// From this many failures in a row on, a server that answers, but never with success, counts as down.
const REFUSALS_UNTIL_DOWN: u32 = 3;
/// From this many failures in a row on, a server that was reached before, but no more, counts as down.
const BREAKS_UNTIL_DOWN: u32 = 2;

/// A moment's view of the destination.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthSnapshot {
    /// Attempts that failed since the last success, be it retryable or for good.
    pub consecutive_failures: u32,
    /// Attempts that failed since the start.
    pub failed_attempts: u64,
    /// Whether the server was never reached, or not by the last two attempts, or turned away the last three. A flush at exit need not wait
    /// then. A single broken connection between successes does not count: servers close idle connections at any moment.
    pub known_down: bool,
    /// Why the last attempt failed; `None` after a success.
    pub last_error: Option<String>,
}

/// Keeps count of outcomes. May be read from any thread.
#[derive(Debug, Default)]
pub struct Health {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    snapshot: HealthSnapshot,
    was_reached: bool,
}

impl Health {
    /// What is known now.
    pub fn snapshot(&self) -> HealthSnapshot {
        self.state().snapshot.clone()
    }

    /// Takes an attempt's outcome into account.
    pub fn record(&self, outcome: &Outcome) {
        let mut state = self.state();
        let State { snapshot, was_reached } = &mut *state;
        let failures = snapshot.consecutive_failures.saturating_add(1);
        let (reason, known_down) = match outcome {
            Outcome::Success { .. } => {
                *snapshot = HealthSnapshot { failed_attempts: snapshot.failed_attempts, ..HealthSnapshot::default() };
                *was_reached = true;
                return;
            }
            Outcome::Unreachable { reason } => (reason, !*was_reached || failures >= BREAKS_UNTIL_DOWN),
            Outcome::Retryable { reason, .. } => (reason, failures >= REFUSALS_UNTIL_DOWN),
            // It is there, it only does not like this batch.
            Outcome::Fatal { reason } => (reason, false),
        };
        snapshot.consecutive_failures = failures;
        snapshot.failed_attempts += 1;
        snapshot.known_down = known_down;
        snapshot.last_error = Some(reason.clone());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each update is complete in itself, so a panic elsewhere left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
