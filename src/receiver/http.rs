//! OTLP over HTTP (OTLP specification, "OTLP/HTTP").

use super::body::ReadError;
use super::decode::{DecodeError, Format};
use super::service::{Answer, Encoding, REJECTED, Refusal, Shared, Signal};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;

/// `google.rpc.Status`, as far as OTLP asks for it: a client may show the message.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// Answers a request.
pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> Answer {
    let answer = match take(shared, request).await {
        Ok((format, rejected)) => success(format, rejected),
        Err(problem) => problem.into_answer(),
    };
    shared.count(!answer.status().is_success());
    answer
}

async fn take(shared: &Shared, request: Request<Incoming>) -> Result<(Format, u64), Problem> {
    let format = format(request.headers());
    let problem = |status, message: &str| Problem { status, format: format.unwrap_or(Format::Json), message: message.to_owned() };
    let signal = match request.uri().path() {
        "/v1/traces" => Signal::Traces,
        "/v1/logs" => Signal::Logs,
        _ => return Err(problem(StatusCode::NOT_FOUND, "this receiver takes POST /v1/traces and POST /v1/logs")),
    };
    if request.method() != Method::POST {
        return Err(problem(StatusCode::METHOD_NOT_ALLOWED, "the method is POST"));
    }
    let Some(format) = format else {
        return Err(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content type is application/x-protobuf or application/json"));
    };
    let Some(encoding) = Encoding::from_header(request.headers(), "content-encoding") else {
        return Err(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content encoding is gzip or none"));
    };
    let refused = |refusal: Refusal| Problem { status: status(&refusal), format, message: refusal.to_string() };
    let body = shared.read(request.into_body()).await.map_err(refused)?;
    shared.take(signal, format, encoding, &body).map(|rejected| (format, rejected)).map_err(refused)
}

/// The format that the content type names, its parameters aside.
fn format(headers: &HeaderMap) -> Option<Format> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    match content_type.split(';').next()?.trim().to_ascii_lowercase().as_str() {
        "application/x-protobuf" => Some(Format::Protobuf),
        "application/json" => Some(Format::Json),
        _ => None,
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Read(ReadError::TooLarge) | Refusal::Decode(DecodeError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Read(ReadError::Busy) => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Read(ReadError::Slow) => StatusCode::REQUEST_TIMEOUT,
        Refusal::Read(ReadError::Broken) | Refusal::Decode(DecodeError::Malformed(_)) => StatusCode::BAD_REQUEST,
    }
}

/// The answer to a request that was taken, perhaps not all of it. Traces and logs have the same response but for a name in JSON, and only
/// spans are ever rejected.
fn success(format: Format, rejected: u64) -> Answer {
    let body = match (format, rejected) {
        (Format::Protobuf, 0) => Vec::new(),
        (Format::Json, 0) => b"{}".to_vec(),
        (Format::Protobuf, _) => response(rejected).encode_to_vec(),
        (Format::Json, _) => {
            serde_json::json!({ "partialSuccess": { "rejectedSpans": rejected.to_string(), "errorMessage": REJECTED } }).to_string().into_bytes()
        }
    };
    respond(StatusCode::OK, format, body)
}

/// The response message that tells of rejected spans.
pub(super) fn response(rejected: u64) -> ExportTraceServiceResponse {
    let rejected_spans = i64::try_from(rejected).unwrap_or(i64::MAX);
    let partial = ExportTracePartialSuccess { rejected_spans, error_message: REJECTED.to_owned() };
    ExportTraceServiceResponse { partial_success: (rejected > 0).then_some(partial) }
}

fn respond(status: StatusCode, format: Format, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)).boxed());
    *answer.status_mut() = status;
    let content_type = match format {
        Format::Protobuf => "application/x-protobuf",
        Format::Json => "application/json",
    };
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// A refused request.
struct Problem {
    status: StatusCode,
    format: Format,
    message: String,
}

impl Problem {
    fn into_answer(self) -> Answer {
        let body = match self.format {
            Format::Protobuf => Status { code: 0, message: self.message }.encode_to_vec(),
            Format::Json => serde_json::json!({ "message": self.message }).to_string().into_bytes(),
        };
        let mut answer = respond(self.status, self.format, body);
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => drop(answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"))),
            StatusCode::TOO_MANY_REQUESTS => drop(answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"))),
            _ => {}
        }
        answer
    }
}
