//! What a receiver counts.

use serde::Serialize;

/// Counts since the start, and what is in memory now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiverStats {
    /// Requests that were answered, refused ones too.
    pub requests: u64,
    /// Requests that were refused: too large, not readable, of an unknown kind.
    pub requests_refused: u64,
    /// Spans that came.
    pub spans_received: u64,
    /// Spans refused for an id that is not valid.
    pub spans_rejected: u64,
    /// Spans that had come before and were not kept twice.
    pub spans_repeated: u64,
    /// Spans dropped to stay within bounds.
    pub spans_dropped: u64,
    /// Traces dropped to stay within bounds.
    pub traces_dropped: u64,
    /// Log records that came.
    pub logs_received: u64,
    /// Log records that belong to no trace and were not kept.
    pub logs_without_trace: u64,
    /// Connections closed at once because there were too many.
    pub connections_refused: u64,
    /// Traces in memory.
    pub traces: u64,
    /// Spans in memory.
    pub spans: u64,
    /// Log records in memory.
    pub logs: u64,
    /// Bytes of memory, estimated from above.
    pub bytes: u64,
}

impl ReceiverStats {
    pub(super) fn forget_stored(&mut self) {
        self.traces = 0;
        self.spans = 0;
        self.logs = 0;
        self.bytes = 0;
    }
}
