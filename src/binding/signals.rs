//! SIGTERM and SIGINT, by their names; others are left alone, and on Windows these are, too.

use napi_derive::napi;

/// Flushes at this signal, then the process ends as it would have. For the main thread, while JavaScript has no listener for it.
#[napi(catch_unwind)]
pub fn arm_signal(name: String) {
    #[cfg(unix)]
    if let Some(signal) = crate::signals::EndSignal::named(&name) {
        // Without a thread for it the signal does what it does without tracing.
        _ = crate::signals::arm(signal, super::exit::flush);
    }
    #[cfg(not(unix))]
    drop(name);
}

/// Leaves this signal alone again.
#[napi(catch_unwind)]
pub fn disarm_signal(name: String) {
    #[cfg(unix)]
    if let Some(signal) = crate::signals::EndSignal::named(&name) {
        crate::signals::disarm(signal);
    }
    #[cfg(not(unix))]
    drop(name);
}
