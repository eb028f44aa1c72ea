//! The worker takes the processor from nobody: what woke it goes on. The only test here, since it looks at the threads of its process.
#![cfg(target_os = "linux")]

mod pipeline_support;

use std::fs;
use std::time::{Duration, Instant};

use pipeline_support::{quiet_pipeline, worker_task};

/// The scheduling policy of the worker's thread, once there is one: the 41st field of its `stat` (`proc(5)`).
fn policy_of_worker() -> Option<i32> {
    let stat = fs::read_to_string(worker_task()?.join("stat")).expect("a stat");
    // The name, in brackets, may hold blanks; behind it begins the third field.
    let (_, rest) = stat.rsplit_once(") ").expect("a name");
    Some(rest.split(' ').nth(41 - 3).expect("a policy").parse().expect("a number"))
}

#[test]
fn the_worker_never_preempts() {
    let pipeline = quiet_pipeline();
    let begin = Instant::now();
    while policy_of_worker() != Some(libc::SCHED_BATCH) {
        assert!(begin.elapsed() < Duration::from_secs(30), "the policy of the worker is {:?}", policy_of_worker());
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(pipeline.is_alive());
}
