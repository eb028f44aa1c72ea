//! OTLP over HTTP, with protobuf bodies.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;

use super::classify::{classify_http, parse_retry_after};
use super::connector::Connector;
use super::endpoint::{self, Endpoint};
use super::response::{Answer, Cut, MAX_ANSWER_BYTES, accepted, read_answer};
use super::rpc_status::RpcStatus;
use super::text::explain;
use super::{ExportError, Outcome, Request, Transport};
use crate::config::ExporterSettings;

const PROTOBUF: &str = "application/x-protobuf";

/// Sends over HTTP/1.1, one connection for each request in flight; idle ones are kept and reused.
#[derive(Debug)]
pub struct HttpTransport {
    uri: Uri,
    headers: HeaderMap,
    client: Client<Connector, Full<Bytes>>,
}

impl HttpTransport {
    /// Checks the settings and reads the files they name. Nothing is connected or resolved yet.
    pub fn new(settings: &ExporterSettings) -> Result<Self, ExportError> {
        let endpoint = Endpoint::parse(&settings.endpoint)?;
        let mut headers = endpoint::headers(&settings.headers)?;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROTOBUF));
        let connector = Connector::new(settings, &endpoint, b"http/1.1")?;
        // Without a timer, idle connections expire when they are looked at, and nothing wakes an idle process.
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { uri: endpoint.uri(), headers, client })
    }

    fn http_request(&self, request: &Request) -> http::Request<Full<Bytes>> {
        let mut http_request = http::Request::new(Full::new(request.body.clone()));
        *http_request.method_mut() = Method::POST;
        *http_request.uri_mut() = self.uri.clone();
        *http_request.headers_mut() = self.headers.clone();
        if request.gzip {
            http_request.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        http_request
    }
}

impl Transport for HttpTransport {
    async fn send(&self, request: &Request) -> Outcome {
        match self.client.request(self.http_request(request)).await {
            Ok(response) => judge(response, request.spans).await,
            Err(error) => Outcome::Unreachable { reason: explain(&error) },
        }
    }

    fn forget_connections(&self) {
        // A request that is abandoned takes its HTTP/1.1 connection with it; there is nothing else to forget.
    }
}

async fn judge(response: http::Response<Incoming>, sent_spans: u32) -> Outcome {
    let (head, body) = response.into_parts();
    if head.status.is_redirection() {
        let location = head.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).map(without_secrets);
        return classify_http(head.status.as_u16(), None, location.as_deref(), "");
    }
    let answer = read_answer(body).await;
    let content_type = head.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    if head.status.is_success() {
        return accepted(decode(&answer, content_type), sent_spans);
    }
    let retry_after = head.headers.get(header::RETRY_AFTER).and_then(|value| parse_retry_after(value.as_bytes(), SystemTime::now()));
    classify_http(head.status.as_u16(), retry_after, None, &error_message(&answer, content_type, head.status))
}

fn decode(answer: &Answer, content_type: &[u8]) -> Result<ExportTraceServiceResponse, String> {
    match &answer.cut {
        Some(Cut::TooLong) => return Err(format!("it is longer than {MAX_ANSWER_BYTES} bytes: is it an OTLP server?")),
        Some(Cut::Broken(why)) => return Err(format!("the connection broke: {why}")),
        None => {}
    }
    if answer.body.is_empty() {
        return Ok(ExportTraceServiceResponse::default());
    }
    if content_type.starts_with(b"application/json") {
        return decode_json(&answer.body).ok_or_else(|| "it is not OTLP".into());
    }
    if !content_type.starts_with(PROTOBUF.as_bytes()) {
        return Err(format!("it is '{}', not {PROTOBUF}: is it an OTLP server?", super::text::clean(&String::from_utf8_lossy(content_type))));
    }
    ExportTraceServiceResponse::decode(answer.body.clone()).map_err(|_| "it is not OTLP".into())
}

/// The answer in JSON, where ProtoJSON writes the 64-bit count as a string and many servers as a number.
fn decode_json(body: &[u8]) -> Option<ExportTraceServiceResponse> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok().filter(serde_json::Value::is_object)?;
    let partial_success = answer.get("partialSuccess").filter(|partial| partial.is_object()).map(|partial| {
        let rejected = &partial["rejectedSpans"];
        ExportTracePartialSuccess {
            rejected_spans: rejected.as_i64().or_else(|| rejected.as_str()?.parse().ok()).unwrap_or(0),
            error_message: partial["errorMessage"].as_str().unwrap_or_default().to_owned(),
        }
    });
    Some(ExportTraceServiceResponse { partial_success })
}

/// What a failed answer says about itself: OTLP servers send a `google.rpc.Status`, proxies plain text or a page.
fn error_message(answer: &Answer, content_type: &[u8], status: StatusCode) -> String {
    let said = if content_type.starts_with(PROTOBUF.as_bytes()) {
        RpcStatus::decode(answer.body.clone()).ok().map(|status| status.message)
    } else if content_type.starts_with(b"application/json") {
        serde_json::from_slice::<serde_json::Value>(&answer.body).ok().and_then(|value| Some(value.get("message")?.as_str()?.to_owned()))
    } else if content_type.starts_with(b"text/plain") {
        Some(String::from_utf8_lossy(&answer.body).into_owned())
    } else {
        None
    };
    said.filter(|said| !said.trim().is_empty()).unwrap_or_else(|| status.canonical_reason().unwrap_or_default().to_owned())
}

/// A redirect's target for a log line: without user information, query and fragment, where secrets travel.
fn without_secrets(location: &str) -> String {
    let end = location.find(['?', '#']).unwrap_or(location.len());
    let bare = &location[..end];
    let Some((scheme, rest)) = bare.split_once("://") else { return bare.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}
