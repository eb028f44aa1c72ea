//! The receiver's OTLP/gRPC side, spoken to by tonic's client.

mod receiver_support;

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use observability_ts::receiver::{Receiver, ReceiverConfig};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use receiver_support::{config, hex_id, log, logs, send, span, start, traces};
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// Bytes as they are, so that what is no message can be sent, too.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let len = from.remaining();
        Ok(Some(from.copy_to_bytes(len)))
    }
}

async fn call(receiver: &Receiver, method: &'static str, body: Vec<u8>, gzip: bool) -> Result<Bytes, Status> {
    let address = receiver.grpc_addr().expect("it listens for gRPC");
    let channel = Channel::from_shared(format!("http://{address}")).expect("a URI").connect().await.expect("a connection");
    let mut client = tonic::client::Grpc::new(channel);
    if gzip {
        client = client.send_compressed(CompressionEncoding::Gzip);
    }
    client.ready().await.expect("ready");
    let path = PathAndQuery::from_static(method);
    client.unary(Request::new(Bytes::from(body)), path, Raw).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn traces_and_logs_arrive_plain_and_gzipped() {
    let receiver = start();
    for (trace, gzip) in [(1, false), (2, true)] {
        let body = traces("api", vec![span(trace, 1, 0, "GET /", 0, 5), span(trace, 2, 1, "query", 1, 2)]).encode_to_vec();
        assert_eq!(call(&receiver, TRACES, body, gzip).await.expect("a response").len(), 0);
        let body = logs(vec![log(trace, 1, "INFO", "hello", 1)]).encode_to_vec();
        assert_eq!(call(&receiver, LOGS, body, gzip).await.expect("a response").len(), 0);
    }
    let stats = receiver.stats();
    assert_eq!((stats.requests, stats.requests_refused, stats.traces, stats.spans, stats.logs), (4, 0, 2, 4, 2));
    assert!(receiver.waterfall(&hex_id(2), 80, false).expect("the trace").contains("hello"));
}

#[tokio::test]
async fn a_partial_success_is_told() {
    let receiver = start();
    let mut bad = span(1, 2, 0, "bad", 0, 1);
    bad.trace_id.clear();
    let body = call(&receiver, TRACES, traces("api", vec![span(1, 1, 0, "good", 0, 1), bad]).encode_to_vec(), false).await.expect("a response");
    assert_eq!(ExportTraceServiceResponse::decode(body).expect("a response").partial_success.expect("a partial success").rejected_spans, 1);
}

#[tokio::test]
async fn what_cannot_be_taken_gets_the_status_for_it() {
    let receiver = start();
    for (method, body, gzip, expected) in [
        (TRACES, b"garbage".to_vec(), false, Code::InvalidArgument),
        (TRACES, b"garbage".to_vec(), true, Code::InvalidArgument),
        (TRACES, vec![0; 5 << 20], false, Code::ResourceExhausted),
        (TRACES, vec![0; 50 << 20], true, Code::ResourceExhausted),
        ("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", Vec::new(), false, Code::Unimplemented),
    ] {
        let status = call(&receiver, method, body, gzip).await.expect_err("a refusal");
        assert_eq!(status.code(), expected, "{method}, gzip {gzip}: {status}");
        assert!(!status.message().is_empty());
    }
    let good = traces("api", vec![span(1, 1, 0, "GET /", 0, 5)]).encode_to_vec();
    assert!(call(&receiver, TRACES, good, false).await.is_ok(), "and it goes on");
}

#[tokio::test]
async fn an_http_sender_on_the_grpc_port_is_told_its_mistake() {
    let receiver = start();
    let body = traces("api", vec![span(1, 1, 0, "GET /", 0, 5)]).encode_to_vec();
    let address = receiver.grpc_addr().expect("it listens for gRPC");
    let answer = send("POST", address, "/v1/traces", &[("content-type", "application/x-protobuf")], body).await;
    assert_eq!(answer.status, 415);
    assert!(String::from_utf8_lossy(&answer.body).contains("4318"));
}

#[tokio::test]
async fn a_port_not_asked_for_is_not_opened() {
    let receiver = Receiver::start(ReceiverConfig { grpc_port: None, ..config() }).expect("a free port");
    assert!(receiver.grpc_addr().is_none() && receiver.http_addr().is_some());
}
