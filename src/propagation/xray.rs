//! AWS X-Ray: `X-Amzn-Trace-Id`, and `AWSTraceHeader` in SQS messages (X-Ray developer guide, "Tracing header").

use super::{
    remote::{Malformed, RemoteSpan, Sampling, span_id_of, trace_id_of},
    trimmed,
};
use crate::span::TraceId;

/// The most bytes of a header; a longer one is not looked at.
pub const MAX_XRAY_BYTES: usize = 2_048;

/// The most bytes of further fields that are passed on.
pub const MAX_XRAY_REST_BYTES: usize = 512;

/// What an X-Ray header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XrayHeader {
    /// The caller.
    pub parent: RemoteSpan,
    /// Fields to be passed on as they came, such as `Lineage`, by which Lambda finds out that it calls itself: `key=value;…`.
    pub rest: String,
}

/// Reads an X-Ray header: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=<0, 1 or ?>` and more, in any order.
///
/// `None` where it names no parent: load balancers write a root alone, below which no span of theirs is. `Self`, a load balancer's own mark, is
/// left out; other fields are kept up to [`MAX_XRAY_REST_BYTES`] in all. Without `Sampled`, or with `?`, the decision is deferred.
///
/// ```
/// use observability_ts::propagation::parse_xray;
///
/// let header = parse_xray(b"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0").unwrap().unwrap();
/// assert_eq!(header.parent.trace_id.to_string(), "5759e988bd862e3fe1be46a994272793");
/// assert_eq!(header.rest, "Lineage=1:a87bd80c:0");
/// ```
///
/// # Errors
/// [`Malformed`] says what is at fault.
pub fn parse_xray(header: &[u8]) -> Result<Option<XrayHeader>, Malformed> {
    if header.len() > MAX_XRAY_BYTES {
        return Err(Malformed::Length);
    }
    let (mut root, mut parent, mut sampled) = (None, None, None);
    let mut rest = String::new();
    for field in header.split(|byte| *byte == b';').map(trimmed).filter(|field| !field.is_empty()) {
        let equals = field.iter().position(|byte| *byte == b'=').ok_or(Malformed::Shape)?;
        let (key, value) = (trimmed(&field[..equals]), trimmed(&field[equals + 1..]));
        let known = match key {
            b"Root" => &mut root,
            b"Parent" => &mut parent,
            b"Sampled" => &mut sampled,
            b"Self" => continue,
            _ => {
                append(&mut rest, key, value);
                continue;
            }
        };
        if known.replace(value).is_some() {
            return Err(Malformed::Shape);
        }
    }
    let Some(trace_id) = root.map(root_of).transpose()? else { return Ok(None) };
    let Some(span_id) = parent.filter(|parent| !parent.is_empty()).map(span_id_of).transpose()? else { return Ok(None) };
    let sampling = match sampled {
        None | Some(b"?" | b"") => Sampling::Deferred,
        Some(b"1") => Sampling::Accept,
        Some(b"0") => Sampling::Deny,
        Some(_) => return Err(Malformed::Sampling),
    };
    Ok(Some(XrayHeader { parent: RemoteSpan { trace_id, span_id, sampling }, rest }))
}

/// `1-<8 hex>-<24 hex>`: the first part is a time for X-Ray, and just the beginning of the id for everybody else.
fn root_of(root: &[u8]) -> Result<TraceId, Malformed> {
    const LENGTH: usize = 35;
    if root.len() != LENGTH || !root.starts_with(b"1-") || root[10] != b'-' {
        return Err(Malformed::TraceId);
    }
    trace_id_of(&[&root[2..10], &root[11..]].concat())
}

/// Keeps a field that can be sent on as it came.
fn append(rest: &mut String, key: &[u8], value: &[u8]) {
    let is_plain = |bytes: &[u8]| bytes.iter().all(|byte| matches!(byte, 0x21..=0x7e) && !matches!(byte, b',' | b';'));
    let length = key.len() + 1 + value.len() + usize::from(!rest.is_empty());
    if key.is_empty() || !is_plain(key) || !is_plain(value) || rest.len() + length > MAX_XRAY_REST_BYTES {
        return;
    }
    if !rest.is_empty() {
        rest.push(';');
    }
    for byte in key.iter().chain(b"=").chain(value) {
        rest.push(char::from(*byte));
    }
}
