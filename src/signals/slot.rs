//! What is known of each signal: what was there before our handler, and whether it is wanted.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::EndSignal;
use super::action::Action;
use super::handler::handle;

/// By the signals of [`EndSignal`].
pub(super) static SLOTS: [Slot; 2] = [Slot::new(EndSignal::Terminate), Slot::new(EndSignal::Interrupt)];

pub(super) struct Slot {
    signal: EndSignal,
    /// Whether our handler is to do more than to pass the signal on.
    wanted: AtomicBool,
    /// Whether our handler was installed and has not been taken out by us: it is there, or in the chain of whoever put another over it, or replaced.
    placed: AtomicBool,
    /// What was there before; null before the first time.
    saved: AtomicPtr<Action>,
}

impl Slot {
    const fn new(signal: EndSignal) -> Self {
        Self { signal, wanted: AtomicBool::new(false), placed: AtomicBool::new(false), saved: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// Of a signal that our handler was called for.
    pub fn of(number: c_int) -> Option<&'static Self> {
        SLOTS.iter().find(|slot| slot.number() == number)
    }

    pub fn number(&self) -> c_int {
        self.signal.number()
    }

    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire)
    }

    pub fn arm(&self) {
        self.wanted.store(true, Ordering::Release);
        let now = Action::current(self.number());
        // Whoever put a handler over ours may call it, or put it back: over theirs it would be in a circle. Where ours was replaced for good, by a listener
        // of the service's, the default is there once that is gone.
        let in_a_chain = self.placed.load(Ordering::Acquire) && !now.is_default();
        if now.calls(handle) || now.is_ignored() || in_a_chain {
            return;
        }
        self.saved.store(std::ptr::from_ref(now.kept()).cast_mut(), Ordering::Release);
        self.placed.store(true, Ordering::Release);
        Action::calling(handle).install(self.number());
    }

    pub fn disarm(&self) {
        self.wanted.store(false, Ordering::Release);
        self.take_out();
    }

    /// Puts back what was there, unless somebody put another handler over ours.
    pub fn take_out(&self) {
        if Action::current(self.number()).calls(handle) {
            self.put_back();
        }
    }

    /// Arms again, after the process has survived, where the signal still does what we put back; or the default, since Node's handler is for one time.
    pub fn arm_again(&self) {
        let now = Action::current(self.number());
        if self.is_wanted() && !self.placed.load(Ordering::Acquire) && (now.is_default() || self.saved().is_some_and(|saved| now.is_like(saved))) {
            self.arm();
        }
    }

    /// Async-signal-safe.
    pub fn put_back(&self) {
        self.placed.store(false, Ordering::Release);
        self.saved().copied().unwrap_or_else(Action::system_default).install(self.number());
    }

    fn saved(&self) -> Option<&'static Action> {
        // SAFETY: null, or an action that is kept for good and never written to.
        unsafe { self.saved.load(Ordering::Acquire).as_ref() }
    }
}
