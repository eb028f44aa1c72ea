//! The worker: drains rings, closes batches, keeps deliveries going.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use super::FlushKind;
use super::deliveries::Deliveries;
use super::flush::PendingFlush;
use super::inbox::Shared;
use super::ledger::WorkerCounts;
use super::notices::{NoticeSink, Notices};
use crate::arena::{Malformed, Reader};
use crate::batch::{Batcher, EncodedBatch, Push};
use crate::config::Settings;
use crate::export::{Exporter, MemoryStore};
use crate::otlp::TraceEncoder;
use crate::span::FinishedSpan;
use crate::thread;

/// How much of a ring is read before deliveries get their turn.
const DRAIN_BYTES: u32 = 256 * 1024;
/// While spans keep coming, rings are looked at this often, or when a good part of one is full.
const NAP: Duration = Duration::from_millis(200);
/// While something is in flight, the worker looks at least this often whether attempts fail, to tell of it.
const LOOK: Duration = Duration::from_secs(1);
/// After this long without a span the worker sleeps until the next one.
const IDLE_AFTER: Duration = Duration::from_secs(1);
/// One more look this long after the last span: a writer looks only every `LOOK_MILLIS` (src-ts/arena/recorder.ts) whether the worker sleeps, and a thread that
/// was held up between the end of a span and its publication would otherwise leave that span until its next one.
const LAST_LOOK: Duration = Duration::from_secs(3);

pub(super) struct Worker {
    shared: Arc<Shared>,
    readers: Vec<(u32, Reader)>,
    batcher: Batcher<TraceEncoder>,
    deliveries: Deliveries,
    flushes: Vec<PendingFlush>,
    counts: WorkerCounts,
    notices: Notices,
    last_span: Instant,
}

impl Worker {
    /// Runs until a shutdown; blocks the calling thread.
    pub fn run(settings: Settings, shared: Arc<Shared>, sink: NoticeSink, memory: Arc<OnceLock<MemoryStore>>) {
        thread::never_preempt();
        let notices = Notices::new(sink);
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                notices.once("OBS_WORKER_FAILED", format!("no event loop for the worker thread ({error}); this service runs on untraced."));
                return;
            }
        };
        let life = async { Self::new(settings, shared, notices, memory).work().await };
        let ran = catch_unwind(AssertUnwindSafe(|| LocalSet::new().block_on(&runtime, life)));
        // It waits for nobody: a call of the system's that blocks one of its threads may last for as long as the process.
        runtime.shutdown_background();
        ran.unwrap_or_else(|panic| resume_unwind(panic));
    }

    fn new(settings: Settings, shared: Arc<Shared>, notices: Notices, memory: Arc<OnceLock<MemoryStore>>) -> Self {
        let Settings { exporter, resource, batch, queue, .. } = settings;
        let endpoint = exporter.shown_endpoint();
        let open = move || {
            let exporter = Exporter::new(&exporter)?;
            if let Some(store) = exporter.memory_store() {
                let _ = memory.set(store);
            }
            Ok(exporter)
        };
        Self {
            shared,
            readers: Vec::new(),
            batcher: Batcher::new(TraceEncoder::new(&resource), batch),
            deliveries: Deliveries::new(open, endpoint, queue),
            flushes: Vec::new(),
            counts: WorkerCounts::default(),
            notices,
            last_span: Instant::now(),
        }
    }

    async fn work(mut self) {
        loop {
            let now = Instant::now();
            self.take_inbox(now);
            let more = self.drain(now);
            self.retire_gone();
            self.close_if_due(now);
            self.deliveries.start(&mut self.counts);
            self.publish();
            if self.settle_flushes(Instant::now()) {
                return;
            }
            if more || !self.may_sleep(now) {
                // Deliveries get their turn before the next part of the rings.
                tokio::task::yield_now().await;
                self.deliveries.finish_ready(&mut self.counts, &mut self.notices);
            } else {
                self.sleep(now).await;
            }
        }
    }

    fn take_inbox(&mut self, now: Instant) {
        let (rings, submitted, flushes) = self.shared.take_inbox();
        self.readers.extend(rings.into_iter().map(|(ring, arena, clock)| (ring, Reader::new(arena, clock))));
        let mut closed = Vec::new();
        let mut malformed = None;
        for (ring, record) in submitted {
            // A ring of a pipeline that was shut down is in no ledger of ours.
            let Some((_, reader)) = self.readers.iter_mut().find(|(other, _)| *other == ring) else { continue };
            self.counts.submitted_taken += 1;
            self.last_span = now;
            let (batcher, counts) = (&mut self.batcher, &mut self.counts);
            if let Err(reason) = reader.read_submitted(&record, |span| push(batcher, counts, span, now, &mut closed)) {
                counts.dropped.malformed += 1;
                malformed = Some(reason);
            }
        }
        self.enqueue_all(closed);
        self.tell_malformed(malformed, now);
        for request in flushes {
            let flush = PendingFlush::begin(request, &self.readers, now);
            if flush.is_ending() {
                self.deliveries.hurry();
            }
            self.flushes.push(flush);
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
            let drained = reader.drain(DRAIN_BYTES, |span| push(batcher, counts, span, now, &mut closed));
            counts.taken += reader.taken() - before;
            counts.dropped.malformed += drained.malformed;
            malformed = malformed.or(drained.reason);
            if drained.spans > 0 {
                self.last_span = now;
            }
            more |= !drained.emptied;
        }
        self.enqueue_all(closed);
        self.tell_malformed(malformed, now);
        more
    }

    fn tell_malformed(&mut self, reason: Option<Malformed>, now: Instant) {
        if let Some(reason) = reason {
            let message =
                || format!("records in shared memory could not be read ({reason}); their spans are lost. Something wrote over the addon's memory.");
            self.notices.delivery("OBS_RECORD_MALFORMED", message, now);
        }
    }

    /// Lets go of rings whose threads are gone, once all that they left is read.
    fn retire_gone(&mut self) {
        let shared = &self.shared;
        self.readers.retain(|(ring, reader)| !(reader.arena().is_closed() && reader.is_empty() && shared.retire(*ring, reader)));
    }

    fn close_if_due(&mut self, now: Instant) {
        let asked = self.flushes.iter().any(|flush| flush.may_close(&self.readers));
        if asked || self.batcher.deadline().is_some_and(|deadline| deadline <= now) {
            let closed = self.batcher.take();
            self.enqueue_all(closed);
        }
        for flush in self.flushes.iter_mut().filter(|flush| flush.may_close(&self.readers)) {
            flush.closed_below(self.deliveries.next_number());
        }
    }

    fn enqueue_all(&mut self, batches: impl IntoIterator<Item = EncodedBatch>) {
        for batch in batches {
            self.deliveries.enqueue(batch, &mut self.counts, &mut self.notices);
        }
    }

    /// Answers the flushes that are over; true when one of them was to end the worker.
    fn settle_flushes(&mut self, now: Instant) -> bool {
        if self.flushes.is_empty() {
            return false;
        }
        let oldest = self.deliveries.oldest_unsettled();
        let known_down = self.deliveries.known_down();
        let exhausted = self.deliveries.is_exhausted(known_down);
        // What is not read yet, or lies in the open batch, is no delivery's and may still be taken: reading goes on until the flush's deadline.
        let in_vain = |flush: &PendingFlush| exhausted && flush.is_ending() && flush.is_sending();
        let over = |flush: &mut PendingFlush| flush.is_settled(oldest) || flush.deadline(known_down) <= now || in_vain(flush);
        let done: Vec<_> = self.flushes.extract_if(.., over).map(|flush| (flush.is_settled(oldest), flush.request)).collect();
        let ends = done.iter().any(|(_, request)| request.kind == FlushKind::Shutdown);
        if ends {
            self.deliveries.stop();
            // Before anyone is told: who hears of the end may start anew at once.
            self.shared.end();
        } else if !done.is_empty() && !self.flushes.iter().any(PendingFlush::is_ending) {
            self.deliveries.resume();
            self.deliveries.start(&mut self.counts);
        }
        for (settled, request) in done {
            request.reply.answer(settled);
        }
        ends
    }

    fn publish(&mut self) {
        self.counts.batch = self.batcher.len_spans() as u64;
        self.deliveries.report(&mut self.counts, &mut self.notices);
        self.shared.publish(self.counts);
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
        let idle = self.is_idle(now);
        if idle {
            self.batcher.rest();
        }
        let last_look = self.last_span + LAST_LOOK;
        let nap = if idle { Some(last_look).filter(|at| *at > now) } else { Some(now + NAP) };
        let nap = nap.filter(|_| !self.readers.is_empty());
        let known_down = self.deliveries.known_down();
        let flush = self.flushes.iter().map(|flush| flush.deadline(known_down)).min();
        let look = self.deliveries.is_under_way().then(|| now + LOOK);
        let until = [nap, flush, look, self.batcher.deadline()].into_iter().flatten().min();
        let shared = Arc::clone(&self.shared);
        let timer = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.wake.notified() => {}
            Some(joined) = self.deliveries.next() => self.deliveries.finish(joined, &mut self.counts, &mut self.notices),
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
