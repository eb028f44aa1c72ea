//! What the system does at a signal.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

/// An action of the system's, as it gives and takes it.
#[derive(Clone, Copy)]
pub(super) struct Action(libc::sigaction);

impl Action {
    /// What is done now at a signal.
    pub fn current(number: c_int) -> Self {
        let mut action = MaybeUninit::zeroed();
        // SAFETY: nothing is changed, and the place is an action's; zeroes are one, should the call fail.
        Self(unsafe {
            libc::sigaction(number, std::ptr::null(), action.as_mut_ptr());
            action.assume_init()
        })
    }

    /// Calls `handler`, which must be async-signal-safe, for any signal, and with all others held back meanwhile.
    pub fn calling(handler: extern "C" fn(c_int)) -> Self {
        // SAFETY: zeroes are an action; the set is the action's own.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = handler as *const () as usize;
        // What the process does goes on meanwhile, as if there had been no signal; and threads of other runtimes may have a stack for signals.
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        // SAFETY: as above.
        unsafe { libc::sigfillset(&raw mut action.sa_mask) };
        Self(action)
    }

    /// The system's default.
    pub fn system_default() -> Self {
        // SAFETY: zeroes are an action, and `SIG_DFL` is zero.
        Self(unsafe { MaybeUninit::zeroed().assume_init() })
    }

    pub fn is_default(&self) -> bool {
        self.0.sa_sigaction == libc::SIG_DFL
    }

    pub fn is_ignored(&self) -> bool {
        self.0.sa_sigaction == libc::SIG_IGN
    }

    /// Whether both call the same handler in the same manner.
    pub fn is_like(&self, other: &Self) -> bool {
        self.0.sa_sigaction == other.0.sa_sigaction && self.0.sa_flags == other.0.sa_flags
    }

    pub fn calls(&self, handler: extern "C" fn(c_int)) -> bool {
        self.0.sa_sigaction == handler as *const () as usize
    }

    /// Is done from now on. Async-signal-safe.
    pub fn install(&self, number: c_int) {
        // SAFETY: the action is the system's own, or calls a handler of ours that is never unloaded: the addon is linked with `nodelete`.
        unsafe { libc::sigaction(number, &raw const self.0, std::ptr::null_mut()) };
    }

    /// The same, for a handler to find: it may read at any time, so this is never freed. A process has a handful of them.
    pub fn kept(self) -> &'static Self {
        static KEPT: Mutex<Vec<&'static Action>> = Mutex::new(Vec::new());
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = kept.iter().find(|other| other.is_like(&self)) {
            return same;
        }
        let new: &'static Self = Box::leak(Box::new(self));
        kept.push(new);
        new
    }
}
