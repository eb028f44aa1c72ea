//! The end of a process: what has ended is sent in bounded time, and what is lost is told.
//!
//! JavaScript asks for it on `exit` of the main thread; at a signal nobody has to (`src/signals`). Spans that end in later listeners of `exit`, and those
//! of worker threads where the main thread runs no tracing, are published but would stay unsent: the C library's exit handlers run after both, while the
//! worker still does.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use napi_derive::napi;

use super::process::pipeline;
use crate::config::{LogLevel, Settings};
use crate::pipeline::{FlushKind, Pipeline};

/// What flushing at exit may take in all, and has taken so far, in milliseconds.
static LIMIT_MILLIS: AtomicU64 = AtomicU64::new(0);
static SPENT_MILLIS: AtomicU64 = AtomicU64::new(0);
/// Whether losses are told no more: they were, or are not to be.
static TOLD: AtomicBool = AtomicBool::new(false);

/// What of the settings concerns the end.
#[derive(Clone, Copy)]
pub(super) struct ExitSettings {
    limit: Duration,
    quiet: bool,
}

impl ExitSettings {
    pub fn of(settings: &Settings) -> Self {
        Self { limit: settings.exit_timeout, quiet: matches!(settings.log_level, LogLevel::None | LogLevel::Error) }
    }

    /// The pipeline with these settings is the process' own from now on.
    pub fn apply(self) {
        LIMIT_MILLIS.store(millis(self.limit), Ordering::Relaxed);
        SPENT_MILLIS.store(0, Ordering::Relaxed);
        TOLD.store(self.quiet, Ordering::Relaxed);
        #[cfg(unix)]
        unix::register();
    }
}

/// Blocks until everything that has ended is exported or given up, for as long as the exit may take; then one line tells what was lost.
#[napi(catch_unwind)]
pub fn flush_at_exit() {
    let begin = Instant::now();
    flush();
    SPENT_MILLIS.store(millis(begin.elapsed()), Ordering::Relaxed);
}

/// The same, where the process may yet live on.
pub(super) fn flush() {
    if let Some(pipeline) = pipeline() {
        let settled = pipeline.flush_blocking(FlushKind::Exit, Duration::from_millis(LIMIT_MILLIS.load(Ordering::Relaxed)));
        tell_losses(&pipeline, settled);
    }
}

/// Warnings of Node's need an event loop; this is written at once. Where it cannot be, it is not: nothing of ours changes how a process ends.
fn tell_losses(pipeline: &Pipeline, settled: bool) {
    let Some(line) = pipeline.stats().loss_line(settled) else { return };
    if can_write() && !TOLD.swap(true, Ordering::Relaxed) {
        _ = std::io::stderr().write_all(line.as_bytes());
    }
}

#[cfg(unix)]
use unix::can_write;
#[cfg(not(unix))]
fn can_write() -> bool {
    true
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(unix)]
mod unix {
    use std::panic::catch_unwind;
    use std::sync::Once;
    use std::sync::atomic::AtomicU32;

    use super::{Duration, FlushKind, LIMIT_MILLIS, Ordering, SPENT_MILLIS, pipeline};

    /// The process that has the worker, which one that was forked off has not.
    static PROCESS: AtomicU32 = AtomicU32::new(0);

    /// Whether standard error takes a line now: a full pipe that nobody reads, or a terminal that is held, would keep the process from its end.
    pub(super) fn can_write() -> bool {
        let mut standard_error = libc::pollfd { fd: libc::STDERR_FILENO, events: libc::POLLOUT, revents: 0 };
        // SAFETY: it is one, and lives through the call, which does not wait.
        unsafe { libc::poll(&raw mut standard_error, 1, 0) == 1 && standard_error.revents & libc::POLLOUT != 0 }
    }

    /// Windows ends all other threads, the worker among them, before such handlers run.
    pub(super) fn register() {
        static REGISTERED: Once = Once::new();
        PROCESS.store(std::process::id(), Ordering::Relaxed);
        REGISTERED.call_once(|| {
            // SAFETY: the handler takes nothing, does not unwind and is never unloaded: the addon is linked with `nodelete`.
            _ = unsafe { libc::atexit(flush_rest) };
        });
    }

    extern "C" fn flush_rest() {
        // In such a process nobody would answer, and a lock that another thread held at that moment is held for ever.
        if std::process::id() != PROCESS.load(Ordering::Relaxed) {
            return;
        }
        _ = catch_unwind(|| {
            let left = LIMIT_MILLIS.load(Ordering::Relaxed).saturating_sub(SPENT_MILLIS.load(Ordering::Relaxed));
            if let Some(pipeline) = pipeline()
                && left > 0
                && pipeline.is_alive()
            {
                // What waits for the exporter has had its attempt in the flush before; what was never read or sent has not.
                let queued = pipeline.stats().queued;
                if queued.ring + queued.batch > 0 {
                    _ = pipeline.flush_blocking(FlushKind::Exit, Duration::from_millis(left));
                }
            }
        });
    }
}
