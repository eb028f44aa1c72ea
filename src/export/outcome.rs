//! What came of one attempt, and of all of them.

use std::time::Duration;

use super::Payload;

/// What came of one attempt. Failures are values: nothing of the export stage panics or throws because of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the request, though perhaps not every span of it (OTLP "Partial Success"; never retried).
    Success {
        /// How many spans the server refused, at most as many as were sent.
        rejected_spans: u64,
        /// What the server, or we about its answer, have to say; empty for nothing. A message without rejected spans is a warning.
        message: String,
    },
    /// The server answered, and the same bytes may succeed later.
    Retryable {
        /// Why, for a log line: bounded and free of control characters and credentials.
        reason: String,
        /// The wait that the server asked for (`Retry-After`, `RetryInfo`).
        server_delay: Option<Duration>,
    },
    /// No server answered: it could not be reached, it broke off, or it took too long. The same bytes may succeed later.
    Unreachable {
        /// Why, as above.
        reason: String,
    },
    /// The same bytes will never succeed.
    Fatal {
        /// Why, as above, with the way out where there is a usual one.
        reason: String,
    },
}

impl Outcome {
    /// A success with nothing to add.
    pub const ACCEPTED: Self = Self::Success { rejected_spans: 0, message: String::new() };
}

/// What came of a payload in the end.
#[derive(Debug, Clone)]
#[must_use = "the spans of the payload must be counted"]
pub enum Delivery {
    /// The server took it.
    Accepted {
        /// How many of its spans the server refused; they are lost.
        rejected_spans: u64,
        /// A warning to log, empty for none.
        message: String,
    },
    /// The server, or the protocol, refuses these bytes for good; its spans are lost.
    Refused {
        /// Why.
        reason: String,
    },
    /// It was not delivered, but might be another time: here it is back, for a spool to take or the ledger to count.
    Undelivered {
        /// The payload as it was given; its bytes are shared, not copied.
        payload: Payload,
        /// What ended the attempts.
        cause: UndeliveredCause,
        /// The last failure.
        reason: String,
    },
}

/// What ended the attempts for a payload that is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndeliveredCause {
    /// The next attempt would have begun after the retry window.
    WindowElapsed,
    /// The exporter was told to drain or to cancel, or only one attempt was asked for.
    Stopped,
}
