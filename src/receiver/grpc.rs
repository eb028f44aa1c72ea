//! OTLP over gRPC: two unary methods, spoken directly over HTTP/2 (grpc.io, "gRPC over HTTP2").
//!
//! A unary call is one frame each way and a status in the trailers; that much does not need a server framework in the addon.

use super::body::ReadError;
use super::decode::{DecodeError, Format, grpc_frame};
use super::http::response;
use super::service::{Answer, Encoding, Refusal, Shared, Signal};
use bytes::{BufMut, Bytes};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost::Message;

const INVALID_ARGUMENT: u16 = 3;
const DEADLINE_EXCEEDED: u16 = 4;
const RESOURCE_EXHAUSTED: u16 = 8;
const UNIMPLEMENTED: u16 = 12;
const UNAVAILABLE: u16 = 14;

/// What a status message may not hold as it is: all but printable ASCII, and the escape itself.
const MESSAGE_ESCAPES: &AsciiSet = &CONTROLS.add(b'%');

/// A failed call: its status code and message.
type Failure = (u16, String);

/// Whether a request is a gRPC call.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// Answers a call.
pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> Answer {
    let outcome = call(shared, request).await;
    shared.count(outcome.is_err());
    match outcome {
        Ok(rejected) => success(rejected),
        Err((code, message)) => failure(code, &message),
    }
}

/// Answers what is no gRPC call on the gRPC port: most often an OTLP/HTTP sender with the wrong port.
pub(super) fn not_grpc(shared: &Shared) -> Answer {
    shared.count(true);
    let text = "this is the OTLP/gRPC port (content type application/grpc); OTLP/HTTP has a port of its own, 4318 by default\n";
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())).boxed());
    *answer.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

async fn call(shared: &Shared, request: Request<Incoming>) -> Result<u64, Failure> {
    let signal = match request.uri().path() {
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export" => Signal::Traces,
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export" => Signal::Logs,
        path => return Err((UNIMPLEMENTED, format!("this receiver has the Export methods of TraceService and LogsService, not {path}"))),
    };
    let encoding = Encoding::from_header(request.headers(), "grpc-encoding");
    let body = shared.read(request.into_body()).await.map_err(failed)?;
    let (compressed, message) = grpc_frame(&body).map_err(|error| failed(Refusal::Decode(error)))?;
    let encoding = match (compressed, encoding) {
        (false, _) => Encoding::Identity,
        (true, Some(Encoding::Gzip)) => Encoding::Gzip,
        (true, Some(Encoding::Identity)) => return Err((INVALID_ARGUMENT, "a compressed message needs a grpc-encoding".to_owned())),
        (true, None) => return Err((UNIMPLEMENTED, "the grpc-encoding is gzip or identity".to_owned())),
    };
    shared.take(signal, Format::Protobuf, encoding, message).map_err(failed)
}

fn failed(refusal: Refusal) -> Failure {
    let code = match &refusal {
        Refusal::Read(ReadError::TooLarge) | Refusal::Decode(DecodeError::TooLarge) => RESOURCE_EXHAUSTED,
        Refusal::Read(ReadError::Busy | ReadError::Broken) => UNAVAILABLE,
        Refusal::Read(ReadError::Slow) => DEADLINE_EXCEEDED,
        Refusal::Decode(DecodeError::Malformed(_)) => INVALID_ARGUMENT,
    };
    (code, refusal.to_string())
}

fn success(rejected: u64) -> Answer {
    let message = response(rejected).encode_to_vec();
    let mut frame = Vec::with_capacity(5 + message.len());
    frame.put_u8(0);
    frame.put_u32(message.len() as u32);
    frame.extend_from_slice(&message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let mut answer = Response::new(Full::new(Bytes::from(frame)).with_trailers(std::future::ready(Some(Ok(trailers)))).boxed());
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    answer
}

/// A failure has no message, so its status goes into the headers ("Trailers-Only").
fn failure(code: u16, message: &str) -> Answer {
    let mut answer = Response::new(Empty::new().boxed());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert("grpc-status", HeaderValue::from(code));
    headers.insert("grpc-accept-encoding", HeaderValue::from_static("identity,gzip"));
    if let Ok(message) = HeaderValue::from_str(&utf8_percent_encode(message, MESSAGE_ESCAPES).to_string()) {
        headers.insert("grpc-message", message);
    }
    answer
}
