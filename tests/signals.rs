//! What a signal does is the whole process' own, and in most cases its end: each test runs a program of its own, which is this file again.
#![cfg(unix)]

use std::env;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use observability_ts::signals::{EndSignal, arm, disarm};

/// Names the program that is to run.
const PROGRAM: &str = "SIGNALS_PROGRAM";
/// Nothing here takes as long.
const LIMIT: Duration = Duration::from_secs(20);

/// Its name, itself, what it writes, and how it ends: its exit code or, negative, its signal.
type Program = (&'static str, fn(), &'static str, c_int);

const PROGRAMS: &[Program] = &[
    ("a process that does nothing about it", default_action, "flushed ", -libc::SIGTERM),
    ("each signal by itself", only_the_other, "", -libc::SIGTERM),
    ("a handler for one time, as Node's", handler_for_one_time, "flushed theirs ", -libc::SIGTERM),
    ("an ignored signal stays ignored", ignored, "alive ", 0),
    ("nothing is left of it", disarmed, "", -libc::SIGTERM),
    ("armed once more, and again after all", armed_again, "flushed ", -libc::SIGTERM),
    ("a hook that fails", failing_hook, "", -libc::SIGTERM),
    ("a handler over ours that calls it", chained, "over flushed over theirs ", -libc::SIGTERM),
    ("a handler over ours, and we are armed again under it", in_a_circle, "over flushed theirs ", -libc::SIGTERM),
    ("a process that was forked off", forked, "child died, alive ", 0),
    ("a process that survives", survivor, "flushed flushed flushed alive ", 0),
    ("the mask of the caller is as it was", mask, "alive ", 0),
];

#[test]
fn a_signal_does_what_it_did_and_the_hook_runs_before() {
    for (name, _, output, end) in PROGRAMS {
        let child = Command::new(env::current_exe().expect("this file"))
            .args(["--exact", "program", "--nocapture", "--test-threads=1"])
            .env(PROGRAM, name)
            .stderr(Stdio::piped())
            .output()
            .expect("the program");
        let status = child.status;
        let text = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
        let wrote: String = text.lines().filter_map(|line| line.split_once("> ")).map(|(_, word)| format!("{word} ")).collect();
        assert_eq!((wrote.as_str(), status.code().or(status.signal().map(|signal| -signal))), (*output, Some(*end)), "{name}:\n{text}");
    }
}

/// No test: what the one above runs.
#[test]
fn program() {
    let Ok(name) = env::var(PROGRAM) else { return };
    let (_, program, ..) = PROGRAMS.iter().find(|(other, ..)| *other == name).expect("a program");
    program();
}

fn default_action() {
    arm(EndSignal::Terminate, flush).expect("a thread");
    end_by(libc::SIGTERM);
}

fn only_the_other() {
    arm(EndSignal::Interrupt, flush).expect("a thread");
    end_by(libc::SIGTERM);
}

fn handler_for_one_time() {
    install(theirs_for_one_time, libc::SA_RESETHAND);
    arm(EndSignal::Terminate, flush).expect("a thread");
    end_by(libc::SIGTERM);
}

fn ignored() {
    // SAFETY: ignoring calls nothing.
    unsafe { libc::signal(libc::SIGTERM, libc::SIG_IGN) };
    arm(EndSignal::Terminate, flush).expect("a thread");
    send(libc::SIGTERM);
    assert_eq!(action(), libc::SIG_IGN);
    write("alive");
}

fn disarmed() {
    install(theirs_for_one_time, libc::SA_RESETHAND);
    let before = action();
    arm(EndSignal::Terminate, flush).expect("a thread");
    assert_ne!(action(), before);
    disarm(EndSignal::Terminate);
    assert_eq!(action(), before);
    // SAFETY: the default calls nothing.
    unsafe { libc::signal(libc::SIGTERM, libc::SIG_DFL) };
    end_by(libc::SIGTERM);
}

fn armed_again() {
    for _ in 0..3 {
        arm(EndSignal::Terminate, flush).expect("a thread");
        arm(EndSignal::Terminate, flush).expect("a thread");
        disarm(EndSignal::Terminate);
    }
    // What libuv does for a listener that comes and goes.
    arm(EndSignal::Terminate, flush).expect("a thread");
    install(theirs_that_survives, 0);
    // SAFETY: as above.
    unsafe { libc::signal(libc::SIGTERM, libc::SIG_DFL) };
    arm(EndSignal::Terminate, flush).expect("a thread");
    end_by(libc::SIGTERM);
}

fn failing_hook() {
    std::panic::set_hook(Box::new(|_| ()));
    arm(EndSignal::Terminate, || panic!("as it must not")).expect("a thread");
    end_by(libc::SIGTERM);
}

fn chained() {
    install(theirs_for_one_time, libc::SA_RESETHAND);
    arm(EndSignal::Terminate, flush).expect("a thread");
    put_over();
    end_by(libc::SIGTERM);
}

fn in_a_circle() {
    install(theirs_for_one_time, libc::SA_RESETHAND);
    arm(EndSignal::Terminate, flush).expect("a thread");
    put_over();
    disarm(EndSignal::Terminate);
    arm(EndSignal::Terminate, flush).expect("a thread");
    OVER_FOR_ONE_TIME.store(1, Ordering::SeqCst);
    end_by(libc::SIGTERM);
}

fn forked() {
    arm(EndSignal::Terminate, flush).expect("a thread");
    // SAFETY: the child makes async-signal-safe calls alone.
    let child = unsafe { libc::fork() };
    if child == 0 {
        loop {
            // SAFETY: it only waits.
            unsafe { libc::pause() };
        }
    }
    let mut status = 0;
    // SAFETY: the child is our own, and the place a number's.
    unsafe {
        libc::kill(child, libc::SIGTERM);
        libc::waitpid(child, &raw mut status, 0);
    }
    assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGTERM);
    write("child died,");
    // Longer than it takes to hear of a signal in this process.
    thread::sleep(Duration::from_millis(100));
    assert_eq!(FLUSHES.load(Ordering::SeqCst), 0);
    write("alive");
}

fn survivor() {
    install(theirs_that_survives, 0);
    arm(EndSignal::Terminate, flush).expect("a thread");
    arm(EndSignal::Interrupt, flush).expect("a thread");
    let ours = action();
    for flushes in 1..=3 {
        send(libc::SIGTERM);
        until(|| FLUSHES.load(Ordering::SeqCst) == flushes && SURVIVED.load(Ordering::SeqCst) == flushes && action() == ours);
    }
    write("alive");
}

fn mask() {
    let before = blocked();
    arm(EndSignal::Terminate, flush).expect("a thread");
    assert_eq!(blocked(), before);
    write("alive");
}

static FLUSHES: AtomicUsize = AtomicUsize::new(0);
static SURVIVED: AtomicUsize = AtomicUsize::new(0);
static UNDER: AtomicUsize = AtomicUsize::new(0);
static OVER_FOR_ONE_TIME: AtomicUsize = AtomicUsize::new(0);

fn flush() {
    write("flushed");
    FLUSHES.fetch_add(1, Ordering::SeqCst);
}

extern "C" fn theirs_for_one_time(number: c_int) {
    write("theirs");
    // SAFETY: it is async-signal-safe.
    unsafe { libc::raise(number) };
}

extern "C" fn theirs_that_survives(_: c_int) {
    SURVIVED.fetch_add(1, Ordering::SeqCst);
}

/// Calls what was there before, as handlers do that chain; or puts it back and sends the signal again, as ours does.
extern "C" fn over(number: c_int) {
    write("over");
    if OVER_FOR_ONE_TIME.load(Ordering::SeqCst) == 1 {
        // SAFETY: the handler is one, and both calls are async-signal-safe.
        unsafe {
            libc::signal(number, UNDER.load(Ordering::SeqCst));
            libc::raise(number);
        }
        return;
    }
    // SAFETY: what was there was a handler that takes the number alone.
    let under: extern "C" fn(c_int) = unsafe { std::mem::transmute(UNDER.load(Ordering::SeqCst)) };
    under(number);
}

fn put_over() {
    UNDER.store(action(), Ordering::SeqCst);
    install(over, 0);
}

fn install(handler: extern "C" fn(c_int), flags: c_int) {
    // SAFETY: zeroes are an action, and the handler is async-signal-safe.
    unsafe {
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = flags;
        libc::sigaction(libc::SIGTERM, &raw const action, std::ptr::null_mut());
    }
}

/// The handler of SIGTERM now.
fn action() -> usize {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is changed, and the place is an action's.
    unsafe {
        libc::sigaction(libc::SIGTERM, std::ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction
    }
}

/// The signals that this thread holds back.
fn blocked() -> Vec<c_int> {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: nothing is changed, and the place is a set's.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), set.as_mut_ptr());
        (1..32).filter(|number| libc::sigismember(set.as_ptr(), *number) == 1).collect()
    }
}

fn send(number: c_int) {
    // SAFETY: it touches no memory.
    unsafe { libc::kill(libc::getpid(), number) };
}

/// Sends the signal, then makes no step that it could need.
fn end_by(number: c_int) {
    send(number);
    let begin = Instant::now();
    while begin.elapsed() < LIMIT {}
    write("it did not end");
}

fn until(condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < LIMIT, "waited in vain");
        thread::sleep(Duration::from_millis(5));
    }
}

/// One word on a line of its own, with nothing between us and the system: handlers call it.
fn write(word: &str) {
    for part in ["> ", word, "\n"] {
        // SAFETY: the bytes live through the call, which is async-signal-safe.
        unsafe { libc::write(libc::STDOUT_FILENO, part.as_ptr().cast(), part.len()) };
    }
}
