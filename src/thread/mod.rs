//! How the system is to treat a thread.

/// Tells the system that the calling thread, and those that it starts, never need the processor at once: when one of them is woken, it takes the processor from
/// nobody who is at work. A system that knows no such thing, or does not allow it, leaves the thread as it is.
///
/// On Linux this is `SCHED_BATCH`, which leaves the thread its share of the processor (`sched(7)`). Otherwise a kernel that finds both threads on one processor
/// stops a JS thread in the middle of a request for as long as the work takes that it has just woken us for (docs/adr/0003).
pub fn never_preempt() {
    #[cfg(target_os = "linux")]
    {
        let no_priority: libc::c_int = 0;
        // By its number: musl's function for it refuses, since POSIX means processes where Linux means threads.
        // SAFETY: the kernel reads that one number, all that its `sched_param` is, during the call; 0 is the calling thread.
        _ = unsafe { libc::syscall(libc::SYS_sched_setscheduler, 0, libc::SCHED_BATCH, &raw const no_priority) };
    }
}
