//! The OTLP writer against the oracle: what `opentelemetry-proto` decodes from our bytes is what went in, and prost writes the same bytes.

mod otlp_support;

use observability_ts::config::{AttributeValue, ResourceSettings};
use observability_ts::otlp::TraceEncoder;
use observability_ts::span::{Attribute, FinishedSpan, Scope, SpanEncoder, Status, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::{ScopeSpans, Span};
use otlp_support::{OwnedSpan, expected_scope, expected_span, plain_span};
use proptest::prelude::*;
use prost::Message;

/// Encodes spans as the content of one `ScopeSpans`.
fn encode(spans: &[FinishedSpan<'_>]) -> Vec<u8> {
    let encoder = TraceEncoder::new(&ResourceSettings::default());
    let mut out = Vec::new();
    for span in spans {
        encoder.append_span(span, &mut out);
    }
    out
}

fn decode(bytes: &[u8]) -> Vec<Span> {
    ScopeSpans::decode(bytes).expect("our bytes are a ScopeSpans message").spans
}

proptest! {
    #![proptest_config(otlp_support::config())]

    #[test]
    fn generated_spans_arrive_field_by_field(owned in proptest::collection::vec(otlp_support::spans(), 1..4)) {
        let scope = Scope::default();
        let spans: Vec<_> = owned.iter().map(|span| span.borrow(&scope)).collect();
        let bytes = encode(&spans);
        let decoded = decode(&bytes);
        prop_assert_eq!(decoded.len(), spans.len());
        for (decoded, span) in decoded.iter().zip(&spans) {
            otlp_support::assert_same(decoded, &expected_span(span));
        }
        let prost = ScopeSpans { scope: None, spans: decoded, schema_url: String::new() }.encode_to_vec();
        prop_assert_eq!(prost, bytes);
    }

    #[test]
    fn generated_resources_and_scopes_arrive(resource in otlp_support::resources(), scope in otlp_support::scopes()) {
        let encoder = TraceEncoder::new(&resource);
        let mut content = Vec::new();
        encoder.append_scope(&scope, &mut content);
        let mut group = Vec::new();
        encoder.append_group_head(content.len(), &mut group);
        prop_assert_eq!(group.len(), encoder.group_head_len(content.len()));
        group.extend_from_slice(&content);
        let mut body = Vec::new();
        encoder.append_body_head(group.len(), &mut body);
        prop_assert_eq!(body.len(), encoder.body_head_len(group.len()));
        body.extend_from_slice(&group);

        let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("our bytes are a request");
        prop_assert_eq!(request.resource_spans.len(), 1);
        let decoded = &request.resource_spans[0];
        prop_assert_eq!(&decoded.schema_url, &resource.schema_url);
        otlp_support::assert_resource(decoded.resource.as_ref().expect("a resource"), &resource);
        prop_assert_eq!(decoded.scope_spans.len(), 1);
        prop_assert_eq!(decoded.scope_spans[0].scope.clone(), Some(expected_scope(&scope)));
        prop_assert_eq!(&*decoded.scope_spans[0].schema_url, &*scope.schema_url);
    }
}

#[test]
fn flags_say_what_is_known_of_the_parent() {
    // opentelemetry-proto trace.proto, Span.flags: bits 0-7 W3C flags, bit 8 "is remote is known", bit 9 "is remote".
    for (trace_flags, remote, expected) in
        [(0u8, false, 0x100u32), (1, false, 0x101), (1, true, 0x301), (3, true, 0x303), (0xff, false, 0x1ff), (0xff, true, 0x3ff)]
    {
        let owned = OwnedSpan { trace_flags, parent_is_remote: remote, ..plain_span() };
        let scope = Scope::default();
        assert_eq!(decode(&encode(&[owned.borrow(&scope)]))[0].flags, expected, "flags {trace_flags:#x}, remote {remote}");
    }
}

#[test]
fn an_unset_status_is_left_out_and_an_error_without_a_message_is_not() {
    let scope = Scope::default();
    let owned = plain_span();
    for (status, expected) in [(Status::Unset, None), (Status::Ok, Some((1, ""))), (Status::Error { message: "" }, Some((2, "")))] {
        let span = FinishedSpan { status, ..owned.borrow(&scope) };
        let decoded = decode(&encode(&[span]));
        assert_eq!(decoded[0].status.as_ref().map(|status| (status.code, status.message.as_str())), expected);
    }
}

#[test]
fn a_root_span_has_no_parent_id() {
    let scope = Scope::default();
    let owned = OwnedSpan { parent_span_id: 0, ..plain_span() };
    assert!(decode(&encode(&[owned.borrow(&scope)]))[0].parent_span_id.is_empty());
}

#[test]
fn what_nests_deeper_than_any_decoder_takes_is_sent_empty() {
    let scope = Scope::default();
    let owned = plain_span();
    for map in [false, true] {
        let mut value = Value::I64(1);
        for _ in 0..200 {
            value = if map { Value::Map(vec![Attribute { key: "in", value }]) } else { Value::Array(vec![value]) };
        }
        let span = FinishedSpan { attributes: vec![Attribute { key: "deep", value }], ..owned.borrow(&scope) };
        let decoded = decode(&encode(&[span]));
        let mut depth = 0;
        let mut value = decoded[0].attributes[0].value.clone();
        loop {
            value = match value.and_then(|value| value.value) {
                Some(any_value::Value::ArrayValue(array)) => array.values.into_iter().next(),
                Some(any_value::Value::KvlistValue(map)) => map.values.into_iter().next().and_then(|entry| entry.value),
                _ => break,
            };
            depth += 1;
        }
        assert_eq!(depth, 16, "map: {map}");
    }
}

#[test]
fn a_megabyte_of_string_arrives() {
    let scope = Scope::default();
    let owned = plain_span();
    let text = "x".repeat(1 << 20);
    let mut span = owned.borrow(&scope);
    span.attributes = vec![Attribute { key: "long", value: Value::Str(&text) }];
    let bytes = encode(&[span.clone()]);
    otlp_support::assert_same(&decode(&bytes)[0], &expected_span(&span));
}

#[test]
fn each_kind_of_resource_value_arrives() {
    let attributes = vec![
        ("str".to_owned(), AttributeValue::Str("a".to_owned())),
        ("bool".to_owned(), AttributeValue::Bool(false)),
        ("int".to_owned(), AttributeValue::I64(-1)),
        ("double".to_owned(), AttributeValue::F64(0.5)),
        ("strings".to_owned(), AttributeValue::StrArray(vec![String::new(), "b".to_owned()])),
        ("bools".to_owned(), AttributeValue::BoolArray(vec![true, false])),
        ("ints".to_owned(), AttributeValue::I64Array(vec![i64::MIN, i64::MAX])),
        ("doubles".to_owned(), AttributeValue::F64Array(vec![])),
    ];
    let resource = ResourceSettings { attributes, schema_url: "https://opentelemetry.io/schemas/1.37.0".to_owned() };
    let mut body = Vec::new();
    TraceEncoder::new(&resource).append_body_head(0, &mut body);
    let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("our bytes are a request");
    otlp_support::assert_resource(request.resource_spans[0].resource.as_ref().expect("a resource"), &resource);
}
