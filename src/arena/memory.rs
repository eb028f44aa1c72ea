//! The memory of one arena: owned by Rust, lent to one JS thread.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::header::Header;
use super::layout::{DICTIONARY_BYTES, HEADER_BYTES, LAYOUT_VERSION, MAGIC, RING_BYTES};
use crate::memory::Pages;

/// Bytes of an arena.
pub const ARENA_BYTES: usize = (HEADER_BYTES + DICTIONARY_BYTES + RING_BYTES) as usize;
const DICTIONARY_OFFSET: usize = HEADER_BYTES as usize;
const RING_OFFSET: usize = (HEADER_BYTES + DICTIONARY_BYTES) as usize;

/// What a JS thread has counted, read at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriterCounts {
    /// Spans started, sampled or not.
    pub started: u64,
    /// Spans not sampled at the head.
    pub not_sampled: u64,
    /// Records published in the ring.
    pub published: u64,
    /// Spans handed over by a call.
    pub submitted: u64,
    /// Spans dropped because the ring was full.
    pub dropped_ring_full: u64,
    /// Spans dropped because they could not be written.
    pub dropped_unwritable: u64,
    /// Spans that ended after the shutdown.
    pub dropped_shutdown: u64,
}

impl WriterCounts {
    /// The counts of a writer that is gone, where `taken` records came out of its ring to the end. A thread that was terminated between counting
    /// a record and publishing it has lost that one.
    #[must_use]
    pub fn read_to_the_end(mut self, taken: u64) -> Self {
        self.dropped_shutdown += self.published.saturating_sub(taken);
        self.published = taken;
        self
    }
}

impl std::ops::AddAssign for WriterCounts {
    fn add_assign(&mut self, other: Self) {
        self.started += other.started;
        self.not_sampled += other.not_sampled;
        self.published += other.published;
        self.submitted += other.submitted;
        self.dropped_ring_full += other.dropped_ring_full;
        self.dropped_unwritable += other.dropped_unwritable;
        self.dropped_shutdown += other.dropped_shutdown;
    }
}

/// The shared memory of one JS thread.
///
/// Rust allocates and owns it, so that it outlives a worker thread that is terminated while its last records still wait. Every access from
/// Rust is an atomic load or store of a word: the other side may write at any time, and may even write nonsense.
pub struct Arena {
    memory: Pages,
    closed: AtomicBool,
}

impl Arena {
    /// Makes a zeroed arena; pages that are never written cost no memory.
    ///
    /// # Errors
    /// When the system gives no memory.
    pub fn new() -> io::Result<Self> {
        let arena = Self { memory: Pages::zeroed(ARENA_BYTES)?, closed: AtomicBool::new(false) };
        arena.header().version.store(LAYOUT_VERSION, Ordering::Relaxed);
        arena.header().magic.store(MAGIC, Ordering::Release);
        Ok(arena)
    }

    /// Where the memory starts, for the JS side to view it.
    #[must_use]
    pub fn as_ptr(&self) -> *mut u8 {
        self.memory.start().as_ptr()
    }

    /// The header.
    #[must_use]
    pub(super) fn header(&self) -> &Header {
        // SAFETY: the memory is zeroed or written through atomics, at least HEADER_BYTES long, aligned to a page, and lives as long as self;
        // every field of Header is an atomic, so shared access is sound whatever the other side writes.
        unsafe { self.memory.start().cast::<Header>().as_ref() }
    }

    /// The words of the dictionary.
    pub(super) fn dictionary(&self) -> &[AtomicU32] {
        self.words(DICTIONARY_OFFSET, DICTIONARY_BYTES as usize)
    }

    /// The words of the ring.
    pub(super) fn ring(&self) -> &[AtomicU32] {
        self.words(RING_OFFSET, RING_BYTES as usize)
    }

    fn words(&self, offset: usize, bytes: usize) -> &[AtomicU32] {
        debug_assert!(offset.is_multiple_of(4) && offset + bytes <= ARENA_BYTES);
        // SAFETY: the range is inside the allocation and aligned to a word; AtomicU32 has the layout of u32 and allows shared mutation.
        unsafe { std::slice::from_raw_parts(self.memory.start().as_ptr().add(offset).cast::<AtomicU32>(), bytes / 4) }
    }

    /// What the writer has counted so far.
    #[must_use]
    pub fn counts(&self) -> WriterCounts {
        let header = self.header();
        let read = |cell: &AtomicU64| count_from_bits(cell.load(Ordering::Acquire));
        WriterCounts {
            // Last to first in the order of the writer's stores, so that no later stage shows more than an earlier one.
            published: read(&header.published),
            submitted: read(&header.submitted),
            dropped_ring_full: read(&header.dropped_ring_full),
            dropped_unwritable: read(&header.dropped_unwritable),
            dropped_shutdown: read(&header.dropped_shutdown),
            not_sampled: read(&header.not_sampled),
            started: read(&header.started),
        }
    }

    /// Says that the JS thread is gone: what waits is still read, then the arena is freed.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Whether the JS thread is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// A count that the other side keeps as a double; nonsense counts as zero.
fn count_from_bits(bits: u64) -> u64 {
    let value = f64::from_bits(bits);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in the range of exact integers")]
    if (0.0..9_007_199_254_740_992.0).contains(&value) { value as u64 } else { 0 }
}
