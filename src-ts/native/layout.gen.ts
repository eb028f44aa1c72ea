// Generated from src/arena/layout.rs, the one source of the layout: change it there and run `UPDATE_LAYOUT=1 cargo test --test layout`.

/** Identifies an arena: `OBSA`, little endian. */
export const MAGIC = 1095975503;

/** Grows with each change of this file; both sides must have the same. */
export const LAYOUT_VERSION = 2;

/** Bytes of the header; the dictionary starts here. */
export const HEADER_BYTES = 256;

/** Bytes of the dictionary; what no longer fits is written in line. */
export const DICTIONARY_BYTES = 393216;

/** Bytes of the ring, a power of two: about 18,000 usual spans. */
export const RING_BYTES = 2097152;

/** The most bytes of a record in the ring; a larger span is handed over by one call. */
export const SLOT_BYTES = 8192;

/** The most bytes of any record: what is larger is truncated. */
export const RECORD_MAX_BYTES = 1048576;

/** The reader is woken when this many bytes wait, also while it only naps. */
export const WAKE_BYTES = 262144;

/** Header word: [`MAGIC`]. */
export const W_MAGIC = 0;

/** Header word: [`LAYOUT_VERSION`]. */
export const W_VERSION = 1;

/** Header word, writer's: the position behind the last published record, in bytes, wrapping at 2^32. */
export const W_HEAD = 16;

/** Header word, writer's: published bytes of the dictionary. */
export const W_DICTIONARY_LENGTH = 17;

/** Header word, reader's: the position behind the last record read. */
export const W_TAIL = 32;

/** Header word, reader's: the writer wakes the reader when the head reaches this position. */
export const W_WAKE_AT = 33;

/** Header double, writer's: spans started, sampled or not. */
export const D_STARTED = 9;

/** Header double, writer's: spans not sampled at the head. */
export const D_NOT_SAMPLED = 10;

/** Header double, writer's: records published in the ring. */
export const D_PUBLISHED = 11;

/** Header double, writer's: spans dropped because the ring was full. */
export const D_DROPPED_RING_FULL = 12;

/** Header double, writer's: spans dropped because they could not be written at all. */
export const D_DROPPED_UNWRITABLE = 13;

/** Header double, writer's: spans handed over by a call, because they did not fit a slot. */
export const D_SUBMITTED = 14;

/** Header double, writer's: spans that ended after the shutdown. */
export const D_DROPPED_SHUTDOWN = 15;

/** The most interned strings. */
export const MAX_STRINGS = 4096;

/** The most UTF-16 units of an interned string. */
export const MAX_STRING_LENGTH = 128;

/** The most instrumentation scopes with a number of their own. */
export const MAX_SCOPES = 256;

/** The most templates. */
export const MAX_TEMPLATES = 1024;

/** The most keys of a template. */
export const MAX_TEMPLATE_KEYS = 128;

/** Dictionary entry: a string. Words: kind | entry bytes << 8, byte length, UTF-8 padded to a word. */
export const ENTRY_STRING = 1;

/** Dictionary entry: a scope. Words: kind | entry bytes << 8, then the value words name, version, schema URL. */
export const ENTRY_SCOPE = 2;

/** Dictionary entry: a template. Words: kind | entry bytes << 8, scope, string of the name, key count, strings of the keys. */
export const ENTRY_TEMPLATE = 3;

/** Record: a span. Low 8 bits of the first word; the upper 24 are the record's bytes. */
export const RECORD_SPAN = 1;

/** Record: nothing up to the end of the ring. */
export const RECORD_WRAP = 2;

/** Record word: kind | bytes << 8. */
export const R_SIZE = 0;

/** Record word: the template, or [`NO_TEMPLATE`]. */
export const R_TEMPLATE = 1;

/** Record word: the `B_` bits. */
export const R_BITS = 2;

/** Record word: attribute count | dropped attributes << 16. */
export const R_COUNTS = 3;

/** Record word: the trace id, four words, the first the most significant. */
export const R_TRACE_ID = 4;

/** Record word: the span id, two words. */
export const R_SPAN_ID = 8;

/** Record word: the parent's span id, two words; zero for a root. */
export const R_PARENT_ID = 10;

/** Record word: the start. A double of milliseconds on the thread's `performance.now()` clock or, with [`B_EPOCH_TIMES`], seconds and nanoseconds since the Unix epoch. */
export const R_START = 12;

/** Record word: the end, as the start. */
export const R_END = 14;

/** Words of a record before its values. */
export const R_VALUES = 16;

/** In place of a template: scope (number), name and keys follow in line. */
export const NO_TEMPLATE = -1;

/** Bits 0-7 of the record's bits: W3C trace flags. */
export const B_FLAGS_MASK = 255;

/** Shift of the span kind (three bits, as OpenTelemetry JS counts: 0 internal … 4 consumer). */
export const B_KIND_SHIFT = 8;

/** Shift of the status code (two bits: 0 unset, 1 ok, 2 error). */
export const B_STATUS_SHIFT = 11;

/** The parent's context came from another process. */
export const B_PARENT_REMOTE = 8192;

/** Times are seconds and nanoseconds since the Unix epoch. */
export const B_EPOCH_TIMES = 16384;

/** A trace state value follows the attributes. */
export const B_TRACE_STATE = 32768;

/** A status message value follows. */
export const B_STATUS_MESSAGE = 65536;

/** Events follow: count, dropped, then per event name, time (two words), attribute count | dropped << 16, keys and values. */
export const B_EVENTS = 131072;

/** Bit of an event's counts: its time is seconds and nanoseconds since the Unix epoch, not a double of the thread's clock. Counts stay below it. */
export const EVENT_EPOCH_TIME = 32768;

/** Links follow: count, dropped, then per link trace id, span id, flags | remote << 8, trace state, attribute count | dropped << 16, keys and values. */
export const B_LINKS = 262144;

/** Value: none. */
export const TAG_NULL = 0;

/** Value: an interned string; the payload is its number. */
export const TAG_STRING_REF = 1;

/** Value: a string in line; the payload is its bytes of UTF-8, padded to a word, that follow. */
export const TAG_STRING = 2;

/** Value: a signed integer of 28 bits in the payload. */
export const TAG_INT = 3;

/** Value: a larger integer, as the double in the next two words. */
export const TAG_INT_WIDE = 4;

/** Value: the double in the next two words. */
export const TAG_DOUBLE = 5;

/** Value: a boolean in the payload. */
export const TAG_BOOL = 6;

/** Value: an array; the payload is its length, its values follow. */
export const TAG_ARRAY = 7;

/** Value: bytes; the payload is their number, padded to a word, that follow. */
export const TAG_BYTES = 8;

/** Value: a map; the payload is its length, keys and values follow. */
export const TAG_MAP = 9;

/** Bits of a value word that hold the tag. */
export const TAG_BITS = 4;

/** How deep arrays and maps may nest; what is deeper is written as none. */
export const MAX_DEPTH = 8;
