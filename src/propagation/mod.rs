//! Propagation: what a header says of a trace, and how a trace is written into one.
//!
//! Each codec is a pure function over bytes: untrusted input, no panic, work linear in the input, the bound stated at each. Where JavaScript has
//! a fast path (a 55-character version-00 `traceparent`), these functions are still the judge of everything else.

mod b3;
mod baggage;
mod datadog;
mod hex;
mod rejections;
mod remote;
mod traceparent;
mod tracestate;
mod xray;

pub use b3::{B3Headers, parse_b3, parse_b3_multi};
pub use baggage::{BaggageEntry, MAX_BAGGAGE_BYTES, MAX_BAGGAGE_ENTRIES, ReadBaggage, format_baggage, parse_baggage};
pub use datadog::{DatadogContext, DatadogHeaders, MAX_DATADOG_STATE_BYTES, MAX_DATADOG_TAGS_BYTES, parse_datadog};
pub use rejections::{count_rejected, rejected_headers};
pub use remote::{Malformed, RemoteSpan, Sampling};
pub use traceparent::{KNOWN_FLAGS, Rejected, TRACEPARENT_LENGTH, TraceParent, format_traceparent, parse_traceparent};
pub use tracestate::{MAX_TRACESTATE_BYTES, MAX_TRACESTATE_MEMBERS, normalise_tracestate};
pub use xray::{MAX_XRAY_BYTES, MAX_XRAY_REST_BYTES, XrayHeader, parse_xray};

/// A header's bytes without the optional white space (spaces and tabs) around them (RFC 9110, "OWS").
fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = bytes.iter().position(|byte| !is_space(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    &bytes[start..end]
}
