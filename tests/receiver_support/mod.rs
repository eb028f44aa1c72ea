//! Requests as senders make them, and a client that knows no OTLP.
#![allow(dead_code, reason = "each test binary uses its own part")]

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use observability_ts::receiver::{Receiver, ReceiverConfig};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span::Event};
use std::io::Write;
use std::net::SocketAddr;

/// When the traces of the tests begin.
pub const START: u64 = 1_700_000_000_000_000_000;
pub const MILLI: u64 = 1_000_000;

pub fn start() -> Receiver {
    Receiver::start(config()).expect("free ports")
}

pub fn config() -> ReceiverConfig {
    ReceiverConfig { grpc_port: Some(0), http_port: Some(0), ..ReceiverConfig::default() }
}

pub fn attribute(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, key_strindex: 0 }
}

pub fn port(port: u16) -> KeyValue {
    let value = Some(AnyValue { value: Some(any_value::Value::IntValue(port.into())) });
    KeyValue { key: "server.port".to_owned(), value, key_strindex: 0 }
}

pub fn trace_id(trace: u8) -> Vec<u8> {
    vec![trace; 16]
}

pub fn hex_id(trace: u8) -> String {
    format!("{trace:02x}").repeat(16)
}

/// A span of a trace: `parent` 0 for a root, times in milliseconds after [`START`].
pub fn span(trace: u8, id: u8, parent: u8, name: &str, from_millis: u64, to_millis: u64) -> Span {
    Span {
        trace_id: trace_id(trace),
        span_id: vec![id; 8],
        parent_span_id: if parent == 0 { Vec::new() } else { vec![parent; 8] },
        name: name.to_owned(),
        start_time_unix_nano: START + from_millis * MILLI,
        end_time_unix_nano: START + to_millis * MILLI,
        ..Span::default()
    }
}

pub fn failed(message: &str) -> Option<Status> {
    Some(Status { message: message.to_owned(), code: 2 })
}

pub fn event(name: &str, at_millis: u64, attributes: &[(&str, &str)]) -> Event {
    let attributes = attributes.iter().map(|(key, value)| attribute(key, value)).collect();
    Event { name: name.to_owned(), time_unix_nano: START + at_millis * MILLI, attributes, dropped_attributes_count: 0 }
}

pub fn traces(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let resource = Resource { attributes: vec![attribute("service.name", service)], ..Resource::default() };
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { resource: Some(resource), scope_spans, ..ResourceSpans::default() }] }
}

pub fn log(trace: u8, span: u8, severity: &str, body: &str, at_millis: u64) -> LogRecord {
    LogRecord {
        trace_id: if trace == 0 { Vec::new() } else { trace_id(trace) },
        span_id: vec![span; 8],
        severity_text: severity.to_owned(),
        body: Some(AnyValue { value: Some(any_value::Value::StringValue(body.to_owned())) }),
        time_unix_nano: START + at_millis * MILLI,
        ..LogRecord::default()
    }
}

pub fn logs(log_records: Vec<LogRecord>) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }] }
}

pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

/// Sends a request over HTTP/1.1.
pub async fn send(method: &str, address: SocketAddr, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut request = http::Request::builder().method(method).uri(format!("http://{address}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = client.request(request.body(Full::new(body.into())).expect("a valid request")).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let content_type = parts.headers.get("content-type").map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
    let body = body.collect().await.expect("a whole body").to_bytes();
    Answer { status: parts.status.as_u16(), content_type, headers: parts.headers, body }
}
