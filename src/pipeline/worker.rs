//! The worker: drains rings, closes batches, keeps deliveries going.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, LocalSet};

use super::FlushKind;
use super::flushes::{Flushes, Progress};
use super::inbox::{FlushRequest, Shared};
use super::ledger::WorkerCounts;
use super::notices::{NoticeSink, Notices};
use super::queue::{Queue, Waiting};
use crate::arena::Reader;
use crate::batch::{Batcher, EncodedBatch, Push};
use crate::config::Settings;
use crate::export::{Delivery, Exporter, MemoryStore, Payload, UndeliveredCause};
use crate::otlp::TraceEncoder;
use crate::span::FinishedSpan;

/// How much of a ring is read before deliveries get their turn.
const DRAIN_BYTES: u32 = 256 * 1024;
/// While spans keep coming, rings are looked at this often, or when a good part of one is full.
const NAP: Duration = Duration::from_millis(200);
/// After this long without a span the worker sleeps until the next one.
const IDLE_AFTER: Duration = Duration::from_secs(1);
/// What a destination that is known to be down gets at exit.
const DOWN_LIMIT: Duration = Duration::from_millis(100);

/// What came of one delivery.
struct Settled {
    number: u64,
    bytes: usize,
    spans: u32,
    delivery: Delivery,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    readers: Vec<(u32, Reader)>,
    batcher: Batcher<TraceEncoder>,
    queue: Queue,
    exporter: Option<Rc<Exporter>>,
    deliveries: JoinSet<Settled>,
    unsettled: BTreeSet<u64>,
    next_number: u64,
    flushes: Flushes,
    counts: WorkerCounts,
    notices: Notices,
    endpoint: String,
    last_span: Instant,
    stopping: bool,
}

impl Worker {
    /// Runs until a shutdown; blocks the calling thread.
    pub fn run(settings: Settings, shared: Arc<Shared>, sink: NoticeSink, memory: &OnceLock<MemoryStore>) {
        let notices = Notices::new(sink);
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                notices.once("OBS_WORKER_FAILED", format!("no event loop for the worker thread ({error}); this service runs on untraced."));
                return;
            }
        };
        let exporter = match Exporter::new(&settings.exporter) {
            Ok(exporter) => {
                if let Some(store) = exporter.memory_store() {
                    let _ = memory.set(store);
                }
                Some(Rc::new(exporter))
            }
            Err(error) => {
                notices.once(error.code(), format!("{error}; {}. Spans are dropped and counted until then.", error.advice()));
                None
            }
        };
        let worker = Self {
            shared,
            readers: Vec::new(),
            batcher: Batcher::new(TraceEncoder::new(&settings.resource), settings.batch),
            queue: Queue::new(settings.queue),
            exporter,
            deliveries: JoinSet::new(),
            unsettled: BTreeSet::new(),
            next_number: 0,
            flushes: Flushes::default(),
            counts: WorkerCounts::default(),
            notices,
            endpoint: settings.exporter.endpoint,
            last_span: Instant::now(),
            stopping: false,
        };
        LocalSet::new().block_on(&runtime, worker.work());
    }

    async fn work(mut self) {
        while !self.stopping {
            let now = Instant::now();
            self.take_inbox();
            let more = self.drain(now);
            self.close_if_due(now);
            self.start_deliveries();
            self.settle_flushes(Instant::now());
            self.publish();
            if more {
                // Deliveries get their turn before the next part of the rings.
                while let Some(settled) = self.deliveries.try_join_next() {
                    self.settle(settled);
                }
                tokio::task::yield_now().await;
            } else if self.may_sleep(now) {
                self.sleep(now).await;
            }
        }
    }

    fn take_inbox(&mut self) {
        let mut inbox = self.shared.inbox();
        let rings = std::mem::take(&mut inbox.rings);
        let submitted = std::mem::take(&mut inbox.submitted);
        inbox.submitted_bytes = 0;
        let flushes = std::mem::take(&mut inbox.flushes);
        drop(inbox);
        self.readers.extend(rings.into_iter().map(|(ring, arena, clock)| (ring, Reader::new(arena, clock))));
        let now = Instant::now();
        for (ring, record) in submitted {
            self.counts.submitted_taken += 1;
            self.last_span = now;
            let Some(at) = self.readers.iter().position(|(other, _)| *other == ring) else {
                self.counts.dropped.malformed += 1;
                continue;
            };
            let (mut readers, mut closed) = (std::mem::take(&mut self.readers), Vec::new());
            let read = readers[at].1.read_submitted(&record, |span| push(&mut self.batcher, &mut self.counts, &span, now, &mut closed));
            self.readers = readers;
            if read.is_err() {
                self.counts.dropped.malformed += 1;
            }
            self.enqueue_all(closed);
        }
        for request in flushes {
            self.begin_flush(request);
        }
    }

    /// Reads a part of each ring; true when there is more.
    fn drain(&mut self, now: Instant) -> bool {
        let mut more = false;
        let mut closed = Vec::new();
        let mut malformed = None;
        let (batcher, counts) = (&mut self.batcher, &mut self.counts);
        for (_, reader) in &mut self.readers {
            let before = reader.taken();
            let drained = reader.drain(DRAIN_BYTES, |span| push(batcher, counts, &span, now, &mut closed));
            counts.taken += reader.taken() - before;
            counts.dropped.malformed += drained.malformed;
            malformed = malformed.or(drained.reason);
            if drained.spans > 0 {
                self.last_span = now;
            }
            more |= !drained.emptied;
        }
        self.enqueue_all(closed);
        if let Some(reason) = malformed {
            let message =
                || format!("records in shared memory could not be read ({reason}); their spans are lost. Something wrote over the addon's memory.");
            self.notices.delivery("OBS_RECORD_MALFORMED", message, now);
        }
        let shared = &self.shared;
        self.readers.retain(|(_, reader)| {
            let gone = reader.arena().is_closed() && reader.is_empty();
            if gone {
                shared.retire(reader.arena());
            }
            !gone
        });
        more
    }

    fn close_if_due(&mut self, now: Instant) {
        if self.batcher.deadline().is_some_and(|deadline| deadline <= now) {
            self.close_batch();
        }
    }

    fn close_batch(&mut self) {
        let closed = self.batcher.take();
        self.enqueue_all(closed);
    }

    fn enqueue_all(&mut self, batches: impl IntoIterator<Item = EncodedBatch>) {
        for EncodedBatch { body, spans } in batches {
            let number = self.next_number;
            self.next_number += 1;
            self.unsettled.insert(number);
            let (unsettled, dropped) = (&mut self.unsettled, &mut self.counts.dropped);
            let mut lost = 0;
            self.queue.push(Waiting { number, payload: Payload { body, spans } }, |oldest| {
                unsettled.remove(&oldest.number);
                lost += u64::from(oldest.payload.spans);
            });
            if lost > 0 {
                dropped.queue_full += lost;
                let endpoint = &self.endpoint;
                let message = || {
                    format!(
                        "the export queue is full: the oldest spans are dropped. {endpoint} takes them too slowly or not at all; see queue.maxBytes."
                    )
                };
                self.notices.delivery("OBS_QUEUE_FULL", message, Instant::now());
            }
        }
    }

    fn start_deliveries(&mut self) {
        let Some(exporter) = &self.exporter else {
            while let Some(batch) = self.queue.pop() {
                self.unsettled.remove(&batch.number);
                self.counts.dropped.refused += u64::from(batch.payload.spans);
            }
            return;
        };
        while let Some(Waiting { number, payload }) = self.queue.start() {
            let exporter = Rc::clone(exporter);
            self.deliveries.spawn_local(async move {
                let (bytes, spans) = (payload.body.len(), payload.spans);
                Settled { number, bytes, spans, delivery: exporter.export(&payload).await }
            });
        }
    }

    fn settle(&mut self, joined: Result<Settled, tokio::task::JoinError>) {
        let Settled { number, bytes, spans, delivery } = match joined {
            Ok(settled) => settled,
            // Aborted at the stop, which has counted it.
            Err(error) if error.is_cancelled() => return,
            // A delivery that panicked takes the worker with it: its batch could not be counted.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        self.unsettled.remove(&number);
        self.queue.finish(bytes, spans);
        let spans = u64::from(spans);
        let now = Instant::now();
        let endpoint = &self.endpoint;
        match delivery {
            Delivery::Accepted { rejected_spans, message } => {
                let rejected = rejected_spans.min(spans);
                self.counts.exported += spans - rejected;
                self.counts.dropped.rejected += rejected;
                self.counts.requests += 1;
                self.counts.exported_bytes += bytes as u64;
                if rejected > 0 || !message.is_empty() {
                    let text = || format!("{endpoint} rejected {rejected} of {spans} spans of a request: {message}");
                    self.notices.delivery("OBS_PARTIAL_SUCCESS", text, now);
                }
            }
            Delivery::Refused { reason } => {
                self.counts.dropped.refused += spans;
                self.notices.delivery("OBS_EXPORT_REFUSED", || format!("{endpoint} refused {spans} spans for good: {reason}"), now);
            }
            Delivery::Undelivered { cause: UndeliveredCause::WindowElapsed, reason, .. } => {
                self.counts.dropped.undelivered += spans;
                self.notices.delivery("OBS_EXPORT_GAVE_UP", || format!("{spans} spans could not be delivered to {endpoint} in time: {reason}"), now);
            }
            // Only a flush at exit ends a delivery's waiting, and the process may live on: process 1 of a container survives its own SIGTERM.
            Delivery::Undelivered { cause: UndeliveredCause::Stopped, payload, .. } => {
                self.unsettled.insert(number);
                self.queue.set_aside(Waiting { number, payload });
            }
        }
    }

    fn begin_flush(&mut self, mut request: FlushRequest) {
        let now = Instant::now();
        // All that was published when the request came is read, however much it is; a writer that outruns this is stopped by the time limit.
        while self.drain(now) && Instant::now() < request.until {}
        self.close_batch();
        if request.kind != FlushKind::Ordinary
            && let Some(exporter) = &self.exporter
        {
            exporter.drain();
            if exporter.health().known_down {
                request.until = request.until.min(now + DOWN_LIMIT);
            }
        }
        self.flushes.add(request, self.next_number);
    }

    fn settle_flushes(&mut self, now: Instant) {
        if self.flushes.is_empty() {
            return;
        }
        let aside = self.queue.len_aside();
        let known_down = self.exporter.as_ref().is_some_and(|exporter| exporter.health().known_down);
        let progress = Progress {
            now,
            oldest_unsettled: self.unsettled.first().copied(),
            // Once a delivery at exit has found the destination down, the rest is spared the same; else each gets its one attempt.
            exhausted: aside > 0 && (known_down || aside == self.unsettled.len()),
        };
        let mut over = self.flushes.take_over(&progress);
        if over.iter().any(|flush| flush.kind == FlushKind::Shutdown) {
            self.stop();
            over.extend(self.flushes.take_all(&progress));
        } else if !over.is_empty() && !self.flushes.is_ending() {
            self.queue.restore();
            if let Some(exporter) = &self.exporter {
                exporter.resume();
            }
        }
        self.publish();
        for flush in over {
            (flush.reply)(flush.settled);
        }
    }

    /// Ends the worker; what is left is lost, and counted so.
    fn stop(&mut self) {
        self.stopping = true;
        if let Some(exporter) = &self.exporter {
            exporter.cancel();
        }
        self.deliveries.abort_all();
        // What other threads have ended meanwhile.
        _ = self.drain(Instant::now());
        self.queue.restore();
        while let Some(batch) = self.queue.pop() {
            self.counts.dropped.shutdown += u64::from(batch.payload.spans);
        }
        self.counts.dropped.shutdown += self.queue.flying_spans() + self.batcher.len_spans() as u64;
        self.queue = Queue::new(crate::config::QueueSettings { max_bytes: 0, max_spans: 0, max_in_flight: 0 });
        let _ = self.batcher.take();
        self.unsettled.clear();
    }

    fn publish(&mut self) {
        self.counts.batch = self.batcher.len_spans() as u64;
        self.counts.queue = self.queue.waiting_spans();
        self.counts.in_flight = self.queue.flying_spans();
        self.counts.failed_attempts = self.exporter.as_ref().map_or(0, |exporter| exporter.health().failed_attempts);
        self.shared.publish(self.counts);
        self.tell_if_failing();
    }

    fn tell_if_failing(&mut self) {
        let Some(exporter) = &self.exporter else { return };
        let health = exporter.health();
        if health.consecutive_failures == 0 {
            return;
        }
        let waiting = self.counts.queue + self.counts.in_flight + self.counts.batch;
        let endpoint = &self.endpoint;
        let text = || {
            let reason = health.last_error.unwrap_or_default();
            format!(
                "spans cannot be delivered to {endpoint} ({reason}); {waiting} wait and are tried again. Check the endpoint and that the collector runs."
            )
        };
        self.notices.delivery("OBS_EXPORT_FAILING", text, Instant::now());
    }

    /// Tells every writer when to wake us; false when there is something to read already.
    fn may_sleep(&self, now: Instant) -> bool {
        let idle = self.is_idle(now);
        self.readers.iter().fold(true, |may, (_, reader)| if idle { reader.sleep() } else { reader.nap() } && may)
    }

    fn is_idle(&self, now: Instant) -> bool {
        now.duration_since(self.last_span) >= IDLE_AFTER
    }

    async fn sleep(&mut self, now: Instant) {
        let nap = (!self.is_idle(now) && !self.readers.is_empty()).then(|| now + NAP);
        let until = [nap, self.flushes.until(), self.batcher.deadline()].into_iter().flatten().min();
        let shared = Arc::clone(&self.shared);
        let timer = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.wake.notified() => {}
            Some(settled) = self.deliveries.join_next() => self.settle(settled),
            () = timer => {}
        }
    }
}

/// One span into the open batch.
fn push(batcher: &mut Batcher<TraceEncoder>, counts: &mut WorkerCounts, span: &FinishedSpan<'_>, now: Instant, closed: &mut Vec<EncodedBatch>) {
    match batcher.push(span, now) {
        Push::Kept => {}
        Push::Closed(batch) => closed.push(batch),
        Push::TooLarge { .. } => counts.dropped.too_large += 1,
    }
}
