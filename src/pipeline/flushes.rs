//! Flushes that were asked for and are not answered yet.

use std::time::Instant;

use super::FlushKind;
use super::inbox::FlushRequest;

struct Pending {
    request: FlushRequest,
    /// Settled when every batch below this number is.
    below: u64,
}

/// How far the worker is.
pub(super) struct Progress {
    pub now: Instant,
    /// The number of the oldest batch that is neither delivered nor lost.
    pub oldest_unsettled: Option<u64>,
    /// Whether a flush that ends the process or the worker has nothing more to hope for.
    pub exhausted: bool,
}

/// A flush that has come to its end.
pub(super) struct Over {
    pub kind: FlushKind,
    pub settled: bool,
    pub reply: Box<dyn FnOnce(bool) + Send>,
}

#[derive(Default)]
pub(super) struct Flushes {
    pending: Vec<Pending>,
}

impl Flushes {
    /// Adds a flush of all batches below a number.
    pub fn add(&mut self, request: FlushRequest, below: u64) {
        self.pending.push(Pending { request, below });
    }

    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether one of them is the last of its process or worker.
    pub fn is_ending(&self) -> bool {
        self.pending.iter().any(|flush| flush.request.kind != FlushKind::Ordinary)
    }

    /// When the first runs out of time.
    pub fn until(&self) -> Option<Instant> {
        self.pending.iter().map(|flush| flush.request.until).min()
    }

    /// Takes those that are settled, out of time or without hope.
    pub fn take_over(&mut self, progress: &Progress) -> Vec<Over> {
        let is_over = |flush: &Pending| {
            let ending = flush.request.kind != FlushKind::Ordinary;
            flush.is_settled(progress) || flush.request.until <= progress.now || (ending && progress.exhausted)
        };
        self.pending.extract_if(.., |flush| is_over(flush)).map(|flush| flush.over(progress)).collect()
    }

    /// Takes them all: nobody may wait for a worker that ends.
    pub fn take_all(&mut self, progress: &Progress) -> Vec<Over> {
        self.pending.drain(..).map(|flush| flush.over(progress)).collect()
    }
}

impl Pending {
    fn is_settled(&self, progress: &Progress) -> bool {
        progress.oldest_unsettled.is_none_or(|oldest| oldest >= self.below)
    }

    fn over(self, progress: &Progress) -> Over {
        let settled = self.is_settled(progress);
        Over { kind: self.request.kind, settled, reply: self.request.reply }
    }
}
