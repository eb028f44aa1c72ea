//! The layout of the shared memory: the one source from which both sides come.
//!
//! Each constant below is a Rust constant and, by [`typescript`], a line of `src-ts/native/layout.gen.ts`. A test keeps that file in step, the
//! `const` assertions of [`super::header`] keep the Rust structure in step, and the recorder refuses an addon whose [`LAYOUT_VERSION`] is not its own.
//!
//! ```text
//!  header (256 B)        dictionary (append only)                 ring (power of two)
//!  ┌────────────────────┬────────────────────────────────────────┬──────────────────────────────────────────┐
//!  │ set once │ writer's │ string │ string │ scope │ template │ … │ … record │ record │ record │ wrap │      │
//!  │ reader's line       │ numbered per kind, in order            │ tail ─▶ … ─▶ head                        │
//!  └────────────────────┴────────────────────────────────────────┴──────────────────────────────────────────┘
//! ```
//!
//! Everything is made of little-endian 32-bit words. Header, dictionary and ring together are enough to read every record that is still in the
//! ring, so that another process can recover them from the bytes alone.

/// One constant of the layout, as the generator writes it.
pub struct Constant {
    /// Its name on both sides.
    pub name: &'static str,
    /// Its value.
    pub value: u32,
    /// Its documentation.
    pub doc: &'static str,
}

macro_rules! layout {
    ($(#[doc = $doc:literal] $name:ident = $value:expr;)*) => {
        $(#[doc = $doc] pub const $name: u32 = $value;)*
        /// All constants in their order.
        pub const CONSTANTS: &[Constant] = &[$(Constant { name: stringify!($name), value: $name, doc: $doc }),*];
    };
}

layout! {
    #[doc = "Identifies an arena: `OBSA`, little endian."]
    MAGIC = u32::from_le_bytes(*b"OBSA");
    #[doc = "Grows with each change of this file; both sides must have the same."]
    LAYOUT_VERSION = 2;

    #[doc = "Bytes of the header; the dictionary starts here."]
    HEADER_BYTES = 256;
    #[doc = "Bytes of the dictionary; what no longer fits is written in line."]
    DICTIONARY_BYTES = 384 * 1024;
    #[doc = "Bytes of the ring, a power of two: about 18,000 usual spans."]
    RING_BYTES = 2 * 1024 * 1024;
    #[doc = "The most bytes of a record in the ring; a larger span is handed over by one call."]
    SLOT_BYTES = 8 * 1024;
    #[doc = "The most bytes of any record: what is larger is truncated."]
    RECORD_MAX_BYTES = 1024 * 1024;
    #[doc = "The reader is woken when this many bytes wait, also while it only naps."]
    WAKE_BYTES = 256 * 1024;

    #[doc = "Header word: [`MAGIC`]."]
    W_MAGIC = 0;
    #[doc = "Header word: [`LAYOUT_VERSION`]."]
    W_VERSION = 1;
    #[doc = "Header word, writer's: the position behind the last published record, in bytes, wrapping at 2^32."]
    W_HEAD = 16;
    #[doc = "Header word, writer's: published bytes of the dictionary."]
    W_DICTIONARY_LENGTH = 17;
    #[doc = "Header word, reader's: the position behind the last record read."]
    W_TAIL = 32;
    #[doc = "Header word, reader's: the writer wakes the reader when the head reaches this position."]
    W_WAKE_AT = 33;

    #[doc = "Header double, writer's: spans started, sampled or not."]
    D_STARTED = 9;
    #[doc = "Header double, writer's: spans not sampled at the head."]
    D_NOT_SAMPLED = 10;
    #[doc = "Header double, writer's: records published in the ring."]
    D_PUBLISHED = 11;
    #[doc = "Header double, writer's: spans dropped because the ring was full."]
    D_DROPPED_RING_FULL = 12;
    #[doc = "Header double, writer's: spans dropped because they could not be written at all."]
    D_DROPPED_UNWRITABLE = 13;
    #[doc = "Header double, writer's: spans handed over by a call, because they did not fit a slot."]
    D_SUBMITTED = 14;
    #[doc = "Header double, writer's: spans that ended after the shutdown."]
    D_DROPPED_SHUTDOWN = 15;

    #[doc = "The most interned strings."]
    MAX_STRINGS = 4096;
    #[doc = "The most UTF-16 units of an interned string."]
    MAX_STRING_LENGTH = 128;
    #[doc = "The most instrumentation scopes with a number of their own."]
    MAX_SCOPES = 256;
    #[doc = "The most templates."]
    MAX_TEMPLATES = 1024;
    #[doc = "The most keys of a template."]
    MAX_TEMPLATE_KEYS = 128;

    #[doc = "Dictionary entry: a string. Words: kind | entry bytes << 8, byte length, UTF-8 padded to a word."]
    ENTRY_STRING = 1;
    #[doc = "Dictionary entry: a scope. Words: kind | entry bytes << 8, then the value words name, version, schema URL."]
    ENTRY_SCOPE = 2;
    #[doc = "Dictionary entry: a template. Words: kind | entry bytes << 8, scope, string of the name, key count, strings of the keys."]
    ENTRY_TEMPLATE = 3;

    #[doc = "Record: a span. Low 8 bits of the first word; the upper 24 are the record's bytes."]
    RECORD_SPAN = 1;
    #[doc = "Record: nothing up to the end of the ring."]
    RECORD_WRAP = 2;

    #[doc = "Record word: kind | bytes << 8."]
    R_SIZE = 0;
    #[doc = "Record word: the template, or [`NO_TEMPLATE`]."]
    R_TEMPLATE = 1;
    #[doc = "Record word: the `B_` bits."]
    R_BITS = 2;
    #[doc = "Record word: attribute count | dropped attributes << 16."]
    R_COUNTS = 3;
    #[doc = "Record word: the trace id, four words, the first the most significant."]
    R_TRACE_ID = 4;
    #[doc = "Record word: the span id, two words."]
    R_SPAN_ID = 8;
    #[doc = "Record word: the parent's span id, two words; zero for a root."]
    R_PARENT_ID = 10;
    #[doc = "Record word: the start. A double of milliseconds on the thread's `performance.now()` clock or, with [`B_EPOCH_TIMES`], seconds and nanoseconds since the Unix epoch."]
    R_START = 12;
    #[doc = "Record word: the end, as the start."]
    R_END = 14;
    #[doc = "Words of a record before its values."]
    R_VALUES = 16;
    #[doc = "In place of a template: scope (number), name and keys follow in line."]
    NO_TEMPLATE = 0xFFFF_FFFF;

    #[doc = "Bits 0-7 of the record's bits: W3C trace flags."]
    B_FLAGS_MASK = 0xFF;
    #[doc = "Shift of the span kind (three bits, as OpenTelemetry JS counts: 0 internal … 4 consumer)."]
    B_KIND_SHIFT = 8;
    #[doc = "Shift of the status code (two bits: 0 unset, 1 ok, 2 error)."]
    B_STATUS_SHIFT = 11;
    #[doc = "The parent's context came from another process."]
    B_PARENT_REMOTE = 1 << 13;
    #[doc = "Times are seconds and nanoseconds since the Unix epoch."]
    B_EPOCH_TIMES = 1 << 14;
    #[doc = "A trace state value follows the attributes."]
    B_TRACE_STATE = 1 << 15;
    #[doc = "A status message value follows."]
    B_STATUS_MESSAGE = 1 << 16;
    #[doc = "Events follow: count, dropped, then per event name, time (two words), attribute count | dropped << 16, keys and values."]
    B_EVENTS = 1 << 17;
    #[doc = "Bit of an event's counts: its time is seconds and nanoseconds since the Unix epoch, not a double of the thread's clock. Counts stay below it."]
    EVENT_EPOCH_TIME = 1 << 15;
    #[doc = "Links follow: count, dropped, then per link trace id, span id, flags | remote << 8, trace state, attribute count | dropped << 16, keys and values."]
    B_LINKS = 1 << 18;

    #[doc = "Value: none."]
    TAG_NULL = 0;
    #[doc = "Value: an interned string; the payload is its number."]
    TAG_STRING_REF = 1;
    #[doc = "Value: a string in line; the payload is its bytes of UTF-8, padded to a word, that follow."]
    TAG_STRING = 2;
    #[doc = "Value: a signed integer of 28 bits in the payload."]
    TAG_INT = 3;
    #[doc = "Value: a larger integer, as the double in the next two words."]
    TAG_INT_WIDE = 4;
    #[doc = "Value: the double in the next two words."]
    TAG_DOUBLE = 5;
    #[doc = "Value: a boolean in the payload."]
    TAG_BOOL = 6;
    #[doc = "Value: an array; the payload is its length, its values follow."]
    TAG_ARRAY = 7;
    #[doc = "Value: bytes; the payload is their number, padded to a word, that follow."]
    TAG_BYTES = 8;
    #[doc = "Value: a map; the payload is its length, keys and values follow."]
    TAG_MAP = 9;
    #[doc = "Bits of a value word that hold the tag."]
    TAG_BITS = 4;
    #[doc = "How deep arrays and maps may nest; what is deeper is written as none."]
    MAX_DEPTH = 8;
}

/// The text of `src-ts/native/layout.gen.ts`.
#[must_use]
pub fn typescript() -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "// Generated from src/arena/layout.rs, the one source of the layout: change it there and run `UPDATE_LAYOUT=1 cargo test --test layout`.\n",
    );
    for constant in CONSTANTS {
        // Every value is written as a signed word, the form in which an Int32Array holds it.
        let _ = write!(text, "\n/** {} */\nexport const {} = {};\n", constant.doc, constant.name, constant.value.cast_signed());
    }
    text
}
