//! When a batch is closed.

use super::buffer::Buffer;
use crate::config::BatchSettings;
use crate::span::{FinishedSpan, SpanEncoder};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// The most bytes of a request: 4 MiB, what gRPC servers accept unless they are told otherwise. A span that alone needs more has no way out.
pub const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// A closed batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedBatch {
    /// The request body; its allocation is not much longer.
    pub body: Bytes,
    /// How many spans are in it; never zero.
    pub spans: u32,
}

/// What became of a span that was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a closed batch has to be sent, a refused span counted"]
pub enum Push {
    /// It waits in the open batch.
    Kept,
    /// It was kept, and a batch is closed: with it when it was the last to fit by count or age, before it when it had no room in the bytes.
    Closed(EncodedBatch),
    /// It was refused: a request with nothing else in it would take this many bytes, more than [`MAX_REQUEST_BYTES`].
    TooLarge {
        /// The bytes of that request.
        bytes: usize,
    },
}

/// Groups spans into batches.
///
/// A batch is closed by the push that makes it `max_spans` long, by the push that would take it past `max_bytes`, by the first push at or
/// after its [`deadline`](Self::deadline), or by [`take`](Self::take). Only a span that alone needs more than `max_bytes` makes a batch larger
/// than that, with itself as its only span.
#[derive(Debug)]
pub struct Batcher<E> {
    encoder: E,
    settings: BatchSettings,
    buffer: Buffer,
    deadline: Option<Instant>,
}

impl<E: SpanEncoder> Batcher<E> {
    /// A batcher of spans in the encoder's format. A `max_bytes` above [`MAX_REQUEST_BYTES`] is taken as that, a `max_spans` of 0 as 1.
    pub fn new(encoder: E, settings: BatchSettings) -> Self {
        let settings = BatchSettings {
            max_spans: settings.max_spans.clamp(1, u32::MAX as usize),
            max_bytes: settings.max_bytes.min(MAX_REQUEST_BYTES),
            max_delay: settings.max_delay,
        };
        Self { encoder, settings, buffer: Buffer::default(), deadline: None }
    }

    /// Encodes a span into the open batch. `now` is the caller's clock; only a batch's age depends on it.
    pub fn push(&mut self, span: &FinishedSpan<'_>, now: Instant) -> Push {
        let start = self.buffer.stage(span, &self.encoder);
        if self.buffer.keep_within(self.settings.max_bytes, span.scope, start, &self.encoder) {
            self.started(self.settings.max_delay, now);
            return self.take_if_due(now);
        }
        let alone = self.buffer.body_len_alone(span.scope, start, &self.encoder);
        if alone > MAX_REQUEST_BYTES {
            self.buffer.unstage(start);
            self.buffer.shrink_to(self.settings.max_bytes);
            return Push::TooLarge { bytes: alone };
        }
        // The span is now the first of the buffer: it moved there, or there was nothing before it.
        let closed = self.close(start);
        // A span that fills a batch by itself has nothing to wait for.
        let delay = if alone > self.settings.max_bytes { Duration::ZERO } else { self.settings.max_delay };
        self.buffer.keep_within(usize::MAX, span.scope, 0, &self.encoder);
        self.started(delay, now);
        match closed {
            Some(batch) => Push::Closed(batch),
            None => self.take_if_due(now),
        }
    }

    /// Closes the open batch. `None` when it has no spans.
    pub fn take(&mut self) -> Option<EncodedBatch> {
        let end = self.buffer.len();
        let closed = self.close(end);
        self.buffer.shrink_to(self.settings.max_bytes);
        closed
    }

    /// Gives back what is only kept to be used again, for a time without spans.
    pub fn rest(&mut self) {
        self.buffer.rest();
    }

    /// When the open batch is to be taken because of its age; `None` when it has no spans.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The spans of the open batch.
    pub fn len_spans(&self) -> usize {
        self.buffer.spans() as usize
    }

    /// The bytes of the request that the open batch would make; 0 when it has no spans.
    pub fn len_bytes(&self) -> usize {
        self.buffer.body_len(&self.encoder)
    }

    fn take_if_due(&mut self, now: Instant) -> Push {
        let due = self.len_spans() >= self.settings.max_spans || self.deadline.is_some_and(|deadline| deadline <= now);
        if due { self.take().map_or(Push::Kept, Push::Closed) } else { Push::Kept }
    }

    /// The batch has a span: its time runs.
    fn started(&mut self, delay: Duration, now: Instant) {
        if self.deadline.is_none() {
            // A delay past what the clock can say is no deadline at all.
            self.deadline = now.checked_add(delay);
        }
    }

    /// Closes the batch of all but a span staged at `staged`.
    fn close(&mut self, staged: usize) -> Option<EncodedBatch> {
        let spans = self.buffer.spans();
        self.deadline = None;
        (spans > 0).then(|| EncodedBatch { body: self.buffer.close(staged, &self.encoder), spans })
    }
}
