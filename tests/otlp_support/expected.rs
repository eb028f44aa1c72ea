//! The generated types of `opentelemetry-proto`, filled field by field from a span: what a decoder has to find.

use observability_ts::config::{AttributeValue, ResourceSettings};
use observability_ts::span::{Attribute, FinishedSpan, Scope, SpanId, SpanKind, Status, TraceFlags, Value};
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{self as proto, span as parts};

fn any_value(value: &Value<'_>) -> AnyValue {
    let value = match value {
        Value::Null => None,
        Value::Bool(bool) => Some(any_value::Value::BoolValue(*bool)),
        Value::I64(int) => Some(any_value::Value::IntValue(*int)),
        Value::F64(double) => Some(any_value::Value::DoubleValue(*double)),
        Value::Str(string) => Some(any_value::Value::StringValue((*string).to_owned())),
        Value::Bytes(bytes) => Some(any_value::Value::BytesValue(bytes.to_vec())),
        Value::Map(entries) => Some(any_value::Value::KvlistValue(KeyValueList { values: attributes(entries) })),
        Value::Array(values) => Some(any_value::Value::ArrayValue(ArrayValue { values: values.iter().map(any_value).collect() })),
    };
    AnyValue { value }
}

fn key_value(key: &str, value: &Value<'_>) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(any_value(value)), key_strindex: 0 }
}

fn attributes(attributes: &[Attribute<'_>]) -> Vec<KeyValue> {
    attributes.iter().map(|attribute| key_value(attribute.key, &attribute.value)).collect()
}

fn flags(flags: TraceFlags, is_remote: bool) -> u32 {
    u32::from(flags.to_u8()) + 0x100 + if is_remote { 0x200 } else { 0 }
}

/// What a decoder makes of a scope.
pub fn expected_scope(scope: &Scope) -> InstrumentationScope {
    InstrumentationScope { name: scope.name.to_string(), version: scope.version.to_string(), attributes: Vec::new(), dropped_attributes_count: 0 }
}

/// What a decoder makes of a span.
pub fn expected_span(span: &FinishedSpan<'_>) -> proto::Span {
    let parent_span_id = if span.parent_span_id == SpanId::INVALID { Vec::new() } else { span.parent_span_id.to_bytes().to_vec() };
    let events = span.events.iter().map(|event| parts::Event {
        time_unix_nano: event.time_unix_nanos,
        name: event.name.to_owned(),
        attributes: attributes(&event.attributes),
        dropped_attributes_count: event.dropped_attributes,
    });
    let links = span.links.iter().map(|link| parts::Link {
        trace_id: link.trace_id.to_bytes().to_vec(),
        span_id: link.span_id.to_bytes().to_vec(),
        trace_state: link.trace_state.to_owned(),
        attributes: attributes(&link.attributes),
        dropped_attributes_count: link.dropped_attributes,
        flags: flags(link.trace_flags, link.is_remote),
    });
    proto::Span {
        trace_id: span.trace_id.to_bytes().to_vec(),
        span_id: span.span_id.to_bytes().to_vec(),
        trace_state: span.trace_state.to_owned(),
        parent_span_id,
        flags: flags(span.trace_flags, span.parent_is_remote),
        name: span.name.to_owned(),
        kind: match span.kind {
            SpanKind::Internal => parts::SpanKind::Internal,
            SpanKind::Server => parts::SpanKind::Server,
            SpanKind::Client => parts::SpanKind::Client,
            SpanKind::Producer => parts::SpanKind::Producer,
            SpanKind::Consumer => parts::SpanKind::Consumer,
        }
        .into(),
        start_time_unix_nano: span.start_unix_nanos,
        end_time_unix_nano: span.end_unix_nanos,
        attributes: attributes(&span.attributes),
        dropped_attributes_count: span.dropped_attributes,
        events: events.collect(),
        dropped_events_count: span.dropped_events,
        links: links.collect(),
        dropped_links_count: span.dropped_links,
        status: match span.status {
            Status::Unset => None,
            Status::Ok => Some(proto::Status { message: String::new(), code: proto::status::StatusCode::Ok.into() }),
            Status::Error { message } => Some(proto::Status { message: message.to_owned(), code: proto::status::StatusCode::Error.into() }),
        },
    }
}

/// Replaces doubles by their bits, so that NaN equals itself and -0 differs from 0.
fn exact(attributes: &mut [KeyValue]) {
    fn exact_value(value: &mut AnyValue) {
        match &mut value.value {
            Some(any_value::Value::DoubleValue(double)) => {
                value.value = Some(any_value::Value::BytesValue(double.to_bits().to_be_bytes().to_vec()));
            }
            Some(any_value::Value::ArrayValue(array)) => array.values.iter_mut().for_each(exact_value),
            Some(any_value::Value::KvlistValue(map)) => exact(&mut map.values),
            _ => {}
        }
    }
    attributes.iter_mut().filter_map(|attribute| attribute.value.as_mut()).for_each(exact_value);
}

fn exact_span(span: &proto::Span) -> proto::Span {
    let mut span = span.clone();
    exact(&mut span.attributes);
    span.events.iter_mut().for_each(|event| exact(&mut event.attributes));
    span.links.iter_mut().for_each(|link| exact(&mut link.attributes));
    span
}

/// Asserts that two spans are the same, doubles bit by bit.
#[track_caller]
pub fn assert_same(decoded: &proto::Span, expected: &proto::Span) {
    assert_eq!(exact_span(decoded), exact_span(expected));
}

/// Asserts that a decoded resource is what the settings say, doubles bit by bit.
#[track_caller]
pub fn assert_resource(decoded: &Resource, settings: &ResourceSettings) {
    let value = |value: &AttributeValue| match value {
        AttributeValue::Str(string) => any_value(&Value::Str(string)),
        AttributeValue::Bool(bool) => any_value(&Value::Bool(*bool)),
        AttributeValue::I64(int) => any_value(&Value::I64(*int)),
        AttributeValue::F64(double) => any_value(&Value::F64(*double)),
        AttributeValue::StrArray(strings) => any_value(&Value::Array(strings.iter().map(|string| Value::Str(string)).collect())),
        AttributeValue::BoolArray(bools) => any_value(&Value::Array(bools.iter().map(|bool| Value::Bool(*bool)).collect())),
        AttributeValue::I64Array(ints) => any_value(&Value::Array(ints.iter().map(|int| Value::I64(*int)).collect())),
        AttributeValue::F64Array(doubles) => any_value(&Value::Array(doubles.iter().map(|double| Value::F64(*double)).collect())),
    };
    let mut expected: Vec<_> =
        settings.attributes.iter().map(|(key, v)| KeyValue { key: key.clone(), value: Some(value(v)), key_strindex: 0 }).collect();
    let mut decoded = decoded.attributes.clone();
    exact(&mut expected);
    exact(&mut decoded);
    assert_eq!(decoded, expected);
}
