//! Shared memory: the arena of one JS thread, and the reader that makes finished spans of its records.
//!
//! ```text
//!  JS thread: recorder ──▶ Arena (header │ dictionary │ ring) ──▶ Reader ──▶ FinishedSpan
//! ```
//!
//! The writer publishes with a sequentially consistent store of the head; the reader releases with a store of the tail. Neither ever waits for
//! the other. Records are copied out word by word before they are parsed, so that bytes overwritten meanwhile can at worst make one record
//! malformed, never a read out of bounds.

mod clock;
mod cursor;
mod dictionary;
mod header;
pub mod layout;
mod memory;
mod reader;
mod record;

pub use clock::ThreadClock;
pub use memory::{ARENA_BYTES, Arena, WriterCounts};
pub use reader::{Drained, Reader};
pub use record::Malformed;
