//! Real servers for the export tests: hyper on a free port of 127.0.0.1, TLS by rustls, OpenTelemetry's own service stub as the oracle.
#![allow(dead_code, reason = "each test file uses its part")]

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use observability_ts::config::{Compression, ExporterKind, ExporterSettings, TlsSettings};
use observability_ts::export::{Delivery, Exporter, Payload};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub type ResponseBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// Settings for an exporter that retries soon, so that tests need not wait.
pub fn settings(kind: ExporterKind, endpoint: impl Into<String>) -> ExporterSettings {
    ExporterSettings {
        kind,
        endpoint: endpoint.into(),
        headers: Vec::new(),
        compression: Compression::None,
        timeout: Duration::from_secs(10),
        tls: TlsSettings::default(),
        proxy: None,
        retry_window: Duration::from_secs(30),
        retry_first_wait: Duration::from_millis(20),
    }
}

/// The same, for one attempt only.
pub fn without_retry(settings: ExporterSettings) -> ExporterSettings {
    ExporterSettings { retry_window: Duration::ZERO, ..settings }
}

/// A request of that many spans.
pub fn request(spans: u32) -> ExportTraceServiceRequest {
    let spans = (0..spans)
        .map(|index| Span {
            trace_id: vec![0x4b; 16],
            span_id: u64::from(index + 1).to_be_bytes().to_vec(),
            name: format!("span {index}"),
            kind: 2,
            start_time_unix_nano: 1_700_000_000_000_000_000,
            end_time_unix_nano: 1_700_000_000_001_500_000,
            attributes: vec![KeyValue {
                key: "http.route".into(),
                value: Some(AnyValue { value: Some(Value::StringValue("/orders/:id".into())) }),
                ..KeyValue::default()
            }],
            ..Span::default()
        })
        .collect();
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }], ..ResourceSpans::default() }],
    }
}

/// The same, encoded.
pub fn payload(spans: u32) -> Payload {
    Payload { body: request(spans).encode_to_vec().into(), spans }
}

/// Asserts that all spans were taken without a word.
#[track_caller]
pub fn assert_accepted(delivery: &Delivery) {
    assert!(matches!(delivery, Delivery::Accepted { rejected_spans: 0, message } if message.is_empty()), "{delivery:?}");
}

/// The reason of a delivery that failed for good.
#[track_caller]
pub fn refused(delivery: Delivery) -> String {
    match delivery {
        Delivery::Refused { reason } => reason,
        other => panic!("expected Refused, got {other:?}"),
    }
}

/// The reason of a delivery that may be repeated.
#[track_caller]
pub fn undelivered(delivery: Delivery) -> String {
    match delivery {
        Delivery::Undelivered { reason, .. } => reason,
        other => panic!("expected Undelivered, got {other:?}"),
    }
}

/// Polls until a condition holds; fails after ten seconds.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(10), async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what} did not come about");
}

pub async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Hands each connection to a function, for servers that misbehave below HTTP.
pub async fn serve_raw<F, R>(on_connection: F) -> SocketAddr
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(on_connection(stream));
        }
    });
    address
}

/// Serves HTTP/1.1 and HTTP/2 with a function.
pub async fn serve_http<F, R>(handler: F) -> SocketAddr
where
    F: Fn(http::Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = http::Response<ResponseBody>> + Send + 'static,
{
    let (listener, address) = listen().await;
    tokio::spawn(serve_on(listener, None, handler));
    address
}

pub async fn serve_on<F, R>(listener: TcpListener, tls: Option<TlsAcceptor>, handler: F)
where
    F: Fn(http::Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = http::Response<ResponseBody>> + Send + 'static,
{
    // Aborted with the server's task, so that "down" also closes the connections.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (handler, tls) = (handler.clone(), tls.clone());
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let response = handler(request);
                async move { Ok::<_, Infallible>(response.await) }
            });
            let builder = auto::Builder::new(TokioExecutor::new());
            match tls {
                None => drop(builder.serve_connection(TokioIo::new(stream), service).await),
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        drop(builder.serve_connection(TokioIo::new(stream), service).await);
                    }
                }
            }
        });
    }
}

pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> http::Response<ResponseBody> {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Full::new(body.into()).map_err(|never| match never {}).boxed_unsync()).unwrap()
}

/// The success of OTLP/HTTP.
pub fn ok() -> http::Response<ResponseBody> {
    answer(200, &[("content-type", "application/x-protobuf")], Bytes::new())
}

/// What a server saw.
#[derive(Debug, Clone)]
pub struct Seen {
    pub head: Arc<http::request::Parts>,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Requests in the order they came.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    pub async fn take_in(&self, request: http::Request<Incoming>) -> usize {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let mut seen = self.0.lock().unwrap();
        seen.push(Seen { head: Arc::new(head), body });
        seen.len()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

type Reply = Result<ExportTraceServiceResponse, tonic::Status>;

/// OpenTelemetry's stub of the trace service: what it decodes is what we sent.
#[derive(Clone)]
pub struct Oracle {
    pub requests: Arc<Mutex<Vec<(tonic::metadata::MetadataMap, ExportTraceServiceRequest)>>>,
    reply: Arc<dyn Fn(usize) -> Reply + Send + Sync>,
}

#[tonic::async_trait]
impl TraceService for Oracle {
    async fn export(&self, request: tonic::Request<ExportTraceServiceRequest>) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let (metadata, _, message) = request.into_parts();
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push((metadata, message));
            requests.len()
        };
        (self.reply)(number).map(tonic::Response::new)
    }
}

impl Oracle {
    /// Answers the n-th request (from 1) as told.
    pub fn new(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self { requests: Arc::default(), reply: Arc::new(reply) }
    }

    pub fn accepting() -> Self {
        Self::new(|_| Ok(ExportTraceServiceResponse::default()))
    }

    pub async fn serve(&self) -> SocketAddr {
        let (listener, address) = listen().await;
        tokio::spawn(self.clone().serve_on(listener, None));
        address
    }

    pub async fn serve_on(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let service =
            TraceServiceServer::new(self).accept_compressed(tonic::codec::CompressionEncoding::Gzip).max_decoding_message_size(64 * 1024 * 1024);
        serve_on(listener, tls, move |request| {
            let mut service = service.clone();
            async move {
                let response = tower_service::Service::call(&mut service, request).await.unwrap();
                response.map(|body| body.map_err(Into::into).boxed_unsync())
            }
        })
        .await;
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

/// An exporter over gRPC to that address, and its settings changed at will.
pub fn grpc(address: SocketAddr, change: impl FnOnce(&mut ExporterSettings)) -> Exporter {
    let mut settings = settings(ExporterKind::OtlpGrpc, format!("http://{address}"));
    change(&mut settings);
    Exporter::new(&settings).unwrap()
}

/// An exporter over HTTP to that address, and its settings changed at will.
pub fn http(address: SocketAddr, change: impl FnOnce(&mut ExporterSettings)) -> Exporter {
    let mut settings = settings(ExporterKind::OtlpHttp, format!("http://{address}/v1/traces"));
    change(&mut settings);
    Exporter::new(&settings).unwrap()
}
