//! The worker takes the processor from nobody: what woke it goes on. The only test here, since it looks at the threads of its process.
#![cfg(target_os = "linux")]

use std::fs;
use std::time::{Duration, Instant};

use observability_ts::config::{ExporterKind, ExporterSettings, Settings};
use observability_ts::pipeline::Pipeline;

/// The scheduling policy of the worker's thread, once there is one: the 41st field of its `stat` (`proc(5)`).
fn policy_of_worker() -> Option<i32> {
    fs::read_dir("/proc/self/task").expect("threads").flatten().find_map(|task| {
        let stat = fs::read_to_string(task.path().join("stat")).ok()?;
        let (start, rest) = stat.rsplit_once(") ")?;
        // The rest begins with the third field.
        start.ends_with("(obs-worker").then(|| rest.split(' ').nth(41 - 3).expect("a policy").parse().expect("a number"))
    })
}

#[test]
fn the_worker_never_preempts() {
    let exporter = ExporterSettings { kind: ExporterKind::Memory, ..ExporterSettings::default() };
    let pipeline = Pipeline::start(Settings { exporter, ..Settings::default() }, Box::new(|_| ())).expect("a thread");
    let begin = Instant::now();
    while policy_of_worker() != Some(libc::SCHED_BATCH) {
        assert!(begin.elapsed() < Duration::from_secs(30), "the policy of the worker is {:?}", policy_of_worker());
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(pipeline.is_alive());
}
