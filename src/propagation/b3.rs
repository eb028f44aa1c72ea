//! B3 (openzipkin/b3-propagation), in one header or in several.

use super::{
    remote::{Malformed, RemoteSpan, Sampling, span_id_of, trace_id_of},
    trimmed,
};
use crate::span::TraceId;

/// The longest `b3` header: trace id, span id, decision, parent's span id.
const MAX_BYTES: usize = 32 + 1 + 16 + 1 + 1 + 1 + 16;

/// Reads a `b3` header: `<trace id>-<span id>-<decision>-<parent span id>`, of which the last two may be missing.
///
/// `None` for a decision alone, which names no parent. A trace id of 16 digits is one with zeros before. The parent's own parent is checked and
/// not kept.
///
/// # Errors
/// [`Malformed`] says what is at fault.
pub fn parse_b3(header: &[u8]) -> Result<Option<RemoteSpan>, Malformed> {
    let header = trimmed(header);
    if header.len() > MAX_BYTES {
        return Err(Malformed::Length);
    }
    let mut fields = header.split(|byte| *byte == b'-');
    let (Some(trace_id), Some(span_id)) = (fields.next(), fields.next()) else {
        return decision_of(header).map(|_| None);
    };
    let (trace_id, span_id) = (long_or_short_trace_id_of(trace_id)?, span_id_of(span_id)?);
    let sampling = fields.next().map_or(Ok(Sampling::Deferred), decision_of)?;
    fields.next().map(span_id_of).transpose()?;
    match fields.next() {
        None => Ok(Some(RemoteSpan { trace_id, span_id, sampling })),
        Some(_) => Err(Malformed::Shape),
    }
}

/// The values of the headers of the other form; those that are missing are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct B3Headers<'a> {
    /// `X-B3-TraceId`.
    pub trace_id: Option<&'a [u8]>,
    /// `X-B3-SpanId`.
    pub span_id: Option<&'a [u8]>,
    /// `X-B3-Sampled`.
    pub sampled: Option<&'a [u8]>,
    /// `X-B3-Flags`; `1` is the debug flag, anything else means nothing.
    pub flags: Option<&'a [u8]>,
}

/// Reads `X-B3-*` headers. `None` without ids: a decision alone names no parent.
///
/// # Errors
/// [`Malformed`] says what is at fault.
pub fn parse_b3_multi(headers: &B3Headers<'_>) -> Result<Option<RemoteSpan>, Malformed> {
    let (trace_id, span_id) = match (headers.trace_id, headers.span_id) {
        (None, None) => return Ok(None),
        (Some(trace_id), Some(span_id)) => (trimmed(trace_id), trimmed(span_id)),
        _ => return Err(Malformed::Shape),
    };
    let (trace_id, span_id) = (long_or_short_trace_id_of(trace_id)?, span_id_of(span_id)?);
    let sampling = match (headers.flags.map(trimmed), headers.sampled.map(trimmed)) {
        (Some(b"1"), _) => Sampling::Debug,
        (_, None) => Sampling::Deferred,
        // Older tracers wrote words.
        (_, Some(b"1" | b"true")) => Sampling::Accept,
        (_, Some(b"0" | b"false")) => Sampling::Deny,
        (_, Some(_)) => return Err(Malformed::Sampling),
    };
    Ok(Some(RemoteSpan { trace_id, span_id, sampling }))
}

fn decision_of(text: &[u8]) -> Result<Sampling, Malformed> {
    match text {
        b"1" => Ok(Sampling::Accept),
        b"0" => Ok(Sampling::Deny),
        b"d" => Ok(Sampling::Debug),
        _ => Err(Malformed::Sampling),
    }
}

fn long_or_short_trace_id_of(digits: &[u8]) -> Result<TraceId, Malformed> {
    if digits.len() == 16 { trace_id_of(&[&[b'0'; 16], digits].concat()) } else { trace_id_of(digits) }
}
