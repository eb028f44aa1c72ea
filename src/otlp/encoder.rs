//! The encoder of trace requests.

use super::resource::{put_resource, put_scope};
use super::span::put_span;
use super::wire::{len_field_len, len_tag, put_str, put_varint, varint_len};
use crate::config::ResourceSettings;
use crate::span::{FinishedSpan, Scope, SpanEncoder};

/// `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u8 = len_tag(1);
/// `ResourceSpans.resource`.
const RESOURCE: u8 = len_tag(1);
/// `ResourceSpans.scope_spans`.
const SCOPE_SPANS: u8 = len_tag(2);
/// `ScopeSpans.scope`.
const SCOPE: u8 = len_tag(1);
/// `ScopeSpans.spans`.
const SPANS: u8 = len_tag(2);
/// `ResourceSpans.schema_url` and `ScopeSpans.schema_url`.
const SCHEMA_URL: u8 = len_tag(3);

/// Encodes spans into `ExportTraceServiceRequest` bodies with one `ResourceSpans`, whose resource is encoded once, when this is made.
///
/// ```
/// use observability_ts::config::{AttributeValue, ResourceSettings};
/// use observability_ts::otlp::TraceEncoder;
/// use observability_ts::span::SpanEncoder;
///
/// let service = ("service.name".to_owned(), AttributeValue::Str("api".to_owned()));
/// let encoder = TraceEncoder::new(&ResourceSettings { attributes: vec![service], schema_url: String::new() });
/// let mut body = Vec::new();
/// encoder.append_body_head(0, &mut body);
/// assert_eq!(body.len(), encoder.body_head_len(0));
/// ```
#[derive(Debug, Clone)]
pub struct TraceEncoder {
    /// The fields of `ResourceSpans` that are the same in each body. The schema URL goes before the spans, though its number is higher:
    /// protobuf takes fields in any order, and so nothing has to follow the spans.
    resource: Vec<u8>,
}

impl TraceEncoder {
    /// An encoder for spans of this resource.
    pub fn new(resource: &ResourceSettings) -> Self {
        let mut bytes = Vec::new();
        put_resource(&mut bytes, RESOURCE, resource);
        put_str(&mut bytes, SCHEMA_URL, &resource.schema_url);
        bytes.shrink_to_fit();
        Self { resource: bytes }
    }
}

impl SpanEncoder for TraceEncoder {
    #[inline]
    fn append_span(&self, span: &FinishedSpan<'_>, out: &mut Vec<u8>) {
        put_span(out, SPANS, span);
    }

    fn append_scope(&self, scope: &Scope, out: &mut Vec<u8>) {
        put_scope(out, SCOPE, scope);
        put_str(out, SCHEMA_URL, &scope.schema_url);
    }

    fn append_group_head(&self, content_len: usize, out: &mut Vec<u8>) {
        out.push(SCOPE_SPANS);
        put_varint(out, content_len as u64);
    }

    fn group_head_len(&self, content_len: usize) -> usize {
        1 + varint_len(content_len as u64)
    }

    fn append_body_head(&self, groups_len: usize, out: &mut Vec<u8>) {
        out.push(RESOURCE_SPANS);
        put_varint(out, (self.resource.len() + groups_len) as u64);
        out.extend_from_slice(&self.resource);
    }

    fn body_head_len(&self, groups_len: usize) -> usize {
        len_field_len(self.resource.len() + groups_len) - groups_len
    }
}
