//! `traceparent` (W3C Trace Context level 2, "Traceparent Header").

use std::fmt;

use super::{hex::lower_hex as hex, trimmed};
use crate::span::{SpanId, TraceFlags, TraceId};

/// The length of a version-00 header: `00-<32 hex>-<16 hex>-<2 hex>`.
pub const TRACEPARENT_LENGTH: usize = 55;

/// The flags that level 2 knows: sampled (0x01) and random trace id (0x02). Others are read as zero and written as zero.
pub const KNOWN_FLAGS: u8 = 0x03;

/// What a `traceparent` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    /// The trace, never all zero.
    pub trace_id: TraceId,
    /// The parent span, never all zero.
    pub span_id: SpanId,
    /// The known flags.
    pub flags: TraceFlags,
}

/// Why a `traceparent` does not count. The trace then starts anew, and `tracestate` does not count either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// Shorter or longer than its version allows.
    Length,
    /// A version that is no lower-case hexadecimal number, or `ff`, which is forbidden.
    Version,
    /// A field is not separated from the next by a hyphen.
    Separator,
    /// A trace id that is not lower-case hexadecimal or all zero.
    TraceId,
    /// A span id that is not lower-case hexadecimal or all zero.
    SpanId,
    /// Flags that are not lower-case hexadecimal.
    Flags,
}

impl fmt::Display for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Length => "traceparent has the wrong length for its version",
            Self::Version => "traceparent has no valid version",
            Self::Separator => "a field of traceparent is not separated by a hyphen",
            Self::TraceId => "the trace id is not lower-case hexadecimal or all zero",
            Self::SpanId => "the span id is not lower-case hexadecimal or all zero",
            Self::Flags => "the trace flags are not lower-case hexadecimal",
        })
    }
}

impl std::error::Error for Rejected {}

/// Reads a `traceparent`. A version above 00 is read by the rules of 00, and may have more behind a hyphen, which is not looked at.
///
/// Looks at 56 bytes at most, besides white space around them, whatever the length of the input.
///
/// ```
/// use observability_ts::propagation::parse_traceparent;
///
/// let parent = parse_traceparent(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
/// assert!(parent.flags.is_sampled());
/// ```
///
/// # Errors
/// [`Rejected`] says which field is at fault.
pub fn parse_traceparent(header: &[u8]) -> Result<TraceParent, Rejected> {
    let header = trimmed(header);
    let (fields, rest) = header.split_first_chunk::<TRACEPARENT_LENGTH>().ok_or(Rejected::Length)?;
    let [version] = hex::<1>(&fields[..2]).filter(|version| *version != [0xff]).ok_or(Rejected::Version)?;
    if version == 0 && !rest.is_empty() {
        return Err(Rejected::Length);
    }
    if [fields[2], fields[35], fields[52]] != [b'-'; 3] || rest.first().is_some_and(|byte| *byte != b'-') {
        return Err(Rejected::Separator);
    }
    let trace_id = hex(&fields[3..35]).map(TraceId::from_bytes).filter(|id| *id != TraceId::INVALID).ok_or(Rejected::TraceId)?;
    let span_id = hex(&fields[36..52]).map(SpanId::from_bytes).filter(|id| *id != SpanId::INVALID).ok_or(Rejected::SpanId)?;
    let [flags] = hex::<1>(&fields[53..]).ok_or(Rejected::Flags)?;
    Ok(TraceParent { trace_id, span_id, flags: TraceFlags::new(flags & KNOWN_FLAGS) })
}

/// Writes a version-00 `traceparent`, unknown flags as zero. Ids are written as they are: whether they are valid is the caller's to know.
pub fn format_traceparent(parent: &TraceParent) -> String {
    format!("00-{:032x}-{:016x}-{:02x}", parent.trace_id, parent.span_id, parent.flags.to_u8() & KNOWN_FLAGS)
}
