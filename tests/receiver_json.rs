//! OTLP JSON as the receiver reads it, beside what `opentelemetry-proto` and our own exporter write.

mod receiver_support;

use observability_ts::export::json_line;
use observability_ts::receiver::decode::{DecodeError, Format, logs, traces};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;
use receiver_support::{span, traces as request};

fn value(value: Value) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn attributes() -> Vec<KeyValue> {
    let kinds = [
        Some(AnyValue { value: None }),
        value(Value::StringValue("\"text\" \u{1f600}\n".to_owned())),
        value(Value::StringValue(String::new())),
        value(Value::BoolValue(true)),
        value(Value::BoolValue(false)),
        value(Value::IntValue(i64::MIN)),
        value(Value::IntValue(i64::MAX)),
        value(Value::DoubleValue(-0.0)),
        value(Value::DoubleValue(f64::MIN_POSITIVE)),
        value(Value::BytesValue(vec![0, 255, 254, 62])),
        value(Value::StringValueStrindex(-1)),
    ];
    let array = ArrayValue { values: kinds.iter().flatten().cloned().collect() };
    let map = KeyValueList { values: vec![KeyValue { key: "array".to_owned(), value: value(Value::ArrayValue(array)), key_strindex: 0 }] };
    let kinds = kinds.into_iter().chain([value(Value::KvlistValue(map)), None]).enumerate();
    kinds.map(|(at, value)| KeyValue { key: format!("key {at}"), value, key_strindex: -3 }).collect()
}

// Each message is written with all its fields: with a new one this does not compile, and the receiver's table needs it, too.

fn resource() -> Option<Resource> {
    let entity = EntityRef {
        schema_url: "https://entity".to_owned(),
        r#type: "host".to_owned(),
        id_keys: vec!["host.id".to_owned(), String::new()],
        description_keys: vec!["host.name".to_owned()],
    };
    Some(Resource { attributes: attributes(), dropped_attributes_count: 1, entity_refs: vec![entity.clone(), entity] })
}

fn scope() -> Option<InstrumentationScope> {
    Some(InstrumentationScope { name: "scope".to_owned(), version: "1.2".to_owned(), attributes: attributes(), dropped_attributes_count: u32::MAX })
}

fn full_traces() -> ExportTraceServiceRequest {
    let event = Event { time_unix_nano: 7, name: "event".to_owned(), attributes: attributes(), dropped_attributes_count: 2 };
    let link = Link {
        trace_id: vec![3; 16],
        span_id: vec![4; 8],
        trace_state: "a=b".to_owned(),
        attributes: attributes(),
        dropped_attributes_count: 3,
        flags: 257,
    };
    let span = Span {
        trace_id: vec![0xab; 16],
        span_id: vec![2; 8],
        trace_state: "c=d".to_owned(),
        parent_span_id: vec![5; 8],
        flags: u32::MAX,
        name: "name".to_owned(),
        kind: 2,
        start_time_unix_nano: u64::MAX,
        end_time_unix_nano: 1,
        attributes: attributes(),
        dropped_attributes_count: 4,
        events: vec![event.clone(), event],
        dropped_events_count: 5,
        links: vec![link.clone(), link],
        dropped_links_count: 6,
        status: Some(Status { message: "failed".to_owned(), code: 2 }),
    };
    let scope_spans = ScopeSpans { scope: scope(), spans: vec![span.clone(), span, Span::default()], schema_url: "https://scope".to_owned() };
    let resource_spans = ResourceSpans { resource: resource(), scope_spans: vec![scope_spans], schema_url: "https://resource".to_owned() };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans, ResourceSpans::default()] }
}

fn full_logs() -> ExportLogsServiceRequest {
    let record = LogRecord {
        time_unix_nano: 1,
        observed_time_unix_nano: u64::MAX,
        severity_number: 17,
        severity_text: "ERROR".to_owned(),
        body: value(Value::KvlistValue(KeyValueList { values: attributes() })),
        attributes: attributes(),
        dropped_attributes_count: 1,
        flags: 1,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        event_name: "event".to_owned(),
    };
    let scope_logs = ScopeLogs { scope: scope(), log_records: vec![record, LogRecord::default()], schema_url: "https://scope".to_owned() };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { resource: resource(), scope_logs: vec![scope_logs], schema_url: "https://resource".to_owned() }],
    }
}

#[test]
fn every_field_is_read_as_the_crate_writes_it() {
    assert_eq!(traces(Format::Json, &serde_json::to_vec(&full_traces()).expect("JSON")), Ok(full_traces()));
    assert_eq!(logs(Format::Json, &serde_json::to_vec(&full_logs()).expect("JSON")), Ok(full_logs()));
    assert_eq!(traces(Format::Protobuf, &full_traces().encode_to_vec()), Ok(full_traces()));
    assert_eq!(logs(Format::Protobuf, &full_logs().encode_to_vec()), Ok(full_logs()));
}

#[test]
fn a_line_of_the_file_exporter_is_read_whatever_the_numbers() {
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.5].map(|number| AnyValue { value: Some(Value::DoubleValue(number)) });
    let mut one = span(1, 1, 0, "GET /", 0, 5);
    one.attributes = vec![KeyValue { key: "n".to_owned(), value: value(Value::ArrayValue(ArrayValue { values: numbers.into() })), key_strindex: 0 }];
    let sent = request("api", vec![one]);
    let read = traces(Format::Json, &json_line(&sent.encode_to_vec()).expect("a line")).expect("a request");
    // Debug text, as NaN is not equal to itself.
    assert_eq!(format!("{read:?}"), format!("{sent:?}"));
}

/// A request with one attribute of one value.
fn with_value(value: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"k","value":{value}}}]}}}}]}}"#)
}

#[test]
fn values_are_read_as_protojson_has_them() {
    let rows = [
        (r#"{"doubleValue":"NaN"}"#, Some(Value::DoubleValue(f64::NAN)), "ProtoJSON: three strings for what JSON has no number for"),
        (r#"{"doubleValue":"Infinity"}"#, Some(Value::DoubleValue(f64::INFINITY)), "ProtoJSON"),
        (r#"{"doubleValue":"-Infinity"}"#, Some(Value::DoubleValue(f64::NEG_INFINITY)), "ProtoJSON"),
        (r#"{"doubleValue":"1.5e3"}"#, Some(Value::DoubleValue(1500.0)), "ProtoJSON: numbers or strings"),
        (r#"{"doubleValue":"-0"}"#, Some(Value::DoubleValue(-0.0)), "ProtoJSON: numbers or strings"),
        (r#"{"doubleValue":1}"#, Some(Value::DoubleValue(1.0)), "JSON does not tell 1 from 1.0"),
        (r#"{"doubleValue":-1}"#, Some(Value::DoubleValue(-1.0)), "JSON does not tell -1 from -1.0"),
        (r#"{"intValue":"-9223372036854775808"}"#, Some(Value::IntValue(i64::MIN)), "64 bits as a string"),
        (r#"{"intValue":9223372036854775807}"#, Some(Value::IntValue(i64::MAX)), "64 bits as a number"),
        (r#"{"bytesValue":"-_8"}"#, Some(Value::BytesValue(vec![0xfb, 0xff])), "base64 of URLs, without padding"),
        (r#"{"arrayValue":{}}"#, Some(Value::ArrayValue(ArrayValue::default())), "ProtoJSON: senders leave out an empty list"),
        (r#"{"kvlistValue":{}}"#, Some(Value::KvlistValue(KeyValueList::default())), "ProtoJSON: senders leave out an empty list"),
        (r#"{"string\u0056alue":"escaped"}"#, Some(Value::StringValue("escaped".to_owned())), "a name may be escaped"),
        (r#"{"stringValue":null}"#, None, "ProtoJSON: null is a field that is not there"),
        (r#"{"newValue":[{"deep":1}]}"#, None, "OTLP: names that are not known are passed over"),
        ("{}", None, "a value of no type"),
    ];
    for (json, expected, why) in rows {
        let read = traces(Format::Json, with_value(json).as_bytes()).unwrap_or_else(|error| panic!("{json}: {why}: {error}"));
        let attributes = &read.resource_spans[0].resource.as_ref().expect("a resource").attributes;
        let expected = vec![KeyValue { key: "k".to_owned(), value: Some(AnyValue { value: expected }), key_strindex: 0 }];
        assert_eq!(format!("{attributes:?}"), format!("{expected:?}"), "{json}: {why}");
    }
}

#[test]
fn numbers_of_every_size_may_be_strings() {
    let body = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"3","flags":"257","startTimeUnixNano":"18446744073709551615",
        "droppedLinksCount":"7","status":{"code":"2"}}]}]}]}"#;
    let span = &traces(Format::Json, body.as_bytes()).expect("a request").resource_spans[0].scope_spans[0].spans[0];
    assert_eq!((span.kind, span.flags, span.start_time_unix_nano, span.dropped_links_count), (3, 257, u64::MAX, 7));
    assert_eq!(span.status.as_ref().map(|status| status.code), Some(2));
}

#[test]
fn what_is_no_value_is_refused_with_the_field_that_has_it() {
    let rows = [
        (r#"{"doubleValue":"nan"}"#, "doubleValue", "names are exact"),
        (r#"{"doubleValue":"+1"}"#, "doubleValue", "no number of JSON"),
        (r#"{"doubleValue":" 1"}"#, "doubleValue", "a space"),
        (r#"{"doubleValue":"1 "}"#, "doubleValue", "a space"),
        (r#"{"doubleValue":""}"#, "doubleValue", "ProtoJSON: an empty string is no number"),
        (r#"{"doubleValue":"1e999"}"#, "doubleValue", "more than a double holds"),
        (r#"{"intValue":"0x10"}"#, "intValue", "decimal only"),
        (r#"{"intValue":1.5}"#, "intValue", "a fraction"),
        (r#"{"intValue":9223372036854775808}"#, "intValue", "more than 64 bits with a sign"),
        (r#"{"boolValue":"true"}"#, "boolValue", "ProtoJSON: a bool is no string"),
        (r#"{"boolValue":1}"#, "boolValue", "ProtoJSON: a bool is no number"),
        (r#"{"stringValue":1}"#, "stringValue", "a string is no number"),
        (r#"{"stringValue":true}"#, "stringValue", "a string is no bool"),
        (r#"{"bytesValue":"Z"}"#, "bytesValue", "half a byte"),
        (r#"{"stringValue":["a"]}"#, "stringValue", "a list where one is asked for"),
        (r#"{"arrayValue":{"values":{}}}"#, "values", "one where a list is asked for"),
        (r#"{"arrayValue":{"values":[[]]}}"#, "AnyValue", "an array is no message"),
        (r#"{"arrayValue":{"values":[null]}}"#, "AnyValue", "ProtoJSON: no null in a list"),
        ("[]", "AnyValue", "an array is no message"),
    ];
    for (json, field, why) in rows {
        match traces(Format::Json, with_value(json).as_bytes()) {
            Err(DecodeError::Malformed(text)) => assert!(text.contains(field) && text.contains("line 1 column"), "{json}: {text}"),
            other => panic!("{json}: {why}: {other:?}"),
        }
    }
    for body in ["", "null", "{}{}", r#"{"resourceSpans":"x"}"#, r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"abc"}]}]}]}"#] {
        assert!(matches!(traces(Format::Json, body.as_bytes()), Err(DecodeError::Malformed(_))), "{body}");
    }
}
