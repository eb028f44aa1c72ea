//! Flushes: each is answered once, in time, and waits for what had ended when it came.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::sink::{Answer, Sink};
use super::{PATIENCE, Thread, ask, by_count, eventually, memory, settings, settle, start};
use observability_ts::config::{ExporterKind, Settings};
use observability_ts::pipeline::{FlushKind, Pipeline};

/// Far more than a flush that gives up soon takes, far less than its time.
const SOON: Duration = Duration::from_secs(10);

fn http(sink: &Sink) -> Settings {
    by_count(settings(ExporterKind::OtlpHttp, &sink.endpoint))
}

/// An endpoint where nobody listens.
fn down() -> Settings {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut settings = by_count(settings(ExporterKind::OtlpHttp, format!("http://{}/v1/traces", listener.local_addr().expect("an address"))));
    settings.exporter.retry_first_wait = Duration::from_secs(20);
    settings
}

#[test]
fn an_open_batch_is_closed_and_sent() {
    let (pipeline, _) = start(by_count(memory()));
    let mut thread = Thread::attach(&pipeline);
    thread.spans(3);
    assert_eq!(settle(&pipeline).exported, 3);
    // Nothing to do is done at once.
    assert_eq!(settle(&pipeline).requests, 1);
}

#[test]
fn an_ordinary_flush_waits_for_retries() {
    let sink = Sink::start(|number| if number < 3 { Answer::Busy } else { Answer::Accept });
    let (pipeline, _) = start(http(&sink));
    Thread::attach(&pipeline).spans(5);
    assert!(pipeline.flush_blocking(FlushKind::Ordinary, PATIENCE));
    assert_eq!((pipeline.stats().exported, sink.requests()), (5, 4));
}

#[test]
fn an_ordinary_flush_ends_when_its_time_is_over_and_deliveries_go_on() {
    let sink = Sink::start(|_| Answer::Hang);
    let (pipeline, _) = start(http(&sink));
    Thread::attach(&pipeline).spans(5);
    let begin = Instant::now();
    assert!(!pipeline.flush_blocking(FlushKind::Ordinary, Duration::from_millis(200)));
    assert!(begin.elapsed() >= Duration::from_millis(200));
    assert_eq!(pipeline.stats().queued.in_flight, 5);
    sink.open();
    assert_eq!(settle(&pipeline).exported, 5);
}

#[test]
fn several_flushes_are_each_answered() {
    let sink = Sink::start(|_| Answer::Hang);
    let (pipeline, _) = start(http(&sink));
    let mut thread = Thread::attach(&pipeline);
    thread.spans(5);
    let first = ask(&pipeline, FlushKind::Ordinary, PATIENCE);
    sink.wait_for_requests(1);
    thread.spans(5);
    let impatient = ask(&pipeline, FlushKind::Ordinary, Duration::from_millis(50));
    let second = ask(&pipeline, FlushKind::Ordinary, PATIENCE);
    assert_eq!(impatient.recv_timeout(PATIENCE), Ok(false));
    sink.open();
    assert_eq!((first.recv_timeout(PATIENCE), second.recv_timeout(PATIENCE)), (Ok(true), Ok(true)));
}

#[test]
fn a_flush_is_not_outrun_by_threads_that_go_on_writing() {
    let (pipeline, _) = start(memory());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut thread = Thread::attach(&pipeline);
                while !done.load(Ordering::Relaxed) {
                    thread.spans(100);
                }
            });
        }
        for _ in 0..5 {
            assert!(pipeline.flush_blocking(FlushKind::Ordinary, PATIENCE));
        }
        done.store(true, Ordering::Relaxed);
    });
    settle(&pipeline);
}

#[test]
fn at_exit_a_server_that_hangs_costs_the_flushs_time_and_no_more() {
    let sink = Sink::start(|_| Answer::Hang);
    let (pipeline, _) = start(http(&sink));
    Thread::attach(&pipeline).spans(25);
    let begin = Instant::now();
    assert!(!pipeline.flush_blocking(FlushKind::Exit, Duration::from_millis(300)));
    assert!((Duration::from_millis(300)..SOON).contains(&begin.elapsed()), "{:?}", begin.elapsed());
}

#[test]
fn at_exit_a_server_that_is_down_costs_far_less() {
    // Never tried before: the first attempt finds out.
    let (pipeline, _) = start(down());
    let mut thread = Thread::attach(&pipeline);
    thread.spans(5);
    let begin = Instant::now();
    assert!(!pipeline.flush_blocking(FlushKind::Exit, PATIENCE));
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(pipeline.stats().queued.total(), 5);

    // Known before, with more batches than may be in flight.
    let (pipeline, _) = start(down());
    let mut thread = Thread::attach(&pipeline);
    thread.spans(100);
    eventually(&pipeline, "the first failures", |stats| stats.failed_attempts >= 4);
    let begin = Instant::now();
    assert!(!pipeline.flush_blocking(FlushKind::Exit, PATIENCE));
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    let stats = pipeline.stats();
    assert!(stats.adds_up() && stats.queued.total() == 100, "{stats:#?}");
}

#[test]
fn at_exit_a_server_that_is_busy_gets_one_attempt_also_when_the_exporter_is_not_there_yet() {
    for _ in 0..20 {
        let sink = Sink::start(|_| Answer::Busy);
        let mut settings = http(&sink);
        settings.exporter.retry_first_wait = Duration::from_secs(60);
        let (pipeline, _) = start(settings);
        Thread::attach(&pipeline).spans(1);
        assert_eq!(ask(&pipeline, FlushKind::Exit, PATIENCE).recv_timeout(SOON), Ok(false));
    }
}

#[test]
fn at_exit_what_is_not_read_yet_has_its_attempt_though_all_that_was_sent_is_tried_in_vain() {
    let sink = Sink::start(|number| if number < 2 { Answer::Busy } else { Answer::Accept });
    let mut settings = http(&sink);
    settings.batch.max_spans = 10_000;
    settings.exporter.retry_first_wait = Duration::from_secs(60);
    // The worker tells of the first attempt and is held there, as one that gets no time from the system.
    let (tell, told) = mpsc::channel();
    let (release, held) = mpsc::channel::<()>();
    let notices = move |_| {
        _ = tell.send(());
        _ = held.recv();
    };
    let pipeline = Pipeline::start(settings, Box::new(notices)).expect("a thread");
    let mut thread = Thread::attach(&pipeline);
    thread.spans(1);
    let first = ask(&pipeline, FlushKind::Ordinary, Duration::ZERO);
    told.recv_timeout(PATIENCE).expect("the attempt fails");
    // Much more than the worker reads before deliveries get their turn, so that the last attempt is over while it reads.
    for _ in 0..1_500 {
        thread.writer.count_started();
        thread.end_span(1_000);
    }
    let exit = ask(&pipeline, FlushKind::Exit, PATIENCE);
    drop(release);
    assert_eq!((first.recv_timeout(PATIENCE), exit.recv_timeout(PATIENCE)), (Ok(false), Ok(false)));
    let stats = pipeline.stats();
    // One more where the process lives on, and the first has been sent again by now.
    assert!(stats.adds_up() && stats.exported >= 1_500, "{stats:#?}");
}

#[test]
fn what_a_flush_at_exit_tried_in_vain_is_sent_later_where_the_process_lives_on() {
    let sink = Sink::start(|number| if number < 6 { Answer::Busy } else { Answer::Accept });
    let (pipeline, _) = start(Settings { queue: super::tiny_queue(1_000, 1), ..http(&sink) });
    Thread::attach(&pipeline).spans(40);
    let settled = pipeline.flush_blocking(FlushKind::Exit, PATIENCE);
    let stats = pipeline.stats();
    assert!(!settled && stats.adds_up(), "{stats:#?}");
    // Nothing else wakes the worker.
    eventually(&pipeline, "the export", |stats| stats.exported == 40);
    let mut ids = sink.first_ids();
    ids.sort_unstable();
    assert_eq!(ids, [1, 11, 21, 31], "each batch once");
}

#[test]
fn a_shutdown_counts_what_is_left_and_answers_whoever_waits() {
    let sink = Sink::start(|_| Answer::Hang);
    let (pipeline, _) = start(http(&sink));
    let mut thread = Thread::attach(&pipeline);
    thread.spans(105);
    sink.wait_for_requests(4);
    let waiting = ask(&pipeline, FlushKind::Ordinary, PATIENCE);
    let begin = Instant::now();
    let shutdown = ask(&pipeline, FlushKind::Shutdown, Duration::from_millis(100));
    assert_eq!(shutdown.recv_timeout(PATIENCE), Ok(false));
    assert_eq!(waiting.recv_timeout(PATIENCE), Ok(false), "a promise of a flush must not be forgotten");
    assert!(begin.elapsed() < SOON);
    let stats = pipeline.stats();
    assert!(stats.adds_up());
    assert_eq!((stats.dropped.shutdown, stats.queued.total()), (105, 0));
    assert!(!pipeline.is_alive());

    // A thread that has not heard of it goes on.
    thread.spans(2);
    thread.writer.count_started();
    thread.end_span(10_000);
    thread.writer.count_started();
    thread.writer.count_late();
    let stats = pipeline.stats();
    assert!(stats.adds_up());
    assert_eq!((stats.started, stats.dropped.shutdown), (109, 109));
    // Again is quiet and safe, and does not make it good.
    assert_eq!(ask(&pipeline, FlushKind::Shutdown, PATIENCE).recv_timeout(PATIENCE), Ok(false));
    assert!(!pipeline.flush_blocking(FlushKind::Ordinary, PATIENCE));
}

#[test]
fn a_shutdown_in_time_loses_nothing() {
    let sink = Sink::start(|_| Answer::Slow(Duration::from_millis(20)));
    let (pipeline, heard) = start(http(&sink));
    Thread::attach(&pipeline).spans(105);
    assert!(pipeline.flush_blocking(FlushKind::Shutdown, PATIENCE));
    let stats = pipeline.stats();
    assert_eq!((stats.exported, stats.dropped.total(), sink.accepted_spans()), (105, 0, 105));
    assert!(pipeline.flush_blocking(FlushKind::Ordinary, PATIENCE), "all is settled");
    assert_eq!(heard.text(), "");
}

#[test]
fn after_a_shutdown_nothing_of_the_worker_is_left() {
    // Without a thread that is attached nothing would wake it again, once it sleeps.
    for _ in 0..20 {
        let (pipeline, heard) = start(memory());
        settle(&pipeline);
        assert!(pipeline.flush_blocking(FlushKind::Shutdown, PATIENCE));
        eventually(&pipeline, "the end of its thread", |_| Arc::strong_count(&heard.0) == 1);
    }
}

#[test]
fn who_hears_of_the_end_may_start_anew_at_once() {
    for _ in 0..20 {
        let (pipeline, _) = start(memory());
        let pipeline = Arc::new(pipeline);
        let (sender, receiver) = mpsc::channel();
        let same = Arc::clone(&pipeline);
        pipeline.flush(FlushKind::Shutdown, PATIENCE, Box::new(move |_| sender.send(same.is_alive()).expect("the test waits")));
        assert_eq!(receiver.recv_timeout(PATIENCE), Ok(false));
    }
    let (pipeline, _) = start(memory());
    Thread::attach(&pipeline).spans(4);
    assert_eq!(settle(&pipeline).exported, 4);
}

#[test]
fn requests_left_while_the_worker_ends_are_answered() {
    for _ in 0..30 {
        let (pipeline, _) = start(memory());
        std::thread::scope(|scope| {
            let askers: Vec<_> = (0..3).map(|_| scope.spawn(|| ask(&pipeline, FlushKind::Ordinary, PATIENCE).recv_timeout(PATIENCE))).collect();
            assert!(pipeline.flush_blocking(FlushKind::Shutdown, PATIENCE));
            for asker in askers {
                assert!(asker.join().expect("a thread").is_ok(), "a flush was never answered");
            }
        });
    }
}
