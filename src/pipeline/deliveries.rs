//! Closed batches on their way out: the queue, what is in flight, what came of it.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Instant;

use tokio::task::{JoinError, JoinSet};

use super::ledger::WorkerCounts;
use super::notices::Notices;
use super::queue::{Queue, Waiting};
use crate::batch::EncodedBatch;
use crate::config::QueueSettings;
use crate::export::{Delivery, ExportError, Exporter, Payload, UndeliveredCause};

/// A task that has come to its end.
pub(super) enum Done {
    /// The exporter is there, or cannot be.
    Opened(Result<Exporter, ExportError>),
    Settled(Settled),
}

/// What came of one delivery.
pub(super) struct Settled {
    number: u64,
    bytes: usize,
    spans: u32,
    delivery: Delivery,
}

/// The way out.
enum Outlet {
    /// Not there yet: batches wait.
    Opening,
    Open(Rc<Exporter>),
    /// Its settings cannot work: batches are refused.
    Unusable,
}

impl Outlet {
    fn exporter(&self) -> Option<&Rc<Exporter>> {
        if let Self::Open(exporter) = self { Some(exporter) } else { None }
    }
}

/// Everything between a closed batch and its end.
pub(super) struct Deliveries {
    outlet: Outlet,
    /// As messages show it.
    endpoint: String,
    queue: Queue,
    under_way: JoinSet<Done>,
    unsettled: BTreeSet<u64>,
    next_number: u64,
    /// Failed attempts that the user was told about, or would have been but for the bounded rate.
    told_failures: u64,
    /// Whether deliveries are to wait no more, which an exporter that comes later has to be told.
    hurried: bool,
}

impl Deliveries {
    /// Has the exporter made on a thread for what may block: to open the file that is its destination, or to read certificates, can take for ever, as a pipe
    /// that nobody reads or a network's disk does, and flushes are to be answered in their time all the same. Needs the runtime.
    pub fn new(open: impl FnOnce() -> Result<Exporter, ExportError> + Send + 'static, endpoint: String, queue: QueueSettings) -> Self {
        let mut under_way = JoinSet::new();
        under_way.spawn_blocking(move || Done::Opened(open()));
        Self {
            outlet: Outlet::Opening,
            endpoint,
            queue: Queue::new(queue),
            under_way,
            unsettled: BTreeSet::new(),
            next_number: 0,
            told_failures: 0,
            hurried: false,
        }
    }

    /// The number that the next batch will have.
    pub fn next_number(&self) -> u64 {
        self.next_number
    }

    /// The oldest batch that has not come to its end; `u64::MAX` when all have.
    pub fn oldest_unsettled(&self) -> u64 {
        self.unsettled.first().copied().unwrap_or(u64::MAX)
    }

    /// Whether anything is in flight.
    pub fn is_under_way(&self) -> bool {
        self.queue.flying_spans() > 0
    }

    pub fn known_down(&self) -> bool {
        self.outlet.exporter().is_some_and(|exporter| exporter.health().known_down)
    }

    /// Takes a batch; the oldest that waits may have to make room.
    pub fn enqueue(&mut self, EncodedBatch { body, spans }: EncodedBatch, counts: &mut WorkerCounts, notices: &mut Notices) {
        let number = self.next_number;
        self.next_number += 1;
        self.unsettled.insert(number);
        let unsettled = &mut self.unsettled;
        let mut lost = 0;
        self.queue.push(Waiting { number, payload: Payload { body, spans } }, |oldest| {
            unsettled.remove(&oldest.number);
            lost += u64::from(oldest.payload.spans);
        });
        if lost > 0 {
            counts.dropped.queue_full += lost;
            let endpoint = &self.endpoint;
            let message = || {
                format!("the export queue is full: the oldest spans are dropped. {endpoint} takes them too slowly or not at all; see queue.maxBytes.")
            };
            notices.delivery("OBS_QUEUE_FULL", message, Instant::now());
        }
    }

    /// Sends as many of the waiting batches as may be in flight.
    pub fn start(&mut self, counts: &mut WorkerCounts) {
        match &self.outlet {
            Outlet::Opening => {}
            Outlet::Open(exporter) => {
                while let Some(Waiting { number, payload }) = self.queue.start() {
                    let exporter = Rc::clone(exporter);
                    self.under_way.spawn_local(async move {
                        let (bytes, spans) = (payload.body.len(), payload.spans);
                        Done::Settled(Settled { number, bytes, spans, delivery: exporter.export(&payload).await })
                    });
                }
            }
            Outlet::Unusable => {
                while let Some(batch) = self.queue.pop() {
                    self.unsettled.remove(&batch.number);
                    counts.dropped.refused += u64::from(batch.payload.spans);
                }
            }
        }
    }

    /// The next task that comes to its end; `None` when none is under way.
    pub async fn next(&mut self) -> Option<Result<Done, JoinError>> {
        self.under_way.join_next().await
    }

    /// Takes note of all that have come to their end by now.
    pub fn finish_ready(&mut self, counts: &mut WorkerCounts, notices: &mut Notices) {
        while let Some(joined) = self.under_way.try_join_next() {
            self.finish(joined, counts, notices);
        }
    }

    /// Takes note of a task's end.
    pub fn finish(&mut self, joined: Result<Done, JoinError>, counts: &mut WorkerCounts, notices: &mut Notices) {
        match joined {
            Ok(Done::Opened(opened)) => self.opened(opened, notices),
            Ok(Done::Settled(settled)) => self.settle(settled, counts, notices),
            Err(error) if error.is_cancelled() => {}
            // A delivery that panicked takes the worker with it: its batch could not be counted.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn opened(&mut self, opened: Result<Exporter, ExportError>, notices: &Notices) {
        self.outlet = match opened {
            Ok(exporter) => {
                if self.hurried {
                    exporter.drain();
                }
                Outlet::Open(Rc::new(exporter))
            }
            Err(error) => {
                notices.once(error.code(), format!("{error}. Spans are dropped and counted until then."));
                Outlet::Unusable
            }
        };
    }

    fn settle(&mut self, settled: Settled, counts: &mut WorkerCounts, notices: &mut Notices) {
        let Settled { number, bytes, spans, delivery } = settled;
        self.queue.finish(bytes, spans);
        if let Delivery::Undelivered { cause: UndeliveredCause::Stopped, payload, .. } = delivery {
            // Only a flush at exit ends a delivery's waiting, and the process may live on: process 1 of a container survives its own SIGTERM.
            self.queue.set_aside(Waiting { number, payload });
            return;
        }
        self.unsettled.remove(&number);
        let spans = u64::from(spans);
        let now = Instant::now();
        let endpoint = &self.endpoint;
        match delivery {
            Delivery::Accepted { rejected_spans, message } => {
                let rejected = rejected_spans.min(spans);
                counts.exported += spans - rejected;
                counts.dropped.rejected += rejected;
                counts.requests += 1;
                counts.exported_bytes += bytes as u64;
                if rejected > 0 || !message.is_empty() {
                    let text = || format!("{endpoint} rejected {rejected} of {spans} spans of a request: {message}");
                    notices.delivery("OBS_PARTIAL_SUCCESS", text, now);
                }
            }
            Delivery::Refused { reason } => {
                counts.dropped.refused += spans;
                notices.delivery("OBS_EXPORT_REFUSED", || format!("{endpoint} refused {spans} spans for good: {reason}"), now);
            }
            Delivery::Undelivered { reason, .. } => {
                counts.dropped.undelivered += spans;
                notices.delivery("OBS_EXPORT_GAVE_UP", || format!("{spans} spans could not be delivered to {endpoint} in time: {reason}"), now);
            }
        }
    }

    /// The process ends: deliveries wait no more between attempts.
    pub fn hurry(&mut self) {
        self.hurried = true;
        if let Some(exporter) = self.outlet.exporter() {
            exporter.drain();
        }
    }

    /// The process lives on: what was tried in vain waits again, and deliveries wait between attempts as before.
    pub fn resume(&mut self) {
        self.hurried = false;
        self.queue.restore();
        if let Some(exporter) = self.outlet.exporter() {
            exporter.resume();
        }
    }

    /// Whether a flush that ends the process has nothing more to hope for: once one delivery has found the destination down the rest is spared the
    /// same, else each gets its one attempt.
    pub fn is_exhausted(&self, known_down: bool) -> bool {
        let aside = self.queue.len_aside();
        aside > 0 && (known_down || aside == self.unsettled.len())
    }

    /// Ends what is in flight. It stays counted as under way; the ledger says what became of it.
    pub fn stop(&mut self) {
        if let Some(exporter) = self.outlet.exporter() {
            exporter.cancel();
        }
        self.under_way.abort_all();
    }

    /// Fills in what waits and what is in flight, and tells of attempts that failed since the last time.
    pub fn report(&mut self, counts: &mut WorkerCounts, notices: &mut Notices) {
        counts.queue = self.queue.waiting_spans();
        counts.in_flight = self.queue.flying_spans();
        let Some(exporter) = self.outlet.exporter() else { return };
        let health = exporter.health();
        counts.failed_attempts = health.failed_attempts;
        if health.failed_attempts == self.told_failures || health.consecutive_failures == 0 {
            return;
        }
        self.told_failures = health.failed_attempts;
        let waiting = counts.queue + counts.in_flight + counts.batch;
        let endpoint = &self.endpoint;
        let text = || {
            let reason = health.last_error.unwrap_or_default();
            format!(
                "spans cannot be delivered to {endpoint} ({reason}); {waiting} wait and are tried again. Check the endpoint and that the collector runs."
            )
        };
        notices.delivery("OBS_EXPORT_FAILING", text, Instant::now());
    }
}
