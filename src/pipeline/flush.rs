//! Flushes: what was asked for, and how far it has come.

use std::time::{Duration, Instant};

use crate::arena::Reader;

/// What a destination that is known to be down gets when the process ends.
const DOWN_LIMIT: Duration = Duration::from_millis(100);

/// How far a flush goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlushKind {
    /// Everything that has ended is sent; failures are retried as usual, within the flush's time.
    Ordinary,
    /// The process ends: deliveries wait no more between attempts, and a destination that is known to be down is given one short try.
    Exit,
    /// As [`FlushKind::Exit`]; then the worker ends, and what is left counts as lost by shutdown.
    Shutdown,
}

/// Tells whoever asked, once. Dropped without an answer, as by a worker that ends or fails, it says that the flush was not settled.
pub(super) struct Reply(Option<Box<dyn FnOnce(bool) + Send>>);

impl Reply {
    pub fn new(tell: Box<dyn FnOnce(bool) + Send>) -> Self {
        Self(Some(tell))
    }

    pub fn answer(mut self, settled: bool) {
        self.tell(settled);
    }

    fn tell(&mut self, settled: bool) {
        if let Some(tell) = self.0.take() {
            tell(settled);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.tell(false);
    }
}

/// A request to the worker.
pub(super) struct FlushRequest {
    pub until: Instant,
    pub kind: FlushKind,
    pub reply: Reply,
}

/// A flush that the worker has begun.
pub(super) struct PendingFlush {
    pub request: FlushRequest,
    began: Instant,
    stage: Stage,
}

enum Stage {
    /// Until these positions of the rings are read: what had been published when the flush began, so that writers cannot outrun it.
    Reading(Vec<(u32, u32)>),
    /// Until every batch below this number is settled.
    Sending { below: u64 },
}

impl PendingFlush {
    pub fn begin(request: FlushRequest, readers: &[(u32, Reader)], now: Instant) -> Self {
        let targets = readers.iter().map(|(ring, reader)| (*ring, reader.published())).collect();
        Self { request, began: now, stage: Stage::Reading(targets) }
    }

    /// Whether all that the flush asked for is read, and its batch is yet to be closed.
    pub fn may_close(&self, readers: &[(u32, Reader)]) -> bool {
        let Stage::Reading(targets) = &self.stage else { return false };
        // A ring that is no more was read to its end.
        let position_of = |ring: u32| readers.iter().find(|(other, _)| *other == ring).map(|(_, reader)| reader);
        targets.iter().all(|&(ring, position)| position_of(ring).is_none_or(|reader| reader.has_read(position)))
    }

    /// The batches below this number are what the flush waits for.
    pub fn closed_below(&mut self, number: u64) {
        self.stage = Stage::Sending { below: number };
    }

    /// Whether everything is settled, where `oldest` is the number of the oldest batch that is not.
    pub fn is_settled(&self, oldest: u64) -> bool {
        matches!(self.stage, Stage::Sending { below } if oldest >= below)
    }

    /// Whether all that it waits for is in closed batches.
    pub fn is_sending(&self) -> bool {
        matches!(self.stage, Stage::Sending { .. })
    }

    /// Whether it is the last of its process or worker.
    pub fn is_ending(&self) -> bool {
        self.request.kind != FlushKind::Ordinary
    }

    /// When the flush gives up. Looked at anew each time: a destination that turns out to be up again gets the whole time.
    pub fn deadline(&self, known_down: bool) -> Instant {
        if known_down && self.is_ending() { self.request.until.min(self.began + DOWN_LIMIT) } else { self.request.until }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn pending(kind: FlushKind, now: Instant) -> (PendingFlush, mpsc::Receiver<bool>) {
        let (sender, receiver) = mpsc::channel();
        let reply = Reply::new(Box::new(move |settled| _ = sender.send(settled)));
        (PendingFlush::begin(FlushRequest { until: now + Duration::from_secs(1), kind, reply }, &[], now), receiver)
    }

    #[test]
    fn a_destination_that_is_down_gets_one_short_try_at_exit_and_all_the_time_once_it_is_up() {
        let now = Instant::now();
        for (kind, known_down, millis) in
            [(FlushKind::Ordinary, true, 1_000), (FlushKind::Exit, true, 100), (FlushKind::Shutdown, true, 100), (FlushKind::Exit, false, 1_000)]
        {
            let (flush, _receiver) = pending(kind, now);
            assert_eq!(flush.deadline(known_down), now + Duration::from_millis(millis), "{kind:?}, down: {known_down}");
        }
    }

    #[test]
    fn a_flush_is_settled_when_its_batches_are() {
        let (mut flush, _receiver) = pending(FlushKind::Ordinary, Instant::now());
        assert!(flush.may_close(&[]) && !flush.is_settled(u64::MAX), "its batch is not closed yet");
        flush.closed_below(5);
        assert!(!flush.may_close(&[]) && !flush.is_settled(4) && flush.is_settled(5));
    }

    #[test]
    fn a_reply_is_given_once() {
        let now = Instant::now();
        let (flush, receiver) = pending(FlushKind::Ordinary, now);
        flush.request.reply.answer(true);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [true]);
        let (forgotten, receiver) = pending(FlushKind::Ordinary, now);
        drop(forgotten);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [false]);
    }
}
