//! What JS threads leave for the worker: new rings, records too large for one, requests.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::flush::FlushRequest;
use super::ledger::{Stats, WorkerCounts};
use crate::arena::{Arena, Reader, ThreadClock, WriterCounts};

/// Bytes of large records that may wait; more are refused.
const MAX_SUBMITTED_BYTES: usize = 16 << 20;

/// A ring that the worker is to read.
pub(super) type NewRing = (u32, Arc<Arena>, ThreadClock);
/// A record and the ring that it belongs to.
pub(super) type Submitted = (u32, Box<[u8]>);

#[derive(Default)]
struct Inbox {
    rings: Vec<NewRing>,
    submitted: VecDeque<Submitted>,
    submitted_bytes: usize,
    flushes: Vec<FlushRequest>,
}

/// What the worker and the JS threads share. No two of its locks are ever held at once.
#[derive(Default)]
pub(super) struct Shared {
    inbox: Mutex<Inbox>,
    books: Mutex<Books>,
    submit_refused: AtomicU64,
    ended: AtomicBool,
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
    pub fn attach(&self, ring: u32, arena: Arc<Arena>, clock: ThreadClock) {
        lock(&self.books).open.push(Arc::clone(&arena));
        let mut inbox = lock(&self.inbox);
        // After the end nobody takes it from here.
        if !self.has_ended() {
            inbox.rings.push((ring, arena, clock));
        }
        drop(inbox);
        self.wake.notify_one();
    }

    /// Takes a large record; false when too many wait, or nobody takes them any more.
    pub fn submit(&self, ring: u32, record: &[u8]) -> bool {
        let mut inbox = lock(&self.inbox);
        if self.has_ended() {
            return false;
        }
        if inbox.submitted_bytes + record.len() > MAX_SUBMITTED_BYTES {
            self.submit_refused.fetch_add(1, Ordering::Release);
            return false;
        }
        inbox.submitted_bytes += record.len();
        inbox.submitted.push_back((ring, record.into()));
        drop(inbox);
        self.wake.notify_one();
        true
    }

    /// Leaves a request. It is always answered: by the worker, or here and now when that has ended.
    pub fn request(&self, flush: FlushRequest) {
        let mut inbox = lock(&self.inbox);
        if self.has_ended() {
            drop(inbox);
            // Nothing is on its way any more: settled is what was before the end.
            flush.reply.answer(self.books_now().queued.total() == 0);
            return;
        }
        inbox.flushes.push(flush);
        drop(inbox);
        self.wake.notify_one();
    }

    /// Everything that was left since the last time.
    pub fn take_inbox(&self) -> (Vec<NewRing>, VecDeque<Submitted>, Vec<FlushRequest>) {
        let mut inbox = lock(&self.inbox);
        inbox.submitted_bytes = 0;
        (std::mem::take(&mut inbox.rings), std::mem::take(&mut inbox.submitted), std::mem::take(&mut inbox.flushes))
    }

    /// Publishes the worker's counts, all of one moment.
    pub fn publish(&self, counts: WorkerCounts) {
        lock(&self.books).worker = counts;
    }

    /// Forgets an arena whose thread is gone and whose ring is empty; its counts stay. False while a large record of it still waits.
    pub fn retire(&self, ring: u32, reader: &Reader) -> bool {
        if lock(&self.inbox).submitted.iter().any(|(other, _)| *other == ring) {
            return false;
        }
        let mut books = lock(&self.books);
        if let Some(at) = books.open.iter().position(|other| Arc::ptr_eq(other, reader.arena())) {
            let counts = books.open.swap_remove(at).counts().read_to_the_end(reader.taken());
            books.retired += counts;
        }
        true
    }

    /// Says that the thread of an arena is gone: the worker reads what it left, then forgets it.
    pub fn detach(&self, arena: &Arena) {
        arena.close();
        self.forget_unread();
        self.wake.notify_one();
    }

    /// Forgets the arenas whose threads are gone where the worker is, too: what nobody has read of them stays in the books, as lost.
    fn forget_unread(&self) {
        let mut books = lock(&self.books);
        // Under the lock, so that of a thread and a worker that end at once the later one finds both gone.
        if !self.has_ended() {
            return;
        }
        let Books { open, retired, .. } = &mut *books;
        for arena in open.extract_if(.., |arena| arena.is_closed()) {
            *retired += arena.counts();
        }
    }

    /// Whether the worker has ended.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// The worker ends: from now on what is under way counts as lost by shutdown, and nothing is left here that nobody would take.
    pub fn end(&self) {
        let mut inbox = lock(&self.inbox);
        // Under the lock, so that whoever looks under it either sees the end or leaves its request in time to be found here.
        self.ended.store(true, Ordering::Release);
        let left = std::mem::take(&mut *inbox);
        drop(inbox);
        drop(left);
        self.forget_unread();
    }

    pub fn stats(&self) -> Stats {
        let stats = self.books_now();
        if self.has_ended() { stats.ended() } else { stats }
    }

    fn books_now(&self) -> Stats {
        let books = lock(&self.books);
        // Before the writers' counts: a refused record was counted by its writer before.
        let submit_refused = self.submit_refused.load(Ordering::Acquire);
        let mut writers = books.retired;
        for arena in &books.open {
            writers += arena.counts();
        }
        books.worker.stats(writers, submit_refused)
    }
}

/// A panic while the lock was held left plain counts and lists behind, each complete in itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
