//! Deliveries: several at once, the oldest dropped first, whatever the server answers is counted.

use std::time::Duration;

use super::sink::{Answer, Sink};
use super::{Thread, by_count, eventually, settings, settle, start, tiny_queue};
use observability_ts::config::{ExporterKind, Settings};

fn http(sink: &Sink) -> Settings {
    by_count(settings(ExporterKind::OtlpHttp, &sink.endpoint))
}

#[test]
fn a_slow_request_does_not_stop_the_rest() {
    let sink = Sink::start(|number| if number == 0 { Answer::Hang } else { Answer::Accept });
    let mut settings = http(&sink);
    settings.queue.max_in_flight = 2;
    let (pipeline, _) = start(settings);
    let mut thread = Thread::attach(&pipeline);
    thread.spans(10);
    sink.wait_for_requests(1);
    thread.spans(50);
    let stats = eventually(&pipeline, "the others' export", |stats| stats.exported == 50);
    assert_eq!(stats.queued.in_flight, 10);
    sink.open();
    assert_eq!(settle(&pipeline).exported, 60);
    assert_eq!(sink.accepted_spans(), 60);
}

#[test]
fn no_more_than_the_configured_number_is_in_flight() {
    let sink = Sink::start(|_| Answer::Hang);
    let mut settings = http(&sink);
    settings.queue.max_in_flight = 3;
    let (pipeline, _) = start(settings);
    let mut thread = Thread::attach(&pipeline);
    thread.spans(80);
    let stats = eventually(&pipeline, "three flights", |stats| stats.queued.in_flight == 30 && stats.queued.queue == 50);
    sink.wait_for_requests(3);
    assert_eq!((sink.requests(), stats.queued.batch), (3, 0));
    sink.open();
    assert_eq!(settle(&pipeline).exported, 80);
}

#[test]
fn the_oldest_that_waits_makes_room() {
    let sink = Sink::start(|_| Answer::Hang);
    let (pipeline, heard) = start(Settings { queue: tiny_queue(30, 1), ..http(&sink) });
    let mut thread = Thread::attach(&pipeline);
    thread.spans(10);
    sink.wait_for_requests(1);
    thread.spans(50);
    let stats = eventually(&pipeline, "the overflow", |stats| stats.dropped.queue_full == 30);
    assert_eq!((stats.queued.in_flight, stats.queued.queue), (10, 20));
    sink.open();
    assert_eq!(settle(&pipeline).exported, 30);
    // The batch in flight is never dropped, and of those that waited the newest are left.
    assert_eq!(sink.first_ids(), [1, 41, 51]);
    assert_eq!(heard.codes(), ["OBS_QUEUE_FULL"]);
}

#[test]
fn every_answer_has_its_place_in_the_ledger() {
    let sink = Sink::start(|number| [Answer::Accept, Answer::Reject(4), Answer::Refuse, Answer::Reject(99)][number % 4]);
    let (pipeline, _) = start(Settings { queue: tiny_queue(1_000, 1), ..http(&sink) });
    let mut thread = Thread::attach(&pipeline);
    thread.spans(40);
    let stats = settle(&pipeline);
    // A server that rejects more than there were has rejected all.
    assert_eq!((stats.exported, stats.dropped.rejected, stats.dropped.refused, stats.requests), (16, 14, 10, 3));
}

#[test]
fn what_fails_for_now_is_tried_again_until_its_time_is_over() {
    let sink = Sink::start(|number| if number < 2 { Answer::Busy } else { Answer::Accept });
    let (pipeline, _) = start(http(&sink));
    let mut thread = Thread::attach(&pipeline);
    thread.spans(10);
    let stats = settle(&pipeline);
    assert_eq!((stats.exported, stats.failed_attempts), (10, 2));

    let sink = Sink::start(|_| Answer::Busy);
    let mut settings = http(&sink);
    settings.exporter.retry_window = Duration::from_millis(100);
    let (pipeline, heard) = start(settings);
    let mut thread = Thread::attach(&pipeline);
    thread.spans(10);
    let stats = settle(&pipeline);
    assert_eq!((stats.exported, stats.dropped.undelivered), (0, 10));
    assert_eq!(heard.codes().len(), 1, "{}", heard.text());
}

#[test]
fn settings_that_cannot_work_refuse_and_say_so_once() {
    let (pipeline, heard) = start(settings(ExporterKind::OtlpHttp, "gopher://nowhere"));
    let mut thread = Thread::attach(&pipeline);
    thread.spans(35);
    let stats = settle(&pipeline);
    assert_eq!((stats.exported, stats.dropped.refused), (0, 35));
    assert_eq!(heard.codes(), ["OBS_ENDPOINT_INVALID"]);
}

#[test]
fn a_span_larger_than_a_request_may_be_is_counted() {
    let sink = Sink::start(|_| Answer::Accept);
    let mut settings = http(&sink);
    settings.batch.max_bytes = 2_000;
    let (pipeline, _) = start(settings);
    let mut thread = Thread::attach(&pipeline);
    // Larger than a batch may be, it is a request of its own.
    thread.spans(1);
    thread.writer.count_started();
    thread.end_span(5_000);
    let stats = settle(&pipeline);
    assert_eq!((stats.exported, stats.requests), (2, 2));
}
