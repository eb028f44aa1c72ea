//! Propagation: what a header says of a trace, and how a trace is written into one.
//!
//! Each codec is a pure function over bytes: untrusted input, no panic, work linear in the input, the bound stated at each. Where JavaScript has
//! a fast path (a 55-character version-00 `traceparent`), these functions are still the judge of everything else.

mod baggage;
mod traceparent;
mod tracestate;

pub use baggage::{BaggageEntry, MAX_BAGGAGE_BYTES, MAX_BAGGAGE_ENTRIES, MAX_BAGGAGE_ENTRY_BYTES, format_baggage, parse_baggage};
pub use traceparent::{KNOWN_FLAGS, Rejected, TRACEPARENT_LENGTH, TraceParent, format_traceparent, parse_traceparent};
pub use tracestate::{MAX_TRACESTATE_BYTES, MAX_TRACESTATE_MEMBERS, normalise_tracestate};

/// A header's bytes without the optional white space (spaces and tabs) around them (RFC 9110, "OWS").
fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = bytes.iter().position(|byte| !is_space(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    &bytes[start..end]
}
