//! SIGTERM and SIGINT: what has to be done before the process ends is done, then the signal goes its way.
//!
//! ```text
//!  any thread                       obs-signals, asleep until then            the process
//!   signal ─▶ handler ── a byte ──▶ before_end ─▶ puts back what was there ─▶ gets the signal again
//!                      in a pipe
//! ```
//!
//! The process ends as it would have: by what was installed before, such as the handler by which Node restores the terminal, or by the system's default.
//! No thread of the process has to take part, so one that is blocked for good ends as well. Process 1 of a container, which has no default for signals,
//! lives on, and so does the handler.

mod action;
mod handler;
mod slot;
mod waiter;

use std::ffi::c_int;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use slot::SLOTS;

/// A signal that asks the process to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndSignal {
    /// SIGTERM.
    Terminate,
    /// SIGINT, such as by Ctrl-C.
    Interrupt,
}

impl EndSignal {
    /// Of its usual name; `None` for any other.
    ///
    /// ```
    /// use observability_ts::signals::EndSignal;
    ///
    /// assert_eq!(EndSignal::named("SIGTERM"), Some(EndSignal::Terminate));
    /// assert_eq!(EndSignal::named("SIGHUP"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "SIGTERM" => Some(Self::Terminate),
            "SIGINT" => Some(Self::Interrupt),
            _ => None,
        }
    }

    fn number(self) -> c_int {
        match self {
            Self::Terminate => libc::SIGTERM,
            Self::Interrupt => libc::SIGINT,
        }
    }
}

/// Has `before_end` called, on a thread of ours, before the signal ends the process. It must be bounded in time. The first one given is kept: there is one
/// end. An ignored signal stays ignored. Doing it again does nothing, or puts the handler back where another one was in the meantime.
///
/// # Errors
/// When the system gives no thread or no pipe; the signal then does what it did.
pub fn arm(signal: EndSignal, before_end: fn()) -> io::Result<()> {
    let _turn = turn();
    waiter::start(before_end)?;
    SLOTS[signal as usize].arm();
    Ok(())
}

/// Puts back what was there, where nobody has put a handler over ours since; else ours passes the signal on.
pub fn disarm(signal: EndSignal) {
    let _turn = turn();
    SLOTS[signal as usize].disarm();
}

/// One at a time changes what a signal does. The handler itself takes no lock.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
