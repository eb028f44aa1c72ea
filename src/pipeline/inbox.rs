//! What JS threads leave for the worker: new rings, records too large for one, requests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::ledger::{Stats, WorkerCounts};
use crate::arena::{Arena, ThreadClock, WriterCounts};

/// Bytes of large records that may wait; more are refused.
const MAX_SUBMITTED_BYTES: usize = 16 << 20;

/// A request to the worker.
pub(super) struct FlushRequest {
    pub until: Instant,
    pub kind: super::FlushKind,
    /// Called once, on the worker's thread, with whether everything was settled in time.
    pub reply: Box<dyn FnOnce(bool) + Send>,
}

#[derive(Default)]
pub(super) struct Inbox {
    pub rings: Vec<(u32, Arc<Arena>, ThreadClock)>,
    pub submitted: VecDeque<(u32, Box<[u8]>)>,
    pub submitted_bytes: usize,
    pub flushes: Vec<FlushRequest>,
}

/// What the worker and the JS threads share.
#[derive(Default)]
pub(super) struct Shared {
    inbox: Mutex<Inbox>,
    books: Mutex<Books>,
    submit_refused: AtomicU64,
    pub wake: Notify,
}

/// The counts of both sides, joined on request.
#[derive(Default)]
struct Books {
    worker: WorkerCounts,
    open: Vec<Arc<Arena>>,
    /// Counts of arenas whose threads are gone and whose rings are read.
    retired: WriterCounts,
}

impl Shared {
    pub fn inbox(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }

    pub fn attach(&self, ring: u32, arena: Arc<Arena>, clock: ThreadClock) {
        lock(&self.books).open.push(Arc::clone(&arena));
        self.inbox().rings.push((ring, arena, clock));
        self.wake.notify_one();
    }

    /// Takes a large record; false when too many wait.
    pub fn submit(&self, ring: u32, record: &[u8]) -> bool {
        let mut inbox = self.inbox();
        if inbox.submitted_bytes + record.len() > MAX_SUBMITTED_BYTES {
            self.submit_refused.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        inbox.submitted_bytes += record.len();
        inbox.submitted.push_back((ring, record.into()));
        drop(inbox);
        self.wake.notify_one();
        true
    }

    /// Publishes the worker's counts, all of one moment.
    pub fn publish(&self, counts: WorkerCounts) {
        lock(&self.books).worker = counts;
    }

    /// Forgets an arena whose thread is gone and whose ring is empty; its counts stay.
    pub fn retire(&self, arena: &Arc<Arena>) {
        let mut books = lock(&self.books);
        if let Some(at) = books.open.iter().position(|other| Arc::ptr_eq(other, arena)) {
            let counts = books.open.swap_remove(at).counts();
            books.retired += counts;
        }
    }

    pub fn stats(&self) -> Stats {
        let books = lock(&self.books);
        let mut writers = books.retired;
        for arena in &books.open {
            writers += arena.counts();
        }
        books.worker.stats(writers, self.submit_refused.load(Ordering::Relaxed))
    }
}

/// A panic while the lock was held left plain counts and lists behind, each complete in itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
