//! Batching: finished spans are encoded as they come, grouped by scope, and closed into request bodies bounded by count, bytes and age.
//!
//! A span is encoded once, into the buffer that its batch becomes. Nothing here keeps time or knows a wire format: the clock is handed in
//! with each call, and the format is a [`SpanEncoder`](crate::span::SpanEncoder).

mod batcher;
mod buffer;
mod scopes;
mod spare;

pub use batcher::{Batcher, EncodedBatch, MAX_REQUEST_BYTES, Push};
