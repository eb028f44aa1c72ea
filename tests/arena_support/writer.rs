//! The twin of src-ts/arena/recorder.ts: publishes records and counts, as one JS thread does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use observability_ts::arena::Arena;
use observability_ts::arena::layout::{
    D_DROPPED_RING_FULL, D_DROPPED_SHUTDOWN, D_DROPPED_UNWRITABLE, D_NOT_SAMPLED, D_PUBLISHED, D_STARTED, D_SUBMITTED, DICTIONARY_BYTES,
    HEADER_BYTES, RECORD_MAX_BYTES, RECORD_WRAP, RING_BYTES, SLOT_BYTES, W_DICTIONARY_LENGTH, W_HEAD, W_TAIL, W_WAKE_AT,
};
use observability_ts::span::FinishedSpan;

use super::dictionary::Dictionary;
use super::encoder::{Times, encode};

/// What became of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// In the ring; whether the reader asked to be woken now.
    Published { wake: bool },
    /// Too large for a slot: the record is to be handed over by a call.
    Large(Box<[u8]>),
    /// The ring was full.
    Full,
    /// No record can hold it.
    Unwritable,
}

pub struct Writer {
    arena: Arc<Arena>,
    dictionary: Dictionary,
    written_dictionary: usize,
    head: u32,
    tail: u32,
}

impl Writer {
    pub fn new(arena: Arc<Arena>) -> Self {
        Self { arena, dictionary: Dictionary::default(), written_dictionary: 0, head: 0, tail: 0 }
    }

    /// A word of the arena.
    pub fn word(&self, index: u32) -> &AtomicU32 {
        assert!(index < (HEADER_BYTES + DICTIONARY_BYTES + RING_BYTES) / 4);
        // SAFETY: the index is within the arena, which lives as long as self, is aligned to a page, and is only accessed through atomics.
        unsafe { AtomicU32::from_ptr(self.arena.as_ptr().cast::<u32>().add(index as usize)) }
    }

    fn count(&self, double: u32) {
        // SAFETY: the doubles of the header lie within the arena at multiples of eight bytes, and are only accessed through atomics.
        let cell = unsafe { AtomicU64::from_ptr(self.arena.as_ptr().cast::<u64>().add(double as usize)) };
        cell.store((f64::from_bits(cell.load(Ordering::Relaxed)) + 1.0).to_bits(), Ordering::Release);
    }

    pub fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    pub fn count_started(&self) {
        self.count(D_STARTED);
    }

    pub fn count_not_sampled(&self) {
        self.count(D_STARTED);
        self.count(D_NOT_SAMPLED);
    }

    pub fn count_late(&self) {
        self.count(D_DROPPED_SHUTDOWN);
    }

    /// The position behind the last record.
    pub fn head(&self) -> u32 {
        self.head
    }

    /// Writes a finished span; its start was counted before.
    pub fn write(&mut self, span: &FinishedSpan<'_>, times: Times) -> Written {
        if !self.has_room() {
            self.tail = self.word(W_TAIL).load(Ordering::SeqCst);
            if !self.has_room() {
                self.count(D_DROPPED_RING_FULL);
                return Written::Full;
            }
        }
        let Some(words) = encode(span, times, &mut self.dictionary) else {
            self.count(D_DROPPED_UNWRITABLE);
            return Written::Unwritable;
        };
        let bytes = words.len() as u32 * 4;
        if bytes > SLOT_BYTES {
            return self.write_large(&words, bytes);
        }
        let rest = RING_BYTES - (self.head & (RING_BYTES - 1));
        if rest < SLOT_BYTES {
            self.put_wrap(rest);
        }
        let begin = self.ring_word(self.head);
        for (at, &word) in (begin..).zip(&words) {
            self.word(at).store(word, Ordering::Relaxed);
        }
        self.count(D_PUBLISHED);
        self.publish_dictionary();
        Written::Published { wake: self.publish_head(bytes) }
    }

    /// Steps over the rest of the ring, or all of it: how a test comes to high positions soon. False when it is not empty enough.
    pub fn skip_ring(&mut self) -> bool {
        let rest = RING_BYTES - (self.head & (RING_BYTES - 1));
        self.tail = self.word(W_TAIL).load(Ordering::SeqCst);
        if self.head.wrapping_sub(self.tail) + rest > RING_BYTES {
            return false;
        }
        self.put_wrap(rest);
        self.publish_head(0);
        true
    }

    fn has_room(&self) -> bool {
        self.head.wrapping_sub(self.tail).cast_signed() <= (RING_BYTES - 2 * SLOT_BYTES).cast_signed()
    }

    fn put_wrap(&mut self, rest: u32) {
        self.word(self.ring_word(self.head)).store(RECORD_WRAP | rest << 8, Ordering::Relaxed);
        self.head = self.head.wrapping_add(rest);
    }

    fn publish_head(&mut self, bytes: u32) -> bool {
        self.head = self.head.wrapping_add(bytes);
        self.word(W_HEAD).store(self.head, Ordering::SeqCst);
        let wake_at = self.word(W_WAKE_AT).load(Ordering::SeqCst);
        let out_of_reach = self.head.wrapping_add(RING_BYTES);
        self.head.wrapping_sub(wake_at).cast_signed() >= 0
            && self.word(W_WAKE_AT).compare_exchange(wake_at, out_of_reach, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    fn write_large(&mut self, words: &[u32], bytes: u32) -> Written {
        if bytes > RECORD_MAX_BYTES {
            self.count(D_DROPPED_UNWRITABLE);
            return Written::Unwritable;
        }
        self.publish_dictionary();
        self.count(D_SUBMITTED);
        Written::Large(words.iter().flat_map(|word| word.to_le_bytes()).collect())
    }

    fn publish_dictionary(&mut self) {
        for at in self.written_dictionary..self.dictionary.words.len() {
            self.word(HEADER_BYTES / 4 + at as u32).store(self.dictionary.words[at], Ordering::Relaxed);
        }
        self.written_dictionary = self.dictionary.words.len();
        self.word(W_DICTIONARY_LENGTH).store(self.dictionary.len(), Ordering::SeqCst);
    }

    fn ring_word(&self, position: u32) -> u32 {
        (HEADER_BYTES + DICTIONARY_BYTES + (position & (RING_BYTES - 1))) / 4
    }
}
