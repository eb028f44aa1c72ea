//! Sleeping and waking: the writer wakes the reader when it has to, once, and never too late.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use observability_ts::arena::layout::{RING_BYTES, WAKE_BYTES};

use super::arena_support::{Times, Written};
use super::{numbered, pair, read, scope};

fn wakes(written: &Written) -> bool {
    matches!(written, Written::Published { wake: true })
}

#[test]
fn a_sleeping_reader_is_woken_by_the_next_record_and_only_by_that() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    for round in 0..3 {
        assert!(reader.sleep(), "round {round}");
        assert!(wakes(&writer.write(&numbered(1).borrow(&scope), Times::Epoch)));
        assert!(!wakes(&writer.write(&numbered(2).borrow(&scope), Times::Epoch)), "it was woken before");
        assert!(!reader.sleep(), "there is something to read");
        assert_eq!(read(&mut reader).len(), 2);
    }
}

#[test]
fn a_napping_reader_is_woken_by_a_good_part_of_the_ring() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    // Across the end of the ring and of the positions' numbers.
    while writer.head() < (RING_BYTES / 2).wrapping_neg() - RING_BYTES {
        assert!(writer.skip_ring());
        read(&mut reader);
    }
    for _ in 0..12 {
        let begin = writer.head();
        assert!(reader.nap());
        while !wakes(&writer.write(&numbered(1).borrow(&scope), Times::Epoch)) {
            assert!(writer.head().wrapping_sub(begin) < WAKE_BYTES);
        }
        assert!(writer.head().wrapping_sub(begin) >= WAKE_BYTES);
        assert!(!reader.nap());
        read(&mut reader);
    }
}

#[test]
fn no_wake_up_is_lost_between_two_threads() {
    const SPANS: u64 = 60_000;
    let (mut writer, mut reader) = pair();
    let done = AtomicBool::new(false);
    let woken = AtomicU64::new(0);
    let taken = thread::scope(|threads| {
        let sleeper = threads.spawn(|| {
            let mut sleeps = 0;
            loop {
                let drained = reader.drain(64 * 1024, |_| ());
                assert_eq!((drained.malformed, drained.reason), (0, None));
                if !drained.emptied || !reader.sleep() {
                    continue;
                }
                sleeps += 1;
                // Nothing but the writer's call, or its end, ends this.
                while woken.swap(0, Ordering::SeqCst) == 0 {
                    if done.load(Ordering::SeqCst) && reader.is_empty() {
                        return (reader.taken(), sleeps);
                    }
                    assert!(!done.load(Ordering::SeqCst) || woken.load(Ordering::SeqCst) > 0, "asleep, with records to read and nobody to wake it");
                    thread::park();
                }
            }
        });
        let scope = scope();
        let mut dropped = 0;
        for number in 1..=SPANS {
            match writer.write(&numbered(number).borrow(&scope), Times::Epoch) {
                Written::Published { wake: true } => {
                    woken.fetch_add(1, Ordering::SeqCst);
                    sleeper.thread().unpark();
                }
                Written::Full => dropped += 1,
                _ => {}
            }
            // Now and then a pause, so that the reader goes to sleep in between.
            if number % 64 == 0 {
                thread::yield_now();
            }
        }
        done.store(true, Ordering::SeqCst);
        sleeper.thread().unpark();
        let (taken, sleeps) = sleeper.join().expect("the reader's thread");
        assert!(sleeps > 1, "the reader never slept");
        (taken, dropped)
    });
    assert_eq!(taken.0 + taken.1, SPANS);
}
