//! What the exporter knows about its destination.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Outcome;

/// From this many failures in a row on, a server that answers, but never with success, counts as down.
const FAILURES_UNTIL_DOWN: u32 = 3;

/// A moment's view of the destination.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HealthSnapshot {
    /// Attempts that failed since the last success, be it retryable or for good.
    pub consecutive_failures: u32,
    /// Attempts that failed since the start.
    pub failed_attempts: u64,
    /// Whether the last attempt did not reach the server, or the last three were all turned away for now. A flush at exit need not wait then.
    pub known_down: bool,
    /// Why the last attempt failed; `None` after a success.
    pub last_error: Option<String>,
}

/// Keeps count of outcomes. May be read from any thread.
#[derive(Debug, Default)]
pub struct Health {
    state: Mutex<HealthSnapshot>,
}

impl Health {
    /// What is known now.
    pub fn snapshot(&self) -> HealthSnapshot {
        self.state().clone()
    }

    /// Takes an attempt's outcome into account.
    pub fn record(&self, outcome: &Outcome) {
        let mut state = self.state();
        let (reason, known_down) = match outcome {
            Outcome::Success { .. } => {
                *state = HealthSnapshot { failed_attempts: state.failed_attempts, ..HealthSnapshot::default() };
                return;
            }
            Outcome::Unreachable { reason } => (reason, true),
            Outcome::Retryable { reason, .. } => (reason, state.consecutive_failures + 1 >= FAILURES_UNTIL_DOWN),
            // It is there, it only does not like this batch.
            Outcome::Fatal { reason } => (reason, false),
        };
        state.consecutive_failures = state.consecutive_failures.saturating_add(1);
        state.failed_attempts += 1;
        state.known_down = known_down;
        state.last_error = Some(reason.clone());
    }

    fn state(&self) -> MutexGuard<'_, HealthSnapshot> {
        // Each update is complete in itself, so a panic elsewhere left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
