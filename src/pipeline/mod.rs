//! The pipeline: the one worker thread of the process, its life cycle, the ledger. Only here are the stations wired.
//!
//! ```text
//!  rings ──drain──▶ FinishedSpan ──▶ Batcher<TraceEncoder> ──▶ Queue ──▶ Exporter (several in flight)
//!        ◀─tail──                                              oldest dropped   retry, back-off
//! ```
//!
//! The worker sleeps until a writer reaches the position it asked to be woken at: the next record when nothing went on for a while, or a good
//! part of the ring while spans keep coming. It never takes a lock that a JS thread holds for longer than a few stores.

mod deliveries;
mod flush;
mod handle;
mod inbox;
mod ledger;
mod losses;
mod notices;
mod queue;
mod worker;

pub use flush::FlushKind;
pub use handle::{Pipeline, RingId};
pub use ledger::{Dropped, Queued, Stats};
pub use notices::{Notice, NoticeSink};
