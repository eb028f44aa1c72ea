//! What the user hears: once, with the way out, and not again for a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::arena_support::Times;
use super::sink::{Answer, Sink};
use super::{Thread, by_count, eventually, memory, otlp_support, settings, settle, start};
use observability_ts::arena::layout::{DICTIONARY_BYTES, HEADER_BYTES};
use observability_ts::config::ExporterKind;

#[test]
fn an_outage_is_one_line() {
    let up = Arc::new(AtomicBool::new(false));
    let is_up = Arc::clone(&up);
    let sink = Sink::start(move |_| if is_up.load(Ordering::SeqCst) { Answer::Accept } else { Answer::Busy });
    let mut settings = settings(ExporterKind::OtlpHttp, &sink.endpoint);
    settings.queue.max_in_flight = 8;
    let (pipeline, heard) = start(settings);
    let mut thread = Thread::attach(&pipeline);
    for _ in 0..30 {
        thread.spans(7);
        std::thread::sleep(Duration::from_millis(2));
    }
    // Told though no more spans come.
    eventually(&pipeline, "the line", |_| !heard.codes().is_empty());
    sink.wait_for_requests(20);
    up.store(true, Ordering::SeqCst);
    assert_eq!(settle(&pipeline).exported, 210);
    assert_eq!(heard.codes(), ["OBS_EXPORT_FAILING"], "{}", heard.text());
    assert!(heard.text().contains(&sink.endpoint) && heard.text().contains("503"), "{}", heard.text());
}

#[test]
fn a_life_without_trouble_is_silent() {
    let sink = Sink::start(|_| Answer::Accept);
    let (pipeline, heard) = start(settings(ExporterKind::OtlpHttp, &sink.endpoint));
    Thread::attach(&pipeline).spans(50);
    assert_eq!(settle(&pipeline).exported, 50);
    assert_eq!(heard.text(), "");
}

#[test]
fn the_query_of_an_endpoint_is_in_no_line() {
    let sink = Sink::start(|_| Answer::Refuse);
    let (pipeline, heard) = start(settings(ExporterKind::OtlpHttp, format!("{}?api_key=hunter2", sink.endpoint)));
    Thread::attach(&pipeline).spans(1);
    assert_eq!(settle(&pipeline).dropped.refused, 1);
    assert!(heard.text().contains(&sink.endpoint) && !heard.text().contains("hunter2"), "{}", heard.text());
}

#[test]
fn memory_that_was_written_over_is_told_and_counted() {
    let (pipeline, heard) = start(by_count(memory()));
    let mut thread = Thread::attach(&pipeline);
    thread.spans(1);
    eventually(&pipeline, "the first span", |stats| stats.queued.batch == 1);
    let begin = (HEADER_BYTES + DICTIONARY_BYTES + thread.writer.head()) / 4;
    thread.writer.count_started();
    let span = otlp_support::plain_span();
    thread.writer.write(&span.borrow(&thread.scope), Times::Epoch);
    // Its size is gone before the worker, which naps, has looked at it; should it have been faster, the next one is hit.
    thread.writer.word(begin).store(0, Ordering::SeqCst);
    thread.spans(1);
    let stats = settle(&pipeline);
    if stats.dropped.malformed > 0 {
        assert_eq!((stats.exported, stats.dropped.malformed), (1, 2));
        assert_eq!(heard.codes(), ["OBS_RECORD_MALFORMED"]);
    }
    assert_eq!(stats.started, 3);
    assert_eq!(stats.exported + stats.dropped.malformed, 3);
}
