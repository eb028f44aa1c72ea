//! The vocabulary: what a finished span is, between the record it comes from and the bytes it becomes.
//!
//! Everything borrows from the record that was read, so that a span costs no copy of its strings on its way to OTLP bytes.
//! Ids, flags and kinds are those of the `opentelemetry` crate.

mod attributes;
mod encoder;
mod finished;
mod scope;

pub use attributes::{Attribute, Value};
pub use encoder::SpanEncoder;
pub use finished::{Event, FinishedSpan, Link, Status};
pub use opentelemetry::trace::{SpanId, SpanKind, TraceFlags, TraceId};
pub use scope::Scope;
