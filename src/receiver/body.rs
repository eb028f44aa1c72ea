//! Reading the body of a request within bounds.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The time that a request's body may take to come.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of bodies that are being read, over all connections. Each is bounded by itself, but there are many.
const MAX_READING_BYTES: usize = 64 * 1024 * 1024;

/// How much of a body that is too large is read to its end, so that its sender hears why it was refused.
const MAX_DRAINED_BYTES: usize = 32 * 1024 * 1024;

/// The bytes of bodies being read.
#[derive(Debug, Default)]
pub(super) struct Reading(AtomicUsize);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadError {
    /// It is larger than a request may be.
    TooLarge,
    /// Too much is being read at once.
    Busy,
    /// It took too long.
    Slow,
    /// The connection broke.
    Broken,
}

impl Reading {
    /// Reads a body of at most `max_bytes`.
    pub(super) async fn read(&self, body: Incoming, max_bytes: usize) -> Result<Bytes, ReadError> {
        tokio::time::timeout(READ_TIMEOUT, self.collect(body, max_bytes)).await.unwrap_or(Err(ReadError::Slow))
    }

    async fn collect(&self, mut body: Incoming, max_bytes: usize) -> Result<Bytes, ReadError> {
        let mut held = Held { reading: self, bytes: 0 };
        let mut whole = Vec::new();
        let mut came = 0;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| ReadError::Broken)?.into_data() else { continue };
            came += data.len();
            if came > max_bytes {
                // Reads on for a while and keeps nothing: a sender that is still writing when the connection closes never sees the answer.
                whole = Vec::new();
                if came > max_bytes.saturating_add(MAX_DRAINED_BYTES) {
                    break;
                }
                continue;
            }
            held.add(data.len())?;
            whole.extend_from_slice(&data);
        }
        if came > max_bytes { Err(ReadError::TooLarge) } else { Ok(Bytes::from(whole)) }
    }
}

/// A share of what is being read, given back when the reading ends in whatever way.
struct Held<'a> {
    reading: &'a Reading,
    bytes: usize,
}

impl Held<'_> {
    fn add(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.bytes += bytes;
        let before = self.reading.0.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > MAX_READING_BYTES { Err(ReadError::Busy) } else { Ok(()) }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.reading.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
