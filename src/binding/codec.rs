//! The judge of headers, for the JS side.

use napi::bindgen_prelude::Uint32Array;
use napi_derive::napi;

use crate::propagation::{
    B3Headers, DatadogHeaders, Malformed, RemoteSpan, Sampling, count_rejected, format_baggage as format, normalise_tracestate as normalise,
    parse_b3 as parse_b3_single, parse_b3_multi as parse_b3_headers, parse_baggage as parse, parse_datadog as parse_datadog_headers,
    parse_traceparent as parse_parent, parse_xray as parse_xray_header, rejected_headers as rejected,
};

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

/// The entries of a `baggage` header as JSON: whether nothing was left out, then `[key, value, metadata or null]` each.
#[napi(catch_unwind)]
pub fn parse_baggage(header: String) -> String {
    let read = parse(header.as_bytes());
    serde_json::to_string(&(read.is_whole, read.entries)).unwrap_or_else(|_| "[false,[]]".into())
}

/// The `baggage` header of entries given as JSON, `[key, value, metadata or null]` each; empty for none.
#[napi(catch_unwind)]
pub fn format_baggage(entries_json: String) -> String {
    serde_json::from_str::<Vec<_>>(&entries_json).map(|entries| format(&entries)).unwrap_or_default()
}

/// The parent in an X-Ray header, as [`parent_text`] writes it, and behind it the fields to be passed on. Empty when the header names no parent,
/// `null` when it is rejected, which is counted.
#[napi(catch_unwind)]
pub fn parse_xray(header: String) -> Option<String> {
    let found = counted(parse_xray_header(header.as_bytes()))?;
    Some(found.map_or_else(String::new, |header| parent_text(&header.parent) + &header.rest))
}

/// The parent in Datadog's headers, as [`parent_text`] writes it, and behind it the trace state's member. Empty when the headers name no
/// parent, `null` when they are rejected, which is counted.
#[napi(catch_unwind)]
pub fn parse_datadog(
    trace_id: Option<String>,
    parent_id: Option<String>,
    sampling_priority: Option<String>,
    origin: Option<String>,
    tags: Option<String>,
) -> Option<String> {
    let headers = DatadogHeaders {
        trace_id: bytes_of(trace_id.as_ref()),
        parent_id: bytes_of(parent_id.as_ref()),
        sampling_priority: bytes_of(sampling_priority.as_ref()),
        origin: bytes_of(origin.as_ref()),
        tags: bytes_of(tags.as_ref()),
    };
    let found = counted(parse_datadog_headers(&headers))?;
    if found.as_ref().is_some_and(|context| context.is_partial) {
        count_rejected();
    }
    Some(found.map_or_else(String::new, |context| parent_text(&context.parent) + &context.state))
}

/// The parent in a `b3` header, as [`parent_text`] writes it. Empty for a decision alone, `null` when it is rejected, which is counted.
#[napi(catch_unwind)]
pub fn parse_b3(header: String) -> Option<String> {
    Some(counted(parse_b3_single(header.as_bytes()))?.as_ref().map_or_else(String::new, parent_text))
}

/// The parent in `X-B3-*` headers, as [`parent_text`] writes it. Empty without ids, `null` when they are rejected, which is counted.
#[napi(catch_unwind)]
pub fn parse_b3_multi(trace_id: Option<String>, span_id: Option<String>, sampled: Option<String>, flags: Option<String>) -> Option<String> {
    let headers = B3Headers {
        trace_id: bytes_of(trace_id.as_ref()),
        span_id: bytes_of(span_id.as_ref()),
        sampled: bytes_of(sampled.as_ref()),
        flags: bytes_of(flags.as_ref()),
    };
    Some(counted(parse_b3_headers(&headers))?.as_ref().map_or_else(String::new, parent_text))
}

/// Counts a header that the JS side rejected.
#[napi(catch_unwind)]
pub fn reject_header() {
    count_rejected();
}

/// The headers that were rejected in this process so far.
#[napi(catch_unwind)]
pub fn rejected_headers() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count below 2^53")]
    let count = rejected() as f64;
    count
}

/// 32 digits of the trace id, 16 of the span id, and one character for the decision: `1`, `0`, `d` for debug, `?` for deferred.
fn parent_text(parent: &RemoteSpan) -> String {
    let decision = match parent.sampling {
        Sampling::Accept => '1',
        Sampling::Deny => '0',
        Sampling::Debug => 'd',
        Sampling::Deferred => '?',
    };
    format!("{:032x}{:016x}{decision}", parent.trace_id, parent.span_id)
}

fn counted<T>(result: Result<T, Malformed>) -> Option<T> {
    if result.is_err() {
        count_rejected();
    }
    result.ok()
}

fn bytes_of(text: Option<&String>) -> Option<&[u8]> {
    text.map(String::as_bytes)
}
