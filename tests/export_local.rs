//! Destinations that need no server: file, console, memory, none.

mod export_support;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use export_support::*;
use observability_ts::config::{Compression, ExporterKind, ExporterSettings};
use observability_ts::export::{ConsoleTransport, Exporter, MAX_MEMORY_BYTES, Outcome, Payload, Request, Transport};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;
use serde_json::json;

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(any(value)), ..KeyValue::default() }
}

/// A span with everything that a span can have.
fn rich() -> ExportTraceServiceRequest {
    let text = |text: &str| Value::StringValue(text.into());
    let attributes = vec![
        attribute("text", text("a \"quoted\"\nline")),
        attribute("truth", Value::BoolValue(true)),
        attribute("large", Value::IntValue(i64::MIN)),
        attribute("half", Value::DoubleValue(0.5)),
        attribute("nan", Value::DoubleValue(f64::NAN)),
        attribute("infinite", Value::DoubleValue(f64::NEG_INFINITY)),
        attribute("bytes", Value::BytesValue(vec![0xfb, 0xff])),
        attribute("list", Value::ArrayValue(ArrayValue { values: vec![any(Value::IntValue(1)), any(text("b"))] })),
        attribute("map", Value::KvlistValue(KeyValueList { values: vec![attribute("k", Value::IntValue(2))] })),
        KeyValue { key: "empty".into(), value: Some(AnyValue { value: None }), ..KeyValue::default() },
    ];
    let span = Span {
        trace_id: (0..16).map(|n| 0xf0 | n).collect(),
        span_id: vec![0, 1, 2, 3, 4, 5, 6, 0xab],
        parent_span_id: vec![9; 8],
        trace_state: "ot=th:8".into(),
        flags: 0x101,
        name: "GET /orders/:id\u{1b}[31m".into(),
        kind: 2,
        start_time_unix_nano: 1_763_874_112_123_456_789,
        end_time_unix_nano: 1_763_874_112_135_801_789,
        attributes,
        dropped_attributes_count: 3,
        events: vec![Event {
            time_unix_nano: 1_763_874_112_124_660_789,
            name: "exception".into(),
            attributes: vec![
                attribute("exception.type", text("Error")),
                attribute("deep", Value::ArrayValue(ArrayValue { values: vec![any(Value::DoubleValue(f64::INFINITY))] })),
            ],
            dropped_attributes_count: 0,
        }],
        links: vec![Link { trace_id: vec![0xcd; 16], span_id: vec![0xef; 8], ..Link::default() }],
        status: Some(Status { code: 2, message: "out of stock".into() }),
        ..Span::default()
    };
    let scope = Some(InstrumentationScope { name: "shop".into(), version: "1.2.0".into(), ..InstrumentationScope::default() });
    let resource = Some(Resource { attributes: vec![attribute("service.name", text("api"))], ..Resource::default() });
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource,
            scope_spans: vec![ScopeSpans { scope, spans: vec![span], schema_url: "https://opentelemetry.io/schemas/1.38.0".into() }],
            ..ResourceSpans::default()
        }],
    }
}

fn rich_payload() -> Payload {
    Payload { body: rich().encode_to_vec().into(), spans: 1 }
}

#[tokio::test]
async fn the_file_holds_otlp_json_as_the_specification_has_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spans.jsonl");
    // Compression is for bodies that travel.
    let settings = ExporterSettings { compression: Compression::Gzip, ..settings(ExporterKind::File, path.to_str().unwrap()) };
    let exporter = Exporter::new(&settings).unwrap();
    assert_accepted(&exporter.export(&rich_payload()).await);
    let text = std::fs::read_to_string(&path).unwrap();
    let line: serde_json::Value = serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
    let span = &line["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    for (field, expected) in [
        ("traceId", json!("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")),
        ("spanId", json!("00010203040506ab")),
        ("parentSpanId", json!("0909090909090909")),
        ("traceState", json!("ot=th:8")),
        ("flags", json!(257)),
        ("kind", json!(2)),
        ("startTimeUnixNano", json!("1763874112123456789")),
        ("endTimeUnixNano", json!("1763874112135801789")),
        ("droppedAttributesCount", json!(3)),
    ] {
        assert_eq!(span[field], expected, "{field}");
    }
    assert_eq!(span["status"], json!({"code": 2, "message": "out of stock"}));
    assert_eq!(span["events"][0]["timeUnixNano"], "1763874112124660789");
    assert_eq!(span["events"][0]["attributes"][1]["value"]["arrayValue"]["values"], json!([{"doubleValue": "Infinity"}]));
    assert_eq!((&span["links"][0]["traceId"], &span["links"][0]["spanId"]), (&json!("cd".repeat(16)), &json!("ef".repeat(8))));
    for (index, expected) in [
        json!({"stringValue": "a \"quoted\"\nline"}),
        json!({"boolValue": true}),
        json!({"intValue": "-9223372036854775808"}),
        json!({"doubleValue": 0.5}),
        json!({"doubleValue": "NaN"}),
        json!({"doubleValue": "-Infinity"}),
        json!({"bytesValue": "+/8="}),
        json!({"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "b"}]}}),
        json!({"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "2"}}]}}),
        json!({}),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(span["attributes"][index]["value"], expected, "{}", span["attributes"][index]);
    }
}

#[tokio::test]
async fn batches_written_at_once_are_whole_lines_and_the_file_is_appended_to() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spans.jsonl");
    for round in 1..=2 {
        let exporter = Exporter::new(&settings(ExporterKind::File, path.to_str().unwrap())).unwrap();
        let payload = payload(200);
        let deliveries = [0; 4].map(|_| exporter.export(&payload));
        let [a, b, c, d] = deliveries;
        for delivery in <[_; 4]>::from(tokio::join!(a, b, c, d)) {
            assert_accepted(&delivery);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 4 * round);
        for line in lines {
            assert_eq!(serde_json::from_str::<ExportTraceServiceRequest>(line).unwrap(), request(200));
        }
    }
}

#[tokio::test]
async fn bytes_that_are_not_otlp_are_refused_by_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("spans.jsonl");
    let exporter = Exporter::new(&settings(ExporterKind::File, path.to_str().unwrap())).unwrap();
    refused(exporter.export(&Payload { body: vec![0xff; 10].into(), spans: 1 }).await);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_may_have_room_again() {
    let exporter = Exporter::new(&without_retry(settings(ExporterKind::File, "/dev/full"))).unwrap();
    assert!(undelivered(exporter.export(&payload(1)).await).contains("can't be written"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_write_that_takes_longer_than_an_attempt_may_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    // Without a writer the reader would wait for one, and the other way round; this is both.
    let both = std::fs::File::options().read(true).write(true).open(&path).unwrap();
    let reader = std::fs::File::open(&path).unwrap();
    let settings = ExporterSettings { timeout: std::time::Duration::from_millis(20), ..settings(ExporterKind::File, path.to_str().unwrap()) };
    let exporter = Exporter::new(&settings).unwrap();
    drop(both);
    // More than a pipe holds, which is read after several attempts would have run out of time.
    let payload = payload(1_000);
    let lines = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        io::read_to_string(reader).unwrap().lines().count()
    });
    assert_accepted(&exporter.export(&payload).await);
    drop(exporter);
    assert_eq!(lines.join().unwrap(), 1);
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_console_shows_a_block_for_each_span_and_nothing_that_steers_the_terminal() {
    let sink = Sink::default();
    let console = ConsoleTransport::to(Box::new(sink.clone()));
    let request = Request { body: rich_payload().body, gzip: false, spans: 1 };
    assert_eq!(console.send(&request).await, Outcome::ACCEPTED);
    let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let expected = "\
GET /orders/:id\u{fffd}[31m  server  12.345 ms  ERROR: out of stock
  at     2025-11-23T05:01:52.123456Z  shop 1.2.0
  trace  f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff  span 00010203040506ab  parent 0909090909090909
  text = \"a \\\"quoted\\\"\\nline\"
  truth = true
  large = -9223372036854775808
  half = 0.5
  nan = NaN
  infinite = -inf
  bytes = 0xfbff
  list = [1, \"b\"]
  map = { k = 2 }
  empty = null
  event +1.204 ms exception  exception.type = \"Error\", deep = [inf]
  link   cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd efefefefefefefef
";
    assert_eq!(text, expected);
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_closed_console_is_an_outcome() {
    let request = Request { body: payload(1).body, gzip: false, spans: 1 };
    assert!(matches!(ConsoleTransport::to(Box::new(Closed)).send(&request).await, Outcome::Fatal { .. }));
}

#[tokio::test]
async fn memory_is_readable_bounded_and_forgetful_on_demand() {
    let exporter = Exporter::new(&settings(ExporterKind::Memory, "")).unwrap();
    let store = exporter.memory_store().unwrap();
    assert_accepted(&exporter.export(&payload(3)).await);
    assert_eq!(ExportTraceServiceRequest::decode(store.payloads()[0].body.clone()).unwrap(), request(3));
    store.clear();
    assert!(store.payloads().is_empty());
    let large = Payload { body: vec![0; MAX_MEMORY_BYTES / 4].into(), spans: 7 };
    for _ in 0..6 {
        assert_accepted(&exporter.export(&large).await);
    }
    assert_eq!((store.payloads().len(), store.dropped_spans()), (4, 14));
}

#[tokio::test]
async fn nowhere_takes_everything() {
    let exporter = Exporter::new(&settings(ExporterKind::None, "")).unwrap();
    assert_accepted(&exporter.export(&payload(3)).await);
    assert!(exporter.memory_store().is_none());
}
