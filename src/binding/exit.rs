//! The very end of a process: what ended after the last flush that JavaScript asked for.
//!
//! JavaScript flushes on `exit` of the main thread. Spans that end in later listeners of that event, and those of worker threads where the main
//! thread runs no tracing, are published but would stay unsent. The C library's exit handlers run after both, while the worker still does.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What flushing at exit may take in all, and has taken so far, in milliseconds.
static LIMIT_MILLIS: AtomicU64 = AtomicU64::new(0);
static SPENT_MILLIS: AtomicU64 = AtomicU64::new(0);

/// Says how long flushing at exit took, all of it in JavaScript's own flush.
pub(super) fn spent(time: Duration) {
    SPENT_MILLIS.store(millis(time), Ordering::Relaxed);
}

/// Flushes what is left when the process ends, within what is left of `limit`.
pub(super) fn flush_at_exit(limit: Duration) {
    LIMIT_MILLIS.store(millis(limit), Ordering::Relaxed);
    #[cfg(unix)]
    unix::register();
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Windows ends all other threads, the worker among them, before such handlers run.
#[cfg(unix)]
mod unix {
    use std::panic::catch_unwind;
    use std::sync::Once;

    use super::{Duration, LIMIT_MILLIS, Ordering, SPENT_MILLIS};
    use crate::binding::process::pipeline;
    use crate::pipeline::FlushKind;

    unsafe extern "C" {
        fn atexit(handler: extern "C" fn()) -> std::ffi::c_int;
    }

    pub(super) fn register() {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| {
            // SAFETY: the handler takes nothing, does not unwind and is never unloaded: the addon is linked with `nodelete`.
            _ = unsafe { atexit(flush_rest) };
        });
    }

    extern "C" fn flush_rest() {
        _ = catch_unwind(|| {
            let left = LIMIT_MILLIS.load(Ordering::Relaxed).saturating_sub(SPENT_MILLIS.load(Ordering::Relaxed));
            if let Some(pipeline) = pipeline()
                && left > 0
                && pipeline.is_alive()
            {
                // What waits for the exporter has had its attempt in JavaScript's flush; what was never read or sent has not.
                let queued = pipeline.stats().queued;
                if queued.ring + queued.batch > 0 {
                    _ = pipeline.flush_blocking(FlushKind::Exit, Duration::from_millis(left));
                }
            }
        });
    }
}
