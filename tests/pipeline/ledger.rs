//! The ledger under everything that can happen at once: it adds up at any time, and exactly at rest.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::sink::{Answer, Sink};
use super::{PATIENCE, Thread, memory, settings, start, tiny_queue};
use observability_ts::arena::layout::{D_PUBLISHED, DICTIONARY_BYTES, HEADER_BYTES, RING_BYTES};
use observability_ts::config::{ExporterKind, Settings};
use observability_ts::pipeline::{FlushKind, Pipeline, Stats};

/// Something that happens; threads are numbered.
#[derive(Debug, Clone, Copy)]
enum Step {
    Attach,
    Close(usize),
    Start(usize, u32),
    End(usize, u32),
    NotSampled(usize),
    Late(usize),
    Large(usize),
    /// More spans than the ring holds.
    Flood(usize),
    /// Any words anywhere in the thread's arena.
    Overwrite(usize, u32, u32),
    Flush(FlushKind, u64),
    Pause(u64),
}

fn steps() -> impl Strategy<Value = Step> {
    let thread = 0usize..4;
    prop_oneof![
        2 => Just(Step::Attach),
        1 => thread.clone().prop_map(Step::Close),
        6 => (thread.clone(), 1u32..60).prop_map(|(thread, count)| Step::Start(thread, count)),
        8 => (thread.clone(), 1u32..60).prop_map(|(thread, count)| Step::End(thread, count)),
        2 => thread.clone().prop_map(Step::NotSampled),
        1 => thread.clone().prop_map(Step::Late),
        2 => thread.prop_map(Step::Large),
        2 => (0u64..60).prop_map(|millis| Step::Flush(FlushKind::Ordinary, millis)),
        3 => (0u64..12).prop_map(Step::Pause),
    ]
}

fn answers() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => Just(Answer::Accept),
        2 => (0i64..15).prop_map(Answer::Reject),
        2 => Just(Answer::Busy),
        1 => Just(Answer::Refuse),
        1 => Just(Answer::HangUp),
        1 => (0u64..30).prop_map(|millis| Answer::Slow(Duration::from_millis(millis))),
        1 => Just(Answer::Hang),
    ]
}

/// What the test itself has counted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    started: u64,
    not_sampled: u64,
    ended: u64,
    late: u64,
}

/// Does the steps while another thread looks at the ledger all the time.
fn live(pipeline: &Pipeline, steps: &[Step]) -> Tally {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let auditor = scope.spawn(|| {
            loop {
                let stats = pipeline.stats();
                assert!(stats.adds_up(), "while it ran: {stats:#?}");
                if done.load(Ordering::Relaxed) {
                    break;
                }
                std::thread::yield_now();
            }
        });
        let tally = act(pipeline, steps);
        done.store(true, Ordering::Relaxed);
        auditor.join().expect("the ledger added up at any time");
        tally
    })
}

fn act(pipeline: &Pipeline, steps: &[Step]) -> Tally {
    let mut tally = Tally::default();
    let mut threads: Vec<Option<(Thread<'_>, u32)>> = vec![Some((Thread::attach(pipeline), 0))];
    for &step in steps {
        let number = match step {
            Step::Close(number) | Step::Start(number, _) | Step::End(number, _) | Step::NotSampled(number) => number,
            Step::Late(number) | Step::Large(number) | Step::Flood(number) | Step::Overwrite(number, ..) => number,
            Step::Attach => {
                threads.push(Some((Thread::attach(pipeline), 0)));
                continue;
            }
            Step::Flush(kind, millis) => {
                let _ = pipeline.flush_blocking(kind, Duration::from_millis(millis));
                continue;
            }
            Step::Pause(millis) => {
                std::thread::sleep(Duration::from_millis(millis));
                continue;
            }
        };
        let count = threads.len();
        let slot = &mut threads[number % count];
        if matches!(step, Step::Close(_)) {
            if let Some((thread, _)) = slot.take() {
                thread.close();
            }
            continue;
        }
        let Some((thread, open)) = slot else { continue };
        match step {
            Step::Start(_, count) => {
                (0..count).for_each(|_| thread.writer.count_started());
                *open += count;
                tally.started += u64::from(count);
            }
            Step::End(_, count) => {
                let count = count.min(*open);
                (0..count).for_each(|_| thread.end_span(0));
                *open -= count;
                tally.ended += u64::from(count);
            }
            Step::NotSampled(_) => {
                thread.writer.count_not_sampled();
                tally.started += 1;
                tally.not_sampled += 1;
            }
            Step::Late(_) => {
                thread.writer.count_started();
                thread.writer.count_late();
                tally.started += 1;
                tally.late += 1;
            }
            Step::Large(_) => {
                thread.writer.count_started();
                thread.end_span(9_000);
                tally.started += 1;
                tally.ended += 1;
            }
            Step::Flood(_) => {
                let count = RING_BYTES / 64;
                thread.spans(count);
                tally.started += u64::from(count);
                tally.ended += u64::from(count);
            }
            Step::Overwrite(_, at, value) => thread.writer.word(at).store(value, Ordering::SeqCst),
            _ => {}
        }
    }
    tally
}

/// Tiny queues, short times: everything that can be lost is, in one case or another.
fn hurried(sink: &Sink, max_spans: usize) -> Settings {
    let mut settings = Settings { queue: tiny_queue(max_spans, 2), ..settings(ExporterKind::OtlpHttp, &sink.endpoint) };
    settings.exporter.timeout = Duration::from_millis(80);
    settings.exporter.retry_window = Duration::from_millis(120);
    settings.batch.max_delay = Duration::from_millis(5);
    settings
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, ..super::otlp_support::config() }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn it_adds_up_whatever_happens(
        steps in vec(steps(), 1..60),
        answers in vec(answers(), 1..12),
        max_spans in 10usize..80,
        end in prop_oneof![Just(FlushKind::Ordinary), Just(FlushKind::Shutdown), Just(FlushKind::Exit)],
        end_millis in 0u64..200,
    ) {
        let sink = Sink::start(move |number| answers[number % answers.len()]);
        let (pipeline, _) = start(hurried(&sink, max_spans));
        let tally = live(&pipeline, &steps);
        let timeout = if end == FlushKind::Ordinary { PATIENCE } else { Duration::from_millis(end_millis) };
        let settled = pipeline.flush_blocking(end, timeout);
        let stats = pipeline.stats();
        prop_assert!(stats.adds_up(), "{:#?}", stats);
        prop_assert!(settled || end != FlushKind::Ordinary, "an ordinary flush has all its time: {:#?}", stats);
        prop_assert_eq!((stats.started, stats.not_sampled), (tally.started, tally.not_sampled));
        prop_assert_eq!(stats.open, tally.started - tally.not_sampled - tally.ended - tally.late);
        prop_assert_eq!(stats.exported + stats.dropped.total() + stats.queued.total(), tally.ended + tally.late);
        prop_assert_eq!((stats.dropped.malformed, stats.dropped.ring_full, stats.dropped.unwritable), (0, 0, 0));
        if settled || end == FlushKind::Shutdown {
            prop_assert_eq!(stats.queued.total(), 0);
        }
        // What a server took and the client did not hear of in time is sent again or counted as lost; never the other way round.
        prop_assert!(stats.exported as usize <= sink.accepted_spans());
    }

    #[test]
    fn it_adds_up_when_shared_memory_is_written_over(
        mut steps in vec(steps(), 1..40),
        blots in vec((any::<prop::sample::Index>(), 0usize..4, 0u32..2_000, any::<u32>(), any::<bool>()), 1..20),
    ) {
        for (at, thread, word, value, in_ring) in blots {
            let word = if in_ring { (HEADER_BYTES + DICTIONARY_BYTES) / 4 + word } else { word };
            steps.insert(at.index(steps.len()), Step::Overwrite(thread, word, value));
        }
        let (pipeline, _) = start(memory());
        live(&pipeline, &steps);
        // A head or tail that was overwritten may leave spans in a ring for good; the flush ends all the same.
        let settled = pipeline.flush_blocking(FlushKind::Shutdown, PATIENCE);
        let stats = pipeline.stats();
        prop_assert!(settled && stats.adds_up() && stats.queued.total() == 0, "{:#?}", stats);
    }
}

#[test]
fn a_ring_that_is_flooded_loses_what_it_cannot_hold_and_says_how_many() {
    let (pipeline, _) = start(memory());
    let tally = live(&pipeline, &[Step::Flood(0), Step::Attach, Step::Start(1, 50), Step::End(1, 50)]);
    assert!(pipeline.flush_blocking(FlushKind::Ordinary, PATIENCE));
    let Stats { started, exported, dropped, queued, .. } = pipeline.stats();
    assert_eq!((started, exported + dropped.ring_full, queued.total()), (tally.started, tally.ended, 0));
    assert_eq!(dropped.total(), dropped.ring_full);
}

#[test]
fn a_thread_terminated_between_counting_a_record_and_publishing_it_has_lost_it() {
    let (pipeline, _) = start(memory());
    let mut thread = Thread::attach(&pipeline);
    thread.spans(3);
    thread.writer.count_started();
    let published = f64::from(4u8).to_bits();
    thread.writer.word(D_PUBLISHED * 2).store(published as u32, Ordering::SeqCst);
    thread.writer.word(D_PUBLISHED * 2 + 1).store((published >> 32) as u32, Ordering::SeqCst);
    thread.close();
    let stats = super::eventually(&pipeline, "the ring's end", |stats| stats.dropped.shutdown == 1 && stats.exported == 3);
    assert_eq!((stats.started, stats.queued.total(), stats.open), (4, 0, 0));
}
