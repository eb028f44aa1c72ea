//! The judge of headers, for the JS side.

use napi::bindgen_prelude::Uint32Array;
use napi_derive::napi;

use crate::propagation::{format_baggage as format, normalise_tracestate as normalise, parse_baggage as parse, parse_traceparent as parse_parent};

/// The ids and flags of a `traceparent` header as seven words: trace id (four), span id (two), flags. `null` when it is rejected.
#[napi(catch_unwind)]
pub fn parse_traceparent(header: String) -> Option<Uint32Array> {
    let parent = parse_parent(header.as_bytes()).ok()?;
    let trace = u128::from_be_bytes(parent.trace_id.to_bytes());
    let span = u64::from_be_bytes(parent.span_id.to_bytes());
    #[expect(clippy::cast_possible_truncation, reason = "the words of a wider number")]
    let words = [(trace >> 96) as u32, (trace >> 64) as u32, (trace >> 32) as u32, trace as u32, (span >> 32) as u32, span as u32];
    let mut all = words.to_vec();
    all.push(u32::from(parent.flags.to_u8()));
    Some(Uint32Array::new(all))
}

/// A `tracestate` header (several joined by commas) in its normal form; `null` when it is invalid or empty.
#[napi(catch_unwind)]
pub fn normalise_tracestate(header: String) -> Option<String> {
    normalise(header.as_bytes())
}

/// The entries of a `baggage` header as JSON: `[key, value, metadata or null]` each.
#[napi(catch_unwind)]
pub fn parse_baggage(header: String) -> String {
    serde_json::to_string(&parse(header.as_bytes())).unwrap_or_else(|_| "[]".into())
}

/// The `baggage` header of entries given as the JSON that [`parse_baggage`] returns; empty for none.
#[napi(catch_unwind)]
pub fn format_baggage(entries_json: String) -> String {
    serde_json::from_str::<Vec<_>>(&entries_json).map(|entries| format(&entries)).unwrap_or_default()
}
