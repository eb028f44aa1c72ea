//! The one thing that differs between destinations: how bytes are sent once.

use std::future::Future;

use bytes::Bytes;

use super::Outcome;

/// Bytes ready to be sent, any number of times.
#[derive(Debug, Clone)]
pub struct Request {
    /// The protobuf bytes of one `ExportTraceServiceRequest`, compressed if `gzip` says so.
    pub body: Bytes,
    /// Whether `body` is gzip.
    pub gzip: bool,
    /// How many spans are in it.
    pub spans: u32,
}

/// A way to a destination. It knows nothing of time limits, retries or shutdown: those decorate it ([`super::Retry`]).
///
/// Its futures are polled by one thread and need not be `Send`. Dropping one abandons the attempt.
pub trait Transport {
    /// Sends the request once.
    fn send(&self, request: &Request) -> impl Future<Output = Outcome>;

    /// Lets go of what was learnt about the way, so that the next attempt finds it anew. Called after an attempt ran out of time: a
    /// connection whose other end has vanished would swallow every later request, too. Attempts in flight are not disturbed.
    fn forget_connections(&self);
}
