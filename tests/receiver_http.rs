//! The receiver's OTLP/HTTP side: what it takes, what it answers, what it refuses.

mod receiver_support;

use observability_ts::receiver::{Receiver, ReceiverConfig, ReceiverStats};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use receiver_support::{config, gzip, hex_id, log, logs, send, span, start, traces};
use std::net::SocketAddr;

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const JSON: (&str, &str) = ("content-type", "application/json");

fn http_addr(receiver: &Receiver) -> SocketAddr {
    receiver.http_addr().expect("it listens for HTTP")
}

#[tokio::test]
async fn protobuf_plain_and_gzipped_arrives() {
    let receiver = start();
    for (trace, zipped) in [(1, false), (2, true)] {
        let body = traces("api", vec![span(trace, 1, 0, "GET /", 0, 5)]).encode_to_vec();
        let (headers, body) = if zipped { (vec![PROTOBUF, ("content-encoding", "gzip")], gzip(&body)) } else { (vec![PROTOBUF], body) };
        let answer = send("POST", http_addr(&receiver), "/v1/traces", &headers, body).await;
        assert_eq!((answer.status, answer.content_type.as_str(), answer.body.len()), (200, "application/x-protobuf", 0));
    }
    let ids: Vec<_> = receiver.traces().into_iter().map(|trace| trace.trace_id).collect();
    assert_eq!(ids, [hex_id(2), hex_id(1)], "newest first");
}

#[tokio::test]
async fn json_as_the_specification_writes_it_arrives_whole() {
    // OTLP specification, "JSON Protobuf Encoding": hex ids, 64-bit integers as strings or numbers, enums as integers, unknown fields ignored.
    let body = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"scope":{"name":"s"},
        "spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"click","kind":3,"startTimeUnixNano":"1544712660000000000",
        "endTimeUnixNano":1544712661000000000,"attributes":[{"key":"n","value":{"intValue":"9007199254740993"}}],"status":{"code":2,"message":"no"},
        "newField":true}]}]}]}"#;
    let receiver = start();
    let answer = send("POST", http_addr(&receiver), "/v1/traces", &[("content-type", "Application/JSON; charset=utf-8")], body).await;
    assert_eq!((answer.status, answer.content_type.as_str(), &answer.body[..]), (200, "application/json", &b"{}"[..]));
    let stored = receiver.trace_json("5B8EFFF798038103D269B633813FC60C").expect("the trace, whatever the case of its id");
    let stored: serde_json::Value = serde_json::from_str(&stored).expect("JSON");
    let span = &stored["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["traceId"], "5b8efff798038103d269b633813fc60c");
    assert_eq!(span["startTimeUnixNano"], "1544712660000000000");
    assert_eq!(span["attributes"][0]["value"]["intValue"], "9007199254740993");
    assert_eq!(span["status"]["message"], "no");
    let summary: serde_json::Value = serde_json::from_str(&receiver.traces_json()).expect("JSON");
    assert_eq!(summary[0]["name"], "click");
    assert_eq!(summary[0]["services"], serde_json::json!(["web"]));
    assert_eq!(summary[0]["durationMillis"], 1000.0);
    assert_eq!(summary[0]["errors"], 1);
}

#[tokio::test]
async fn numbers_that_json_has_not_are_told_as_they_came() {
    let value = r#"{"arrayValue":{"values":[{"doubleValue":"NaN"},{"doubleValue":"Infinity"},{"doubleValue":"-Infinity"},{"doubleValue":0.5}]}}"#;
    let body = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{}","spanId":"0202020202020202","attributes":[{{"key":"n","value":{value}}}]}}]}}]}}]}}"#,
        hex_id(1)
    );
    let receiver = start();
    assert_eq!(send("POST", http_addr(&receiver), "/v1/traces", &[JSON], body).await.status, 200);
    let stored: serde_json::Value = serde_json::from_str(&receiver.trace_json(&hex_id(1)).expect("the trace")).expect("JSON");
    let told = &stored["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"][0]["value"];
    assert_eq!(*told, serde_json::from_str::<serde_json::Value>(value).expect("JSON"));
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_a_reason_in_its_own_format() {
    let receiver = start();
    let address = http_addr(&receiver);
    let good = traces("api", vec![span(1, 1, 0, "GET /", 0, 5)]).encode_to_vec();
    let deep_json = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    type Row = (&'static str, &'static str, Vec<(&'static str, &'static str)>, Vec<u8>, u16);
    let rows: Vec<Row> = vec![
        ("POST", "/v1/traces", vec![PROTOBUF], b"garbage".to_vec(), 400),
        ("POST", "/v1/traces", vec![JSON], b"{".to_vec(), 400),
        ("POST", "/v1/traces", vec![JSON], b"[]".to_vec(), 400),
        ("POST", "/v1/traces", vec![JSON], br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}"#.to_vec(), 400),
        ("POST", "/v1/traces", vec![JSON], deep_json.into_bytes(), 400),
        ("POST", "/v1/traces", vec![PROTOBUF, ("content-encoding", "gzip")], good.clone(), 400),
        ("POST", "/v1/traces", vec![PROTOBUF, ("content-encoding", "zstd")], good.clone(), 415),
        ("POST", "/v1/traces", vec![("content-type", "text/plain")], good.clone(), 415),
        ("POST", "/v1/traces", vec![], good.clone(), 415),
        ("GET", "/v1/traces", vec![PROTOBUF], vec![], 405),
        ("POST", "/v1/metrics", vec![PROTOBUF], vec![], 404),
        ("POST", "/v1/traces", vec![PROTOBUF], vec![0; 5 << 20], 413),
        ("POST", "/v1/traces", vec![PROTOBUF, ("content-encoding", "gzip")], gzip(&vec![0; 50 << 20]), 413),
        ("POST", "/v1/traces", vec![JSON], format!(r#"{{"resourceSpans":[{}{{}}]}}"#, "{},".repeat(1_000_000)).into_bytes(), 413),
    ];
    let refused = rows.len() as u64;
    for (method, path, headers, body, expected) in rows {
        let what = format!("{method} {path} {headers:?}, {} bytes", body.len());
        let answer = send(method, address, path, &headers, body).await;
        assert_eq!(answer.status, expected, "{what}");
        let format = if headers.contains(&PROTOBUF) { "application/x-protobuf" } else { "application/json" };
        assert_eq!(answer.content_type, format, "{what}");
        assert!(!answer.body.is_empty(), "{what}: a reason");
        assert_eq!(answer.headers.contains_key("allow"), expected == 405, "{what}");
    }
    assert_eq!(receiver.stats(), ReceiverStats { requests: refused, requests_refused: refused, ..ReceiverStats::default() });
    let answer = send("POST", address, "/v1/traces", &[PROTOBUF], good).await;
    assert_eq!(answer.status, 200, "and it goes on");
}

#[tokio::test]
async fn spans_without_valid_ids_are_a_partial_success() {
    let receiver = start();
    let mut bad = span(1, 2, 0, "bad", 0, 1);
    bad.span_id = vec![0; 8];
    let mut short = span(1, 3, 0, "short", 0, 1);
    short.trace_id = vec![1; 15];
    let body = traces("api", vec![span(1, 1, 0, "good", 0, 1), bad, short]);
    let answer = send("POST", http_addr(&receiver), "/v1/traces", &[PROTOBUF], body.encode_to_vec()).await;
    let partial = ExportTraceServiceResponse::decode(answer.body).expect("a response").partial_success.expect("a partial success");
    assert_eq!((answer.status, partial.rejected_spans), (200, 2));
    let json = serde_json::to_vec(&body).expect("JSON");
    let answer = send("POST", http_addr(&receiver), "/v1/traces", &[JSON], json).await;
    let partial: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(partial["partialSuccess"]["rejectedSpans"], "2");
    let stats = receiver.stats();
    assert_eq!((stats.spans, stats.spans_rejected, stats.spans_repeated), (1, 4, 1), "a span that comes twice is kept once");
}

#[tokio::test]
async fn log_lines_join_the_trace_they_name() {
    let receiver = start();
    let body = traces("api", vec![span(1, 1, 0, "GET /", 0, 5)]);
    send("POST", http_addr(&receiver), "/v1/traces", &[PROTOBUF], body.encode_to_vec()).await;
    let lines = logs(vec![log(1, 1, "WARN", "slow disk", 2), log(1, 9, "INFO", "elsewhere", 3), log(0, 0, "INFO", "of no trace", 1)]);
    let answer = send("POST", http_addr(&receiver), "/v1/logs", &[PROTOBUF], lines.encode_to_vec()).await;
    assert_eq!(answer.status, 200);
    let stats = receiver.stats();
    assert_eq!((stats.logs, stats.logs_received, stats.logs_without_trace), (2, 3, 1));
    let json = serde_json::to_vec(&logs(vec![log(1, 1, "ERROR", "from json", 4)])).expect("JSON");
    assert_eq!(send("POST", http_addr(&receiver), "/v1/logs", &[JSON], json).await.status, 200);
    let text = receiver.waterfall(&hex_id(1), 100, false).expect("the trace");
    for line in ["WARN  slow disk", "INFO  elsewhere", "ERROR from json"] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_that_says_so() {
    let first = start();
    let port = http_addr(&first).port();
    let error = Receiver::start(ReceiverConfig { http_port: Some(port), grpc_port: None, ..config() }).expect_err("the port is taken");
    assert_eq!(error.code(), "OBS_RECEIVER_PORT_IN_USE");
    let text = error.to_string();
    assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("another port"), "{text}");
    let elsewhere = ReceiverConfig { host: [192, 0, 2, 1].into(), ..config() };
    assert_eq!(Receiver::start(elsewhere).expect_err("not an address of this machine").code(), "OBS_RECEIVER_ADDRESS_UNAVAILABLE");
}

#[tokio::test]
async fn a_stopped_receiver_gives_its_port_back_and_keeps_what_it_has() {
    let mut receiver = start();
    let address = http_addr(&receiver);
    send("POST", address, "/v1/traces", &[PROTOBUF], traces("api", vec![span(1, 1, 0, "GET /", 0, 5)]).encode_to_vec()).await;
    // An idle connection does not keep it from ending.
    let idle = tokio::net::TcpStream::connect(address).await.expect("it listens");
    tokio::task::spawn_blocking(move || {
        receiver.stop();
        receiver.stop();
        assert_eq!(receiver.traces().len(), 1);
        assert!(std::net::TcpListener::bind(address).is_ok(), "the port is free again");
        receiver.clear();
        assert_eq!((receiver.traces_json().as_str(), receiver.stats().bytes), ("[]", 0));
    })
    .await
    .expect("no panic");
    drop(idle);
}

#[tokio::test]
async fn connections_past_the_bound_are_closed_at_once() {
    use tokio::io::AsyncReadExt;
    let receiver = Receiver::start(ReceiverConfig { max_connections: 1, ..config() }).expect("free ports");
    let first = tokio::net::TcpStream::connect(http_addr(&receiver)).await.expect("it listens");
    let mut second = tokio::net::TcpStream::connect(http_addr(&receiver)).await.expect("it listens");
    assert_eq!(second.read(&mut [0; 1]).await.ok().unwrap_or(0), 0, "closed without a byte");
    assert_eq!(receiver.stats().connections_refused, 1);
    drop(first);
}
