//! Closed batches that wait for the exporter.

use std::collections::VecDeque;

use crate::config::QueueSettings;
use crate::export::Payload;

/// A batch with its place in the order of closing.
#[derive(Debug)]
pub(super) struct Waiting {
    pub number: u64,
    pub payload: Payload,
}

/// Bounded in bytes and spans, what is in flight included; drops the oldest that waits.
#[derive(Debug)]
pub(super) struct Queue {
    settings: QueueSettings,
    waiting: VecDeque<Waiting>,
    /// Tried in vain by a flush at exit: not sent again before [`Queue::restore`]. Counted as waiting.
    aside: Vec<Waiting>,
    waiting_bytes: usize,
    waiting_spans: u64,
    flying_bytes: usize,
    flying_spans: u64,
    flying: usize,
}

impl Queue {
    pub fn new(settings: QueueSettings) -> Self {
        Self {
            settings,
            waiting: VecDeque::new(),
            aside: Vec::new(),
            waiting_bytes: 0,
            waiting_spans: 0,
            flying_bytes: 0,
            flying_spans: 0,
            flying: 0,
        }
    }

    /// Appends a batch; `dropped` gets each that has to make room, which may be this one when all else is in flight.
    pub fn push(&mut self, batch: Waiting, mut dropped: impl FnMut(Waiting)) {
        self.waiting_bytes += batch.payload.body.len();
        self.waiting_spans += u64::from(batch.payload.spans);
        self.waiting.push_back(batch);
        while self.is_over() {
            match self.pop() {
                Some(oldest) => dropped(oldest),
                None => break,
            }
        }
    }

    /// The next batch to send, counted as in flight; `None` when none waits or enough are in flight.
    pub fn start(&mut self) -> Option<Waiting> {
        if self.flying >= self.settings.max_in_flight.max(1) {
            return None;
        }
        let batch = self.pop()?;
        self.flying += 1;
        self.flying_bytes += batch.payload.body.len();
        self.flying_spans += u64::from(batch.payload.spans);
        Some(batch)
    }

    /// A batch that was started has come to its end.
    pub fn finish(&mut self, bytes: usize, spans: u32) {
        self.flying = self.flying.saturating_sub(1);
        self.flying_bytes = self.flying_bytes.saturating_sub(bytes);
        self.flying_spans = self.flying_spans.saturating_sub(u64::from(spans));
    }

    /// A batch that was started and [finished](Self::finish) is not delivered, and not lost either.
    pub fn set_aside(&mut self, batch: Waiting) {
        self.waiting_bytes += batch.payload.body.len();
        self.waiting_spans += u64::from(batch.payload.spans);
        self.aside.push(batch);
    }

    /// What was set aside waits again, before the rest.
    pub fn restore(&mut self) {
        self.aside.sort_by_key(|batch| batch.number);
        for batch in self.aside.drain(..).rev() {
            self.waiting.push_front(batch);
        }
    }

    /// Batches set aside.
    pub fn len_aside(&self) -> usize {
        self.aside.len()
    }

    /// The oldest that waits, no longer counted.
    pub fn pop(&mut self) -> Option<Waiting> {
        let batch = self.waiting.pop_front()?;
        self.waiting_bytes -= batch.payload.body.len();
        self.waiting_spans -= u64::from(batch.payload.spans);
        Some(batch)
    }

    pub fn waiting_spans(&self) -> u64 {
        self.waiting_spans
    }

    pub fn flying_spans(&self) -> u64 {
        self.flying_spans
    }

    fn is_over(&self) -> bool {
        let spans = self.waiting_spans + self.flying_spans;
        self.waiting_bytes + self.flying_bytes > self.settings.max_bytes || spans > self.settings.max_spans as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(number: u64, bytes: usize) -> Waiting {
        Waiting { number, payload: Payload { body: vec![0; bytes].into(), spans: 10 } }
    }

    fn queue(max_bytes: usize, max_in_flight: usize) -> Queue {
        Queue::new(QueueSettings { max_bytes, max_spans: usize::MAX, max_in_flight })
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut queue = queue(100, 2);
        let mut lost = Vec::new();
        for number in 0..4 {
            queue.push(batch(number, 40), |dropped| lost.push(dropped.number));
        }
        assert_eq!(lost, [0, 1]);
        assert_eq!(queue.start().map(|batch| batch.number), Some(2));
    }

    #[test]
    fn what_flies_is_counted_and_never_dropped() {
        let mut queue = queue(100, 1);
        queue.push(batch(0, 90), |_| panic!("there is room"));
        assert!(queue.start().is_some());
        let mut lost = Vec::new();
        queue.push(batch(1, 40), |dropped| lost.push(dropped.number));
        assert_eq!(lost, [1]);
        assert_eq!((queue.waiting_spans(), queue.flying_spans()), (0, 10));
        queue.finish(90, 10);
        queue.push(batch(2, 40), |_| panic!("there is room again"));
        assert!(queue.start().is_some());
    }

    #[test]
    fn what_was_set_aside_waits_again_in_its_place() {
        let mut queue = queue(1_000, 4);
        for number in 0..3 {
            queue.push(batch(number, 1), |_| panic!("there is room"));
        }
        for _ in 0..2 {
            let batch = queue.start().expect("one waits");
            queue.finish(1, 10);
            queue.set_aside(batch);
        }
        assert_eq!((queue.len_aside(), queue.waiting_spans(), queue.flying_spans()), (2, 30, 0));
        queue.restore();
        let order: Vec<_> = std::iter::from_fn(|| queue.start()).map(|batch| batch.number).collect();
        assert_eq!(order, [0, 1, 2]);
    }

    #[test]
    fn flights_are_limited() {
        let mut queue = queue(1_000, 2);
        for number in 0..3 {
            queue.push(batch(number, 1), |_| panic!("there is room"));
        }
        assert!(queue.start().is_some() && queue.start().is_some());
        assert!(queue.start().is_none());
        queue.finish(1, 10);
        assert!(queue.start().is_some());
    }
}
