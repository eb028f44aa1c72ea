//! What both protocols do with a request, and what they share.

use super::body::{ReadError, Reading};
use super::decode::{self, DecodeError, Format};
use super::store::Store;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The body of an answer.
pub(super) type Answer = http::Response<BoxBody<Bytes, Infallible>>;

/// The signals that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Logs,
}

/// How the content of a request is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    /// Reads the header that names it, `content-encoding` or `grpc-encoding`; `None` when it is one that is not known here.
    pub(super) fn from_header(headers: &HeaderMap, name: &str) -> Option<Self> {
        match headers.get(name).map(|value| value.as_bytes()) {
            None | Some(b"" | b"identity") => Some(Self::Identity),
            Some(b"gzip") => Some(Self::Gzip),
            Some(_) => None,
        }
    }
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    Read(ReadError),
    Decode(DecodeError),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Read(ReadError::TooLarge) => f.write_str("the body is larger than this receiver takes"),
            Self::Read(ReadError::Busy) => f.write_str("the receiver reads as much as it can; try again"),
            Self::Read(ReadError::Slow) => f.write_str("the body took too long to come"),
            Self::Read(ReadError::Broken) => f.write_str("the connection broke"),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    store: Mutex<Store>,
    reading: Reading,
    max_body_bytes: usize,
}

impl Shared {
    pub(super) fn new(store: Store, max_body_bytes: usize) -> Self {
        Self { store: Mutex::new(store), reading: Reading::default(), max_body_bytes }
    }

    /// The store. A panic of another holder leaves it whole enough to read: each change is a few counters and one push.
    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn read(&self, body: Incoming) -> Result<Bytes, Refusal> {
        self.reading.read(body, self.max_body_bytes).await.map_err(Refusal::Read)
    }

    /// Expands, decodes and keeps a request; returns how many of its spans were rejected.
    pub(super) fn take(&self, signal: Signal, format: Format, encoding: Encoding, body: &[u8]) -> Result<u64, Refusal> {
        let expanded;
        let body = match encoding {
            Encoding::Identity => body,
            Encoding::Gzip => {
                expanded = decode::gunzip(body, self.max_body_bytes).map_err(Refusal::Decode)?;
                &expanded
            }
        };
        match signal {
            Signal::Traces => {
                let request = decode::traces(format, body).map_err(Refusal::Decode)?;
                Ok(self.store().add_traces(request))
            }
            Signal::Logs => {
                let request = decode::logs(format, body).map_err(Refusal::Decode)?;
                self.store().add_logs(request);
                Ok(0)
            }
        }
    }

    /// Counts an answered request.
    pub(super) fn count(&self, refused: bool) {
        let stats = &mut self.store().stats;
        stats.requests += 1;
        stats.requests_refused += u64::from(refused);
    }
}

/// What a sender is told about spans that were rejected.
pub(super) const REJECTED: &str = "trace ids take 16 bytes and span ids 8, not all zero";
