//! How many headers did not count, in the whole process: what a sender does wrong is a number, and never a line in the log.

use std::sync::atomic::{AtomicU64, Ordering};

static REJECTED: AtomicU64 = AtomicU64::new(0);

/// A header was rejected, or a part of one left out.
pub fn count_rejected() {
    REJECTED.fetch_add(1, Ordering::Relaxed);
}

/// The headers that were rejected so far.
pub fn rejected_headers() -> u64 {
    REJECTED.load(Ordering::Relaxed)
}
