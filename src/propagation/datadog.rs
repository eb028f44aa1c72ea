//! Datadog: `x-datadog-trace-id`, `-parent-id`, `-sampling-priority`, `-origin` and `-tags`.
//!
//! What these say beside ids and decision is kept in the trace state's member `dd`, in the form in which Datadog's own tracers write it there.
//! It thus survives a service that speaks W3C alone, and a Datadog tracer behind that finds it.

use super::{
    hex::{any_hex, decimal},
    remote::{Malformed, RemoteSpan, Sampling},
    trimmed,
};
use crate::span::{SpanId, TraceId};

/// The most bytes of `x-datadog-tags`, as Datadog's tracers have it; longer ones are not looked at.
pub const MAX_DATADOG_TAGS_BYTES: usize = 512;

/// The most bytes of the trace state's member: what a value of `tracestate` may have.
pub const MAX_DATADOG_STATE_BYTES: usize = 256;

/// The tags that are passed on.
const TAG_PREFIX: &[u8] = b"_dd.p.";

/// The upper half of the trace id, as a tag.
const TRACE_ID_TAG: &[u8] = b"_dd.p.tid";

/// The values of the headers; those that are missing are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DatadogHeaders<'a> {
    /// `x-datadog-trace-id`: the lower half of the trace id, decimal.
    pub trace_id: Option<&'a [u8]>,
    /// `x-datadog-parent-id`: decimal.
    pub parent_id: Option<&'a [u8]>,
    /// `x-datadog-sampling-priority`: above zero for sampled.
    pub sampling_priority: Option<&'a [u8]>,
    /// `x-datadog-origin`, such as `synthetics`.
    pub origin: Option<&'a [u8]>,
    /// `x-datadog-tags`: `_dd.p.tid=<16 hex>,_dd.p.dm=-4,…`.
    pub tags: Option<&'a [u8]>,
}

/// What the headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatadogContext {
    /// The caller.
    pub parent: RemoteSpan,
    /// The value of the trace state's member `dd`; may be empty.
    pub state: String,
    /// Whether a header beside the ids was at fault and left out.
    pub is_partial: bool,
}

/// Reads Datadog's headers. `None` without a trace id, or without a parent, which Datadog's browser tests leave out or write as `0`.
///
/// A faulty priority defers the decision; faulty tags are left out, and the trace id then has its lower half alone.
///
/// # Errors
/// [`Malformed`] says what is at fault with the ids.
pub fn parse_datadog(headers: &DatadogHeaders<'_>) -> Result<Option<DatadogContext>, Malformed> {
    let Some(trace_id) = headers.trace_id.map(trimmed) else { return Ok(None) };
    let low = decimal(trace_id).filter(|id| *id != 0).ok_or(Malformed::TraceId)?;
    let Some(parent_id) = headers.parent_id.map(trimmed) else { return Ok(None) };
    let span_id = match decimal(parent_id).ok_or(Malformed::SpanId)? {
        0 => return Ok(None),
        id => SpanId::from(id),
    };
    let priority = headers.sampling_priority.map(|priority| priority_of(trimmed(priority)).ok_or(Malformed::Sampling)).transpose();
    let tags = headers.tags.map(|tags| tags_of(trimmed(tags))).transpose();
    let is_partial = priority.is_err() || tags.is_err();
    let (priority, tags) = (priority.ok().flatten(), tags.ok().flatten().unwrap_or_default());
    let sampling = match priority {
        None => Sampling::Deferred,
        Some(priority) if priority > 0 => Sampling::Accept,
        Some(_) => Sampling::Deny,
    };
    let trace_id = TraceId::from(u128::from(tags.high) << 64 | u128::from(low));
    let state = state_of(priority, headers.origin.map(trimmed), &tags);
    Ok(Some(DatadogContext { parent: RemoteSpan { trace_id, span_id, sampling }, state, is_partial }))
}

/// Datadog knows -1 to 2; whatever comes later has one digit, too.
fn priority_of(text: &[u8]) -> Option<i8> {
    let (sign, digits) = text.strip_prefix(b"-").map_or((1, text), |digits| (-1, digits));
    match digits {
        [digit @ b'0'..=b'9'] => i8::try_from(digit - b'0').ok().map(|number| sign * number),
        _ => None,
    }
}

#[derive(Default)]
struct Tags<'a> {
    /// The upper half of the trace id.
    high: u64,
    /// Names without the prefix, and values.
    others: Vec<(&'a [u8], &'a [u8])>,
}

fn tags_of(text: &[u8]) -> Result<Tags<'_>, Malformed> {
    if text.len() > MAX_DATADOG_TAGS_BYTES {
        return Err(Malformed::Length);
    }
    let mut tags = Tags::default();
    for tag in text.split(|byte| *byte == b',').map(trimmed).filter(|tag| !tag.is_empty()) {
        let equals = tag.iter().position(|byte| *byte == b'=').ok_or(Malformed::Shape)?;
        let (key, value) = (&tag[..equals], &tag[equals + 1..]);
        if key == TRACE_ID_TAG {
            tags.high = any_hex(value).map(u64::from_be_bytes).ok_or(Malformed::TraceId)?;
        } else if let Some(name) = key.strip_prefix(TAG_PREFIX).filter(|name| !name.is_empty()) {
            tags.others.push((name, value));
        }
    }
    Ok(tags)
}

/// `s:<priority>;o:<origin>;t.<tag>:<value>`; what does not fit is left out.
fn state_of(priority: Option<i8>, origin: Option<&[u8]>, tags: &Tags<'_>) -> String {
    let mut state = String::new();
    let mut append = |key: &str, value: &str| {
        // The end of a value of `tracestate` is no space.
        let value = value.trim_end_matches(' ');
        let length = usize::from(!state.is_empty()) + key.len() + 1 + value.len();
        if value.is_empty() || state.len() + length > MAX_DATADOG_STATE_BYTES {
            return;
        }
        if !state.is_empty() {
            state.push(';');
        }
        state.push_str(key);
        state.push(':');
        state.push_str(value);
    };
    if let Some(priority) = priority {
        append("s", &priority.to_string());
    }
    if let Some(origin) = origin {
        append("o", &state_value(origin));
    }
    for (name, value) in &tags.others {
        let name: String = name
            .iter()
            .map(|byte| if matches!(byte, 0x21..=0x7e) && !matches!(byte, b',' | b'=' | b':' | b';') { char::from(*byte) } else { '_' })
            .collect();
        append(&format!("t.{name}"), &state_value(value));
    }
    state
}

/// A value as the member has it: `=`, which `tracestate` does not allow, is written `~`, and everything else that it does not allow `_`.
fn state_value(value: &[u8]) -> String {
    let written = |byte: &u8| match byte {
        b'=' => '~',
        b',' | b';' | b'~' => '_',
        0x20..=0x7e => char::from(*byte),
        _ => '_',
    };
    value.iter().map(written).collect()
}
