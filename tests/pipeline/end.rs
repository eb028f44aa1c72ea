//! A worker that fails: a notice, a ledger, and nobody who waits for it.

use std::sync::mpsc;
use std::time::Instant;

use super::sink::{Answer, Sink};
use super::{Heard, PATIENCE, Thread, by_count, settings};
use observability_ts::config::{ExporterKind, Settings};
use observability_ts::pipeline::{FlushKind, Pipeline};

/// A pipeline whose worker panics when it has its first notice to give.
fn fragile(settings: Settings) -> (Pipeline, Heard) {
    let heard = Heard::default();
    let sink = heard.clone();
    let notices = move |notice: observability_ts::pipeline::Notice| {
        let code = notice.code;
        sink.0.lock().unwrap().push(notice);
        assert!(code == "OBS_WORKER_FAILED", "the worker is meant to fail here");
    };
    (Pipeline::start(settings, Box::new(notices)).expect("a thread"), heard)
}

fn wait_for_the_end(pipeline: &Pipeline, heard: &Heard) {
    let begin = Instant::now();
    while pipeline.is_alive() || heard.codes().last() != Some(&"OBS_WORKER_FAILED") {
        assert!(begin.elapsed() < PATIENCE, "heard: {}", heard.text());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn a_panic_is_told_with_its_reason_and_the_ledger_adds_up() {
    let sink = Sink::start(|_| Answer::Refuse);
    let (pipeline, heard) = fragile(by_count(settings(ExporterKind::OtlpHttp, &sink.endpoint)));
    let mut thread = Thread::attach(&pipeline);
    let (sender, receiver) = mpsc::channel();
    thread.spans(15);
    pipeline.flush(FlushKind::Ordinary, PATIENCE, Box::new(move |settled| sender.send(settled).expect("the test waits")));
    assert_eq!(receiver.recv_timeout(PATIENCE), Ok(false), "whoever waits hears of it");
    wait_for_the_end(&pipeline, &heard);
    assert!(heard.text().contains("the worker is meant to fail here"), "{}", heard.text());

    thread.spans(5);
    let stats = pipeline.stats();
    assert!(stats.adds_up(), "{stats:#?}");
    assert_eq!((stats.started, stats.dropped.total(), stats.queued.total()), (20, 20, 0));
    // Nobody hangs on it, or is told that it went well.
    let begin = Instant::now();
    assert!(!pipeline.flush_blocking(FlushKind::Exit, PATIENCE));
    assert!(begin.elapsed() < PATIENCE);
}

#[test]
fn a_panic_at_the_start_is_told_as_well() {
    let (pipeline, heard) = fragile(settings(ExporterKind::OtlpGrpc, "no endpoint at all"));
    wait_for_the_end(&pipeline, &heard);
    let mut thread = Thread::attach(&pipeline);
    thread.spans(1);
    assert_eq!(pipeline.stats().dropped.shutdown, 1);
    assert!(!pipeline.submit(thread.ring, &[0; 64]));
}
