//! The header of an arena, as Rust sees it.

use std::mem::{offset_of, size_of};
use std::sync::atomic::{AtomicU32, AtomicU64};

use super::layout::{
    D_DROPPED_RING_FULL, D_DROPPED_SHUTDOWN, D_DROPPED_UNWRITABLE, D_NOT_SAMPLED, D_PUBLISHED, D_STARTED, D_SUBMITTED, DICTIONARY_BYTES,
    HEADER_BYTES, RING_BYTES, SLOT_BYTES, W_DICTIONARY_LENGTH, W_HEAD, W_MAGIC, W_TAIL, W_VERSION, W_WAKE_AT, WAKE_BYTES,
};

/// Three cache lines: what is set once, what the writer stores, what the reader stores. Doubles are kept as their bits.
#[repr(C, align(64))]
pub struct Header {
    pub magic: AtomicU32,
    pub version: AtomicU32,
    reserved: [AtomicU32; 14],

    pub head: AtomicU32,
    pub dictionary_length: AtomicU32,
    pub started: AtomicU64,
    pub not_sampled: AtomicU64,
    pub published: AtomicU64,
    pub dropped_ring_full: AtomicU64,
    pub dropped_unwritable: AtomicU64,
    pub submitted: AtomicU64,
    pub dropped_shutdown: AtomicU64,

    pub tail: AtomicU32,
    pub wake_at: AtomicU32,
    reader_reserved: [AtomicU32; 30],
}

const fn at_word(offset: usize, word: u32) -> bool {
    offset == word as usize * 4
}

const fn at_double(offset: usize, double: u32) -> bool {
    offset == double as usize * 8
}

const _: () = {
    assert!(size_of::<Header>() == HEADER_BYTES as usize);
    assert!(at_word(offset_of!(Header, magic), W_MAGIC) && at_word(offset_of!(Header, version), W_VERSION));
    assert!(at_word(offset_of!(Header, head), W_HEAD) && at_word(offset_of!(Header, dictionary_length), W_DICTIONARY_LENGTH));
    assert!(at_word(offset_of!(Header, tail), W_TAIL) && at_word(offset_of!(Header, wake_at), W_WAKE_AT));
    assert!(at_double(offset_of!(Header, started), D_STARTED) && at_double(offset_of!(Header, not_sampled), D_NOT_SAMPLED));
    assert!(at_double(offset_of!(Header, published), D_PUBLISHED) && at_double(offset_of!(Header, submitted), D_SUBMITTED));
    assert!(at_double(offset_of!(Header, dropped_ring_full), D_DROPPED_RING_FULL));
    assert!(at_double(offset_of!(Header, dropped_unwritable), D_DROPPED_UNWRITABLE));
    assert!(at_double(offset_of!(Header, dropped_shutdown), D_DROPPED_SHUTDOWN));
    // Writer and reader must not share a cache line.
    assert!(offset_of!(Header, head) % 64 == 0 && offset_of!(Header, tail) % 64 == 0);
    assert!(RING_BYTES.is_power_of_two() && SLOT_BYTES * 4 <= RING_BYTES && WAKE_BYTES * 2 <= RING_BYTES);
    assert!(DICTIONARY_BYTES.is_multiple_of(64));
};
