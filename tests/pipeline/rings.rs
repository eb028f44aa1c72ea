//! From ring to batch: every span comes through, whichever thread wrote it and however it came.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{PATIENCE, Thread, by_count, eventually, kept, memory, settle, start};
use observability_ts::pipeline::{FlushKind, Stats};

#[test]
fn spans_of_several_threads_arrive() {
    let (pipeline, _) = start(memory());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut thread = Thread::attach(&pipeline);
                thread.spans(500);
                thread.writer.count_started();
                // Too large for a slot of the ring.
                thread.end_span(20_000);
                thread.close();
            });
        }
    });
    let stats = settle(&pipeline);
    assert_eq!((stats.started, stats.exported, kept(&pipeline)), (1_503, 1_503, 1_503));
}

#[test]
fn a_batch_is_sent_when_it_is_old_enough_and_not_before() {
    let mut settings = memory();
    settings.batch.max_delay = Duration::from_millis(300);
    let (pipeline, _) = start(settings);
    let begin = Instant::now();
    let mut thread = Thread::attach(&pipeline);
    thread.spans(3);
    eventually(&pipeline, "the export", |stats| stats.exported == 3);
    assert!(begin.elapsed() >= Duration::from_millis(300), "it was sent after {:?}", begin.elapsed());
}

#[test]
fn a_full_batch_is_sent_at_once() {
    let (pipeline, _) = start(by_count(memory()));
    let mut thread = Thread::attach(&pipeline);
    thread.spans(25);
    let stats = eventually(&pipeline, "the export", |stats| stats.exported == 20 && stats.queued.batch == 5);
    assert_eq!(stats.requests, 2);
}

#[test]
fn a_thread_that_is_gone_leaves_its_counts_and_nothing_else() {
    let (pipeline, _) = start(memory());
    let mut thread = Thread::attach(&pipeline);
    thread.spans(7);
    thread.writer.count_not_sampled();
    let arena = Arc::downgrade(thread.writer.arena());
    thread.close();
    // Nothing else wakes the worker; the thread's end has to.
    eventually(&pipeline, "the arena's end", |_| arena.strong_count() == 0);
    let stats = settle(&pipeline);
    assert_eq!((stats.started, stats.not_sampled, stats.exported), (8, 1, 7));
}

#[test]
fn a_thread_that_is_gone_after_the_end_leaves_its_counts_and_nothing_else() {
    let (pipeline, _) = start(memory());
    let mut thread = Thread::attach(&pipeline);
    thread.spans(7);
    assert!(pipeline.flush_blocking(FlushKind::Shutdown, PATIENCE));
    // It has not heard of the end, then it has.
    thread.spans(2);
    thread.writer.count_started();
    thread.writer.count_late();
    // One more comes too late.
    let mut late = Thread::attach(&pipeline);
    late.spans(5);
    let before = pipeline.stats();
    let arenas = [&thread, &late].map(|thread| Arc::downgrade(thread.writer.arena()));
    thread.close();
    late.close();
    eventually(&pipeline, "the arenas' end", |_| arenas.iter().all(|arena| arena.strong_count() == 0));
    assert_eq!((before.started, before.exported, before.dropped.shutdown), (15, 7, 8));
    assert_eq!(pipeline.stats(), before);
}

#[test]
fn threads_that_go_and_come_while_the_worker_ends_leave_no_memory() {
    for _ in 0..50 {
        let (pipeline, _) = start(memory());
        let mut thread = Thread::attach(&pipeline);
        thread.spans(3);
        pipeline.flush(FlushKind::Shutdown, PATIENCE, Box::new(|_| ()));
        let late = Thread::attach(&pipeline);
        let arenas = [&thread, &late].map(|thread| Arc::downgrade(thread.writer.arena()));
        thread.close();
        late.close();
        let is_over = |stats: &Stats| stats.queued.total() == 0 && arenas.iter().all(|arena| arena.strong_count() == 0);
        let stats = eventually(&pipeline, "the arenas' end", is_over);
        assert_eq!((stats.started, stats.exported + stats.dropped.shutdown), (3, 3));
    }
}

#[test]
fn a_large_record_that_waits_keeps_the_ring_of_a_thread_that_is_gone() {
    let (pipeline, _) = start(memory());
    for _ in 0..50 {
        let mut thread = Thread::attach(&pipeline);
        thread.writer.count_started();
        thread.end_span(10_000);
        thread.close();
    }
    let stats = settle(&pipeline);
    assert_eq!((stats.exported, stats.dropped.total()), (50, 0));
}

#[test]
fn a_record_of_another_pipelines_ring_is_in_no_ledger() {
    let (first, _) = start(memory());
    let mut thread = Thread::attach(&first);
    thread.spans(1);
    assert!(first.flush_blocking(FlushKind::Shutdown, PATIENCE));
    let (second, _) = start(memory());
    assert!(second.submit(thread.ring, &[0; 64]));
    let stats = settle(&second);
    assert_eq!((stats.started, stats.dropped.total()), (0, 0));
}

#[test]
fn large_records_wait_within_their_bound() {
    let (pipeline, _) = start(memory());
    let mut thread = Thread::attach(&pipeline);
    for _ in 0..100 {
        thread.writer.count_started();
        thread.end_span(900_000);
    }
    let stats = settle(&pipeline);
    assert_eq!(stats.exported + stats.dropped.unwritable, 100);
    assert!(stats.exported > 0);
}

#[test]
fn a_worker_that_reads_all_day_is_never_left_asleep() {
    let (pipeline, _) = start(by_count(memory()));
    let mut thread = Thread::attach(&pipeline);
    // Each burst meets the worker in another state: awake, about to nap, napping.
    for burst in 1..=200u64 {
        thread.spans(10);
        if burst % 3 != 0 {
            continue;
        }
        let begin = Instant::now();
        eventually(&pipeline, "the burst", |stats| stats.queued.ring == 0);
        assert!(begin.elapsed() < Duration::from_secs(5), "a nap lasts a fifth of a second");
    }
}
