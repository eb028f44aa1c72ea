//! The pipeline as its owner sees it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::flush::{FlushKind, FlushRequest, Reply};
use super::inbox::Shared;
use super::ledger::Stats;
use super::notices::{Notice, NoticeSink};
use super::worker::Worker;
use crate::arena::{Arena, ThreadClock};
use crate::config::Settings;
use crate::export::MemoryStore;

/// The number of a ring; no two rings of a process ever have the same.
pub type RingId = u32;

static NEXT_RING: AtomicU32 = AtomicU32::new(0);

/// The pipeline of a process: one worker thread, any number of rings.
pub struct Pipeline {
    shared: Arc<Shared>,
    memory: Arc<OnceLock<MemoryStore>>,
}

impl Pipeline {
    /// Starts the worker. Nothing is connected, read or resolved on the caller's thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(settings: Settings, notices: NoticeSink) -> std::io::Result<Self> {
        let pipeline = Self { shared: Arc::default(), memory: Arc::default() };
        let (shared, memory) = (Arc::clone(&pipeline.shared), Arc::clone(&pipeline.memory));
        std::thread::Builder::new().name("obs-worker".into()).spawn(move || {
            let notices = Arc::new(Mutex::new(notices));
            let sink = Arc::clone(&notices);
            let tell: NoticeSink = Box::new(move |notice| sink.lock().unwrap_or_else(PoisonError::into_inner)(notice));
            let ran = catch_unwind(AssertUnwindSafe(|| Worker::run(settings, Arc::clone(&shared), tell, memory)));
            shared.end();
            if let Err(panic) = ran {
                let reason = reason_of(&*panic);
                let message = format!(
                    "the worker thread of observability-ts failed ({reason}); this service runs on untraced. Please report it with the version in use."
                );
                // Nothing is left to protect from a sink that panics.
                let tell = || notices.lock().unwrap_or_else(PoisonError::into_inner)(Notice { code: "OBS_WORKER_FAILED", message });
                let _ = catch_unwind(AssertUnwindSafe(tell));
            }
        })?;
        Ok(pipeline)
    }

    /// Gives a JS thread its arena. `now_millis` is what its `performance.now()` shows.
    ///
    /// # Errors
    /// When the system gives no memory.
    pub fn attach(&self, now_millis: f64) -> std::io::Result<(RingId, Arc<Arena>)> {
        let clock = ThreadClock::anchored_at(now_millis);
        let arena = Arc::new(Arena::new()?);
        let ring = NEXT_RING.fetch_add(1, Ordering::Relaxed);
        self.shared.attach(ring, Arc::clone(&arena), clock);
        Ok((ring, arena))
    }

    /// Says that a JS thread is gone: what waits in its ring is still read, while the worker runs, then its memory is freed.
    pub fn detach(&self, arena: &Arena) {
        self.shared.detach(arena);
    }

    /// Wakes the worker; a writer calls it when it has reached the position that the worker asked for.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// Hands over one record that does not fit a slot. False when too many wait, which is counted.
    #[must_use]
    pub fn submit(&self, ring: RingId, record: &[u8]) -> bool {
        self.shared.submit(ring, record)
    }

    /// Whether the worker runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.shared.has_ended()
    }

    /// Asks for a flush; `reply` is called once, with whether all that had ended was settled within `timeout`.
    pub fn flush(&self, kind: FlushKind, timeout: Duration, reply: Box<dyn FnOnce(bool) + Send>) {
        let until = Instant::now() + timeout.min(Duration::from_secs(3600));
        self.shared.request(FlushRequest { until, kind, reply: Reply::new(reply) });
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

/// What a panic said.
fn reason_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "no reason given",
    }
}
