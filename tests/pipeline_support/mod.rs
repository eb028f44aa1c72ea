//! The worker's thread as the system shows it. Tests that look at it are alone in their process.

use std::fs;
use std::path::PathBuf;

use observability_ts::config::{ExporterKind, ExporterSettings, Settings};
use observability_ts::pipeline::Pipeline;

/// A pipeline that sends nothing anywhere.
pub fn quiet_pipeline() -> Pipeline {
    let exporter = ExporterSettings { kind: ExporterKind::Memory, ..ExporterSettings::default() };
    Pipeline::start(Settings { exporter, ..Settings::default() }, Box::new(|_| ())).expect("a thread")
}

/// The folder of the worker's thread (`proc(5)`), once it has its name.
pub fn worker_task() -> Option<PathBuf> {
    let mut tasks = fs::read_dir("/proc/self/task").expect("threads").flatten().map(|task| task.path());
    tasks.find(|task| fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "obs-worker"))
}
