//! The handler. It may run on any thread, in the middle of anything: no allocation, no lock, nothing that is not async-signal-safe.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use super::slot::Slot;

/// A second signal this soon after the first is the first one's echo: the terminal sends Ctrl-C to the whole group of the foreground, and npm, for one, passes
/// on to its child what it got itself. One that comes later is meant to end the process at once.
const ECHO_MILLIS: u64 = 100;

/// No signal is being dealt with.
const IDLE: u64 = 0;
/// The signal was passed on, and the process has yet to end.
const PASSED_ON: u64 = u64::MAX;

/// One of the above, or the time at which the signal came that is being dealt with.
static STATE: AtomicU64 = AtomicU64::new(IDLE);
/// Where the waiting thread hears of a signal; and the process that has that thread, which one that was forked off has not.
static PIPE: AtomicI32 = AtomicI32::new(-1);
static PROCESS: AtomicI32 = AtomicI32::new(-1);

/// Says where signals are told.
pub(super) fn tell_by(pipe: c_int) {
    PIPE.store(pipe, Ordering::Release);
    // SAFETY: it only returns a number.
    PROCESS.store(unsafe { libc::getpid() }, Ordering::Release);
}

/// What was to be done is done: from here on signals are passed on.
pub(super) fn pass_on_from_now() {
    STATE.store(PASSED_ON, Ordering::Release);
}

/// The process lives: the next signal is a first one again.
pub(super) fn start_over() {
    STATE.store(IDLE, Ordering::Release);
}

/// Tells the waiting thread of the signal, or passes it on.
pub(super) extern "C" fn handle(number: c_int) {
    let errno = errno();
    if let Some(slot) = Slot::of(number)
        && !(slot.is_wanted() && is_dealt_with(number))
    {
        slot.put_back();
        // SAFETY: it is async-signal-safe. The signal is held back until this handler returns.
        unsafe { libc::raise(number) };
    }
    set_errno(errno);
}

/// Whether the process ends by our doing. It does not where the waiting thread is not of this process, or is not there, or somebody is impatient.
fn is_dealt_with(number: c_int) -> bool {
    // SAFETY: it only returns a number.
    if unsafe { libc::getpid() } != PROCESS.load(Ordering::Acquire) {
        return false;
    }
    let now = now_millis();
    match STATE.compare_exchange(IDLE, now, Ordering::AcqRel, Ordering::Acquire) {
        Err(state) => is_echo(state, now),
        Ok(_) => {
            let byte = number.to_le_bytes()[0];
            // SAFETY: the byte lives through the call, which is async-signal-safe and does not block: no more than one byte is ever in the pipe.
            unsafe { libc::write(PIPE.load(Ordering::Acquire), (&raw const byte).cast(), 1) == 1 }
        }
    }
}

/// Whether a signal that comes at `now`, where `state` says that one came before, is that one's echo; else somebody is impatient.
fn is_echo(state: u64, now: u64) -> bool {
    state != PASSED_ON && now.saturating_sub(state) < ECHO_MILLIS
}

/// On a clock that nobody sets, and never one of the two states that are no time.
fn now_millis() -> u64 {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the place is a time's, and zeroes are one; the call is async-signal-safe.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr());
        time.assume_init()
    };
    (time.tv_sec.unsigned_abs() as u64 * 1_000 + time.tv_nsec.unsigned_abs() as u64 / 1_000_000).clamp(IDLE + 1, PASSED_ON - 1)
}

#[cfg(target_os = "linux")]
use libc::__errno_location as errno_location;
#[cfg(not(target_os = "linux"))]
use libc::__error as errno_location;

fn errno() -> c_int {
    // SAFETY: it is this thread's own.
    unsafe { *errno_location() }
}

fn set_errno(errno: c_int) {
    // SAFETY: as above.
    unsafe { *errno_location() = errno };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_signal_is_an_echo_only_at_once() {
        let first = 5_000;
        for (state, now, expected, why) in [
            (first, first, true, "the same moment"),
            (first, first - 1, true, "two threads took the time, and the other was first in the end"),
            (first, first + ECHO_MILLIS - 1, true, "a parent passed on what the terminal sent"),
            (first, first + ECHO_MILLIS, false, "somebody presses it again"),
            (PASSED_ON, first, false, "whoever has put a handler over ours calls it when it is their turn"),
        ] {
            assert_eq!(is_echo(state, now), expected, "{why}");
        }
    }

    #[test]
    fn the_time_is_never_a_state() {
        let (before, after) = (now_millis(), now_millis());
        assert!(before > IDLE && before <= after && after < PASSED_ON);
    }
}
