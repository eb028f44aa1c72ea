//! An exporter that takes its time to be there, as one whose file is a pipe that nobody reads: spans wait, flushes do not.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Heard, PATIENCE, Thread, ask, by_count, eventually, settings, start};
use observability_ts::config::ExporterKind;
use observability_ts::pipeline::{FlushKind, Pipeline};
use tempfile::TempDir;

/// A pipe with a name, which opens for writing once somebody reads it.
struct Pipe(TempDir);

impl Pipe {
    fn new() -> Self {
        let pipe = Self(TempDir::new().expect("a directory for the test"));
        assert!(Command::new("mkfifo").arg(pipe.path()).status().is_ok_and(|status| status.success()));
        pipe
    }

    fn path(&self) -> String {
        self.0.path().join("spans.jsonl").to_str().expect("a path in UTF-8").to_owned()
    }

    fn read(&self) -> BufReader<File> {
        BufReader::new(File::open(self.path()).expect("the pipe"))
    }

    fn exporter(&self) -> (Pipeline, Heard) {
        start(by_count(settings(ExporterKind::File, self.path())))
    }
}

#[test]
fn every_flush_is_answered_in_its_time_though_nobody_reads() {
    let pipe = Pipe::new();
    let (pipeline, heard) = pipe.exporter();
    Thread::attach(&pipeline).spans(15);
    for kind in [FlushKind::Ordinary, FlushKind::Exit, FlushKind::Shutdown] {
        let stats = pipeline.stats();
        assert!(stats.adds_up() && (stats.started, stats.queued.total()) == (15, 15), "{stats:#?}");
        let begin = Instant::now();
        assert_eq!(ask(&pipeline, kind, Duration::from_millis(100)).recv_timeout(PATIENCE), Ok(false), "{kind:?}");
        assert!(begin.elapsed() >= Duration::from_millis(100), "{kind:?}: it may open yet");
    }
    let stats = pipeline.stats();
    assert!(stats.adds_up() && stats.dropped.shutdown == 15, "{stats:#?}");
    eventually(&pipeline, "the end of the worker", |_| Arc::strong_count(&heard.0) == 1);
    // Lets the thread go that still waits for this.
    drop(pipe.read());
}

#[test]
fn what_waits_is_written_once_somebody_reads() {
    let pipe = Pipe::new();
    let (pipeline, heard) = pipe.exporter();
    Thread::attach(&pipeline).spans(15);
    // The second has begun, and told deliveries to hurry, before there is an exporter that could.
    let flushes = [FlushKind::Ordinary, FlushKind::Exit].map(|kind| ask(&pipeline, kind, PATIENCE));
    let lines: Vec<_> = pipe.read().lines().take(2).collect::<Result<_, _>>().expect("lines");
    assert_eq!(lines.iter().map(|line| line.matches("\"spanId\"").count()).sum::<usize>(), 15);
    assert_eq!(flushes.map(|flush| flush.recv_timeout(PATIENCE)), [Ok(true), Ok(true)]);
    assert_eq!((pipeline.stats().exported, heard.text()), (15, String::new()));
}
