//! The thread that waits for a signal.

use std::ffi::c_int;
use std::io::{self, ErrorKind, PipeReader, Read};
use std::mem::MaybeUninit;
use std::os::fd::IntoRawFd;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::slot::{SLOTS, Slot};
use super::{handler, turn};

/// Enough for a call or two and a line of text.
const STACK_BYTES: usize = 64 * 1024;
/// How long the signal may take to end the process before it counts as alive.
const SURVIVED_AFTER: Duration = Duration::from_millis(200);

/// Starts the thread, if it does not run yet; for the caller whose turn it is. It sleeps in one call of the system's until a signal comes.
pub(super) fn start(before_end: fn()) -> io::Result<()> {
    static STARTED: AtomicBool = AtomicBool::new(false);
    if STARTED.load(Ordering::Relaxed) {
        return Ok(());
    }
    let (reader, writer) = io::pipe()?;
    let builder = thread::Builder::new().name("obs-signals".into()).stack_size(STACK_BYTES);
    without_signals(|| builder.spawn(move || wait(reader, before_end)))?;
    STARTED.store(true, Ordering::Relaxed);
    handler::tell_by(writer.into_raw_fd());
    Ok(())
}

/// A thread that is started here gets no signals: they are for the process' own, and the default must not wait for ours.
fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    let (mut all, mut before) = (MaybeUninit::<libc::sigset_t>::zeroed(), MaybeUninit::<libc::sigset_t>::zeroed());
    // SAFETY: both places are sets', which zeroes are; only this thread's mask is changed.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let started = start();
    // SAFETY: as above; the set is the one that the call above has filled in.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    started
}

fn wait(mut reader: PipeReader, before_end: fn()) {
    while let Some(number) = next(&mut reader) {
        // A panic of ours changes nothing about the end.
        _ = catch_unwind(before_end);
        pass_on(number);
        thread::sleep(SURVIVED_AFTER);
        let _turn = turn();
        // Before the handler is back: the first signal that it gets is to be one.
        handler::start_over();
        for slot in &SLOTS {
            slot.arm_again();
        }
    }
}

/// The next signal. `None` where somebody has closed files that are not theirs: then there is nothing to wait for, and the handler, which notices it, too, passes
/// signals on.
fn next(reader: &mut PipeReader) -> Option<c_int> {
    let mut byte = [0];
    loop {
        match reader.read(&mut byte) {
            Ok(1) => return Some(c_int::from(byte[0])),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => return None,
        }
    }
}

/// Sends the signal again, to what was there before; or to a listener that the service has added since.
fn pass_on(number: c_int) {
    let _turn = turn();
    handler::pass_on_from_now();
    if let Some(slot) = Slot::of(number) {
        slot.take_out();
    }
    // SAFETY: it touches no memory. This thread gets no signals: another one takes it.
    unsafe { libc::kill(libc::getpid(), number) };
}
