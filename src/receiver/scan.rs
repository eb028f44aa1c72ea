//! What a request would take in memory, found from its bytes before it is decoded.
//!
//! An empty span is two bytes of protobuf or three of JSON and some 350 bytes decoded, so a body of 4 MiB could make a gigabyte. This walk
//! over the messages that can repeat costs one pass and no memory, and refuses such a body before anything is allocated.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

/// The most memory that a decoded request may take, its strings not counted: they are no longer than the body.
const MAX_DECODED_BYTES: usize = 64 * 1024 * 1024;

/// What an object of JSON is taken for. Most are attributes and values, the rest larger and fewer.
const JSON_OBJECT_BYTES: usize = 128;

/// The messages whose fields hold further messages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Message {
    TraceRequest,
    LogsRequest,
    ResourceSpans,
    ScopeSpans,
    ResourceLogs,
    ScopeLogs,
    Resource,
    Scope,
    Span,
    LogRecord,
    Event,
    Link,
    KeyValue,
    AnyValue,
    /// `ArrayValue`.
    Values,
    /// `KeyValueList`.
    Entries,
}

impl Message {
    /// The message that a field holds, with what it takes decoded.
    fn child(self, field: u32) -> Option<(Self, usize)> {
        let attribute = Some((Self::KeyValue, size_of::<KeyValue>()));
        match (self, field) {
            (Self::TraceRequest, 1) => Some((Self::ResourceSpans, size_of::<ResourceSpans>())),
            (Self::LogsRequest, 1) => Some((Self::ResourceLogs, size_of::<ResourceLogs>())),
            (Self::ResourceSpans | Self::ResourceLogs, 1) => Some((Self::Resource, 0)),
            (Self::ResourceSpans, 2) => Some((Self::ScopeSpans, size_of::<ScopeSpans>())),
            (Self::ResourceLogs, 2) => Some((Self::ScopeLogs, size_of::<ScopeLogs>())),
            (Self::ScopeSpans | Self::ScopeLogs, 1) => Some((Self::Scope, 0)),
            (Self::ScopeSpans, 2) => Some((Self::Span, size_of::<Span>())),
            (Self::ScopeLogs, 2) => Some((Self::LogRecord, size_of::<LogRecord>())),
            (Self::Resource, 1) | (Self::Scope, 3) | (Self::Span, 9) | (Self::LogRecord, 6) | (Self::Event, 3) | (Self::Link, 4) => attribute,
            (Self::Entries, 1) => attribute,
            (Self::Span, 11) => Some((Self::Event, size_of::<Event>())),
            (Self::Span, 13) => Some((Self::Link, size_of::<Link>())),
            (Self::LogRecord, 5) | (Self::KeyValue, 2) => Some((Self::AnyValue, 0)),
            (Self::AnyValue, 5) => Some((Self::Values, 0)),
            (Self::AnyValue, 6) => Some((Self::Entries, 0)),
            (Self::Values, 1) => Some((Self::AnyValue, size_of::<AnyValue>())),
            _ => None,
        }
    }
}

/// Whether a protobuf body stays within bounds when it is decoded. Garbage is left for the decoder to refuse.
pub(super) fn protobuf_is_bounded(message: Message, body: &[u8]) -> bool {
    let mut left = MAX_DECODED_BYTES;
    walk(message, body, &mut left, 0).is_some()
}

/// Whether a JSON body stays within bounds when it is decoded.
pub(super) fn json_is_bounded(body: &[u8]) -> bool {
    body.iter().filter(|byte| **byte == b'{').count() <= MAX_DECODED_BYTES / JSON_OBJECT_BYTES
}

/// Takes what the fields of a message need from `left`; `None` when there is too little. The depth is that of prost's own limit.
fn walk(message: Message, mut bytes: &[u8], left: &mut usize, depth: u32) -> Option<()> {
    const MAX_DEPTH: u32 = 100;
    while let Some((field, content)) = next_field(&mut bytes) {
        if let (Some(content), Some((child, size))) = (content, message.child(field)) {
            // A vector grows by doubling: it may hold twice what is in it.
            *left = left.checked_sub(2 * size)?;
            if depth < MAX_DEPTH {
                walk(child, content, left, depth + 1)?;
            }
        }
    }
    Some(())
}

/// Takes a field off the front: its number, and its content when it is length-delimited. `None` at the end and at what is no field.
fn next_field<'a>(bytes: &mut &'a [u8]) -> Option<(u32, Option<&'a [u8]>)> {
    let tag = varint(bytes)?;
    let len = match tag & 7 {
        0 => {
            varint(bytes)?;
            0
        }
        1 => 8,
        2 => usize::try_from(varint(bytes)?).ok()?,
        5 => 4,
        _ => return None,
    };
    let (content, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(((tag >> 3) as u32, (tag & 7 == 2).then_some(content)))
}

/// Takes a varint off the front; at most ten bytes are read.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in 0..10 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << (7 * shift);
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_empty_spans_is_refused_and_a_usual_body_is_not() {
        // ScopeSpans is request.1.2, a span its field 2.
        let nest = |tag: u8, content: Vec<u8>| {
            let mut out = vec![tag];
            prost::encoding::encode_varint(content.len() as u64, &mut out);
            out.extend(content);
            out
        };
        let spans = |count: usize| nest(0x0a, nest(0x12, [0x12, 0].repeat(count)));
        assert!(protobuf_is_bounded(Message::TraceRequest, &spans(10_000)));
        assert!(!protobuf_is_bounded(Message::TraceRequest, &spans(1_000_000)));
        assert!(json_is_bounded(&b"{}".repeat(10_000)));
        assert!(!json_is_bounded(&b"{}".repeat(1_000_000)));
    }

    #[test]
    fn garbage_ends_the_walk() {
        for body in [&[0xff; 40][..], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f], &[0x0b], &[]] {
            assert!(protobuf_is_bounded(Message::TraceRequest, body));
        }
    }
}
