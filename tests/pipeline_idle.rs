//! An idle process is left alone: the worker of a pipeline with nothing to do does not wake. The only test here, since it looks at the threads of
//! its process.
#![cfg(target_os = "linux")]

use std::fs;
use std::time::{Duration, Instant};

use observability_ts::config::{ExporterKind, ExporterSettings, Settings};
use observability_ts::pipeline::Pipeline;

/// How often the worker has gone to sleep so far.
fn sleeps() -> u64 {
    for task in fs::read_dir("/proc/self/task").expect("threads").flatten() {
        let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        if name.trim() == "obs-worker" {
            let status = fs::read_to_string(task.path().join("status")).expect("a status");
            let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).expect("a count");
            return count.trim().parse().expect("a number");
        }
    }
    panic!("there is no worker thread");
}

#[test]
fn an_idle_worker_does_not_wake() {
    let exporter = ExporterSettings { kind: ExporterKind::Memory, ..ExporterSettings::default() };
    let pipeline = Pipeline::start(Settings { exporter, ..Settings::default() }, Box::new(|_| ())).expect("a thread");
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
