//! The pipeline as its owner sees it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::inbox::{FlushRequest, Shared};
use super::ledger::Stats;
use super::notices::{Notice, NoticeSink};
use super::worker::Worker;
use crate::arena::{Arena, ThreadClock};
use crate::config::Settings;
use crate::export::MemoryStore;

/// The number of a ring; no two rings of a process ever have the same.
pub type RingId = u32;

static NEXT_RING: AtomicU32 = AtomicU32::new(0);

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

/// The pipeline of a process: one worker thread, any number of rings.
pub struct Pipeline {
    shared: Arc<Shared>,
    alive: Arc<AtomicBool>,
    memory: Arc<std::sync::OnceLock<MemoryStore>>,
}

impl Pipeline {
    /// Starts the worker. Nothing is connected, read or resolved on the caller's thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(settings: Settings, notices: NoticeSink) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let alive = Arc::new(AtomicBool::new(true));
        let memory = Arc::new(std::sync::OnceLock::new());
        let pipeline = Self { shared: Arc::clone(&shared), alive: Arc::clone(&alive), memory: Arc::clone(&memory) };
        std::thread::Builder::new().name("obs-worker".into()).spawn(move || {
            let notices = Arc::new(std::sync::Mutex::new(notices));
            let sink = Arc::clone(&notices);
            let tell = move |notice: Notice| {
                if let Ok(sink) = sink.lock() {
                    sink(notice);
                }
            };
            let ran = catch_unwind(AssertUnwindSafe(|| Worker::run(settings, shared.clone(), Box::new(tell), &memory)));
            alive.store(false, Ordering::Release);
            if ran.is_err()
                && let Ok(sink) = notices.lock()
            {
                let message =
                    "the worker thread of observability-ts failed; this service runs on untraced. Please report it with the version in use.";
                sink(Notice { code: "OBS_WORKER_FAILED", message: message.into() });
            }
            // Whoever still waits must not wait for a worker that is gone.
            for flush in std::mem::take(&mut shared.inbox().flushes) {
                (flush.reply)(false);
            }
        })?;
        Ok(pipeline)
    }

    /// Gives a JS thread its arena. `now_millis` is what its `performance.now()` shows.
    #[must_use]
    pub fn attach(&self, now_millis: f64) -> (RingId, Arc<Arena>) {
        let clock = ThreadClock::anchored_at(now_millis);
        let arena = Arc::new(Arena::new());
        let ring = NEXT_RING.fetch_add(1, Ordering::Relaxed);
        self.shared.attach(ring, Arc::clone(&arena), clock);
        (ring, arena)
    }

    /// Wakes the worker; a writer calls it when it has reached the position that the worker asked for.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// Hands over one record that does not fit a slot. False when too many wait; it is counted then.
    #[must_use]
    pub fn submit(&self, ring: RingId, record: &[u8]) -> bool {
        self.shared.submit(ring, record)
    }

    /// Whether the worker runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire)
    }

    /// Asks for a flush; `reply` is called once, with whether all that had ended was settled within `timeout`.
    pub fn flush(&self, kind: FlushKind, timeout: Duration, reply: Box<dyn FnOnce(bool) + Send>) {
        if !self.is_alive() {
            reply(true);
            return;
        }
        let until = Instant::now() + timeout.min(Duration::from_secs(3600));
        self.shared.inbox().flushes.push(FlushRequest { until, kind, reply });
        self.shared.wake.notify_one();
        if !self.is_alive() {
            // The worker ended meanwhile and may have missed it.
            for flush in std::mem::take(&mut self.shared.inbox().flushes) {
                (flush.reply)(false);
            }
        }
    }

    /// The same, blocking the calling thread for at most `timeout` and a little.
    #[must_use]
    pub fn flush_blocking(&self, kind: FlushKind, timeout: Duration) -> bool {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.flush(kind, timeout, Box::new(move |settled| _ = sender.try_send(settled)));
        receiver.recv_timeout(timeout + Duration::from_millis(50)).unwrap_or(false)
    }

    /// The ledger now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Where the memory exporter keeps its batches, when that is the exporter.
    #[must_use]
    pub fn memory_store(&self) -> Option<MemoryStore> {
        self.memory.get().cloned()
    }
}
