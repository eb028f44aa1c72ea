//! The ledger: where every span is, or why it is no more. It always adds up.

use serde::Serialize;

use crate::arena::WriterCounts;

/// Spans lost, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dropped {
    /// The ring was full: the JS thread made spans faster than they could be read.
    pub ring_full: u64,
    /// The span was larger than any record, even with its strings cut, or there was no room for large spans.
    pub unwritable: u64,
    /// The record could not be read.
    pub malformed: u64,
    /// The span alone was larger than a request may be.
    pub too_large: u64,
    /// The export queue was full; the oldest batch made room.
    pub queue_full: u64,
    /// The server took the request, but not these spans (partial success).
    pub rejected: u64,
    /// The server refused the request for good, or the exporter's settings cannot work.
    pub refused: u64,
    /// The server could not be reached, or had no time, until the retry window was over.
    pub undelivered: u64,
    /// The process or the pipeline ended before they could be sent.
    pub shutdown: u64,
}

impl Dropped {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.ring_full
            + self.unwritable
            + self.malformed
            + self.too_large
            + self.queue_full
            + self.rejected
            + self.refused
            + self.undelivered
            + self.shutdown
    }
}

/// Spans under way, by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Queued {
    /// In rings, or handed over by a call, and not read yet.
    pub ring: u64,
    /// In the open batch.
    pub batch: u64,
    /// In closed batches that wait.
    pub queue: u64,
    /// In requests under way, or waiting for their next attempt.
    pub in_flight: u64,
}

impl Queued {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.ring + self.batch + self.queue + self.in_flight
    }
}

/// The ledger at one moment: `started = open + exported + not_sampled + filtered + dropped + queued`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Spans started, sampled or not.
    pub started: u64,
    /// Started and recording, not ended yet.
    pub open: u64,
    /// Accepted by the exporter's destination.
    pub exported: u64,
    /// Not chosen by the head sampler.
    pub not_sampled: u64,
    /// Left out by the worker's rules.
    pub filtered: u64,
    /// Lost.
    pub dropped: Dropped,
    /// Under way.
    pub queued: Queued,
    /// Requests that were accepted.
    pub requests: u64,
    /// Bytes of those, before compression.
    pub exported_bytes: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
}

impl Stats {
    /// Whether every span is accounted for.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.started == self.open + self.exported + self.not_sampled + self.filtered + self.dropped.total() + self.queued.total()
    }

    /// The same after the worker's end: what was under way is lost.
    pub(super) fn ended(mut self) -> Self {
        self.dropped.shutdown += self.queued.total();
        self.queued = Queued::default();
        self
    }
}

/// What the worker knows at the end of one of its steps; always of one moment: what it has taken is what it kept, passed on and lost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WorkerCounts {
    /// Records taken from rings.
    pub taken: u64,
    /// Records taken of those handed over by a call.
    pub submitted_taken: u64,
    pub exported: u64,
    pub filtered: u64,
    pub dropped: Dropped,
    pub batch: u64,
    pub queue: u64,
    pub in_flight: u64,
    pub requests: u64,
    pub exported_bytes: u64,
    pub failed_attempts: u64,
}

impl WorkerCounts {
    /// Joins the worker's side with the writers'. The writers' must be read after the worker's and after the refusals: they only grow.
    ///
    /// The writers' counts lie in shared memory. Where something wrote over them, or where a processor shows a writer's later store before an
    /// earlier one, the side that saw more spans is believed, so that the ledger adds up all the same.
    pub fn stats(&self, writers: WriterCounts, submit_refused: u64) -> Stats {
        let mut dropped = self.dropped;
        dropped.ring_full += writers.dropped_ring_full;
        dropped.unwritable += writers.dropped_unwritable + submit_refused;
        dropped.shutdown += writers.dropped_shutdown;
        let read = submit_refused + self.taken + self.submitted_taken;
        let written = (writers.published + writers.submitted).max(read);
        let ended = written + writers.dropped_ring_full + writers.dropped_unwritable + writers.dropped_shutdown;
        let started = writers.started.max(writers.not_sampled + ended);
        Stats {
            started,
            open: started - writers.not_sampled - ended,
            exported: self.exported,
            not_sampled: writers.not_sampled,
            filtered: self.filtered,
            dropped,
            queued: Queued { ring: written - read, batch: self.batch, queue: self.queue, in_flight: self.in_flight },
            requests: self.requests,
            exported_bytes: self.exported_bytes,
            failed_attempts: self.failed_attempts,
        }
    }
}
