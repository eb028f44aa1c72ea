//! What the formats other than W3C's say of a parent.

use std::fmt;

use super::hex::any_hex;
use crate::span::{SpanId, TraceId};

/// What the caller decided for its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// It is sampled.
    Accept,
    /// It is not.
    Deny,
    /// It is sampled, and so must everything below be (B3).
    Debug,
    /// It left the decision to whoever comes next.
    Deferred,
}

/// The parent that a header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteSpan {
    /// The trace, never all zero.
    pub trace_id: TraceId,
    /// The parent span, never all zero.
    pub span_id: SpanId,
    /// The caller's decision.
    pub sampling: Sampling,
}

/// Why a header of these formats does not count. The trace then starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// Longer than any header of the format.
    Length,
    /// Not the fields that the format has, or one of them twice.
    Shape,
    /// A trace id that is no number of the format, or zero.
    TraceId,
    /// A span id that is no number of the format, or zero.
    SpanId,
    /// A decision that the format does not know.
    Sampling,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Length => "the header is longer than its format allows",
            Self::Shape => "the header does not have the fields of its format",
            Self::TraceId => "the trace id is no number of the format, or zero",
            Self::SpanId => "the span id is no number of the format, or zero",
            Self::Sampling => "the sampling decision is none of the format",
        })
    }
}

impl std::error::Error for Malformed {}

/// A trace id of 32 digits.
pub(super) fn trace_id_of(digits: &[u8]) -> Result<TraceId, Malformed> {
    any_hex(digits).map(TraceId::from_bytes).filter(|id| *id != TraceId::INVALID).ok_or(Malformed::TraceId)
}

/// A span id of 16 digits.
pub(super) fn span_id_of(digits: &[u8]) -> Result<SpanId, Malformed> {
    any_hex(digits).map(SpanId::from_bytes).filter(|id| *id != SpanId::INVALID).ok_or(Malformed::SpanId)
}
