//! An idle process is left alone: the worker of a pipeline with nothing to do does not wake. The only test here, since it looks at the threads of
//! its process.
#![cfg(target_os = "linux")]

mod pipeline_support;

use std::fs;
use std::time::{Duration, Instant};

use pipeline_support::{quiet_pipeline, worker_task};

/// How often the worker has gone to sleep so far.
fn sleeps() -> u64 {
    let task = worker_task().expect("a worker thread");
    let status = fs::read_to_string(task.join("status")).expect("a status");
    let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).expect("a count");
    count.trim().parse().expect("a number")
}

#[test]
fn an_idle_worker_does_not_wake() {
    let pipeline = quiet_pipeline();
    let (_, _arena) = pipeline.attach(0.0).expect("memory");
    // It looks around for a second after its start, then sleeps for good. Three quiet seconds are enough to see a timer of once a second.
    let begin = Instant::now();
    let quiet = Duration::from_secs(3);
    let mut since = Instant::now();
    let mut last = u64::MAX;
    while since.elapsed() < quiet {
        assert!(begin.elapsed() < Duration::from_secs(30), "the worker keeps waking: {last} times so far");
        std::thread::sleep(Duration::from_millis(50));
        let now = sleeps();
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    assert!(pipeline.is_alive());
    assert!(last < 30, "it woke {last} times before it came to rest");
}
