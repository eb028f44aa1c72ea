//! OTLP over gRPC.
//!
//! The channel is tonic's; the message is framed here, since tonic's own client would copy the body and compress it anew for each attempt.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use hyper::body::{Body, Frame, SizeHint};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tower_service::Service;

use super::classify::{classify_grpc, grpc_code_of_http};
use super::compress::gunzip;
use super::connector::Connector;
use super::endpoint::{self, Endpoint};
use super::response::{Answer, Cut, MAX_ANSWER_BYTES, accepted, read_answer};
use super::text::explain;
use super::{ExportError, Outcome, Request, Transport};
use crate::config::ExporterSettings;

/// The one method that is called.
const EXPORT_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/// A gRPC message begins with one byte that says whether it is compressed, and four of length.
const PREFIX_BYTES: usize = 5;
/// The header that names the compression of a message whose prefix says that it is compressed.
const ENCODING: &str = "grpc-encoding";
/// Enough for any answer that is read, and little enough that a server that sends megabytes back does not fill our memory.
const RECEIVE_WINDOW_BYTES: u32 = 128 * 1024;

/// Sends over one HTTP/2 connection, which is made when the first request is sent, and again after it broke.
#[derive(Debug)]
pub struct GrpcTransport {
    uri: Uri,
    headers: HeaderMap,
    connector: Connector,
    channel: Mutex<Option<Channel>>,
}

impl GrpcTransport {
    /// Checks the settings and reads the files they name. Nothing is connected or resolved yet.
    pub fn new(settings: &ExporterSettings) -> Result<Self, ExportError> {
        let endpoint = Endpoint::parse(&settings.endpoint)?;
        let mut headers = endpoint::headers(&settings.headers)?;
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-timeout", grpc_timeout(settings.timeout));
        let connector = Connector::new(settings, &endpoint, b"h2")?;
        Ok(Self { uri: endpoint.uri_with_path(EXPORT_PATH), headers, connector, channel: Mutex::new(None) })
    }

    /// The channel; it spawns its task, so it is made within the runtime, at the first request.
    fn channel(&self) -> Channel {
        let mut channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        channel
            .get_or_insert_with(|| {
                // What the server may send before we read it; what we may send is the server's to say.
                let endpoint = Channel::builder(self.uri.clone())
                    .initial_stream_window_size(RECEIVE_WINDOW_BYTES)
                    .initial_connection_window_size(4 * RECEIVE_WINDOW_BYTES);
                Channel::new(self.connector.clone(), endpoint)
            })
            .clone()
    }

    fn http_request(&self, request: &Request) -> http::Request<tonic::body::Body> {
        let mut http_request = http::Request::new(tonic::body::Body::new(MessageBody::new(request)));
        *http_request.method_mut() = Method::POST;
        *http_request.version_mut() = http::Version::HTTP_2;
        *http_request.uri_mut() = self.uri.clone();
        *http_request.headers_mut() = self.headers.clone();
        if request.gzip {
            http_request.headers_mut().insert(ENCODING, HeaderValue::from_static("gzip"));
            // Servers in Go answer in the encoding of the request, asked or not.
            http_request.headers_mut().insert("grpc-accept-encoding", HeaderValue::from_static("gzip"));
        }
        http_request
    }
}

impl Transport for GrpcTransport {
    async fn send(&self, request: &Request) -> Outcome {
        // An HTTP/2 message is framed with 32 bits of length; batches are closed long before.
        if u32::try_from(request.body.len()).is_err() {
            return Outcome::Fatal { reason: "the batch is larger than gRPC can carry".into() };
        }
        let mut channel = self.channel();
        let sent = match poll_fn(|cx| channel.poll_ready(cx)).await {
            Ok(()) => channel.call(self.http_request(request)).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(response) => judge(response, request.spans).await,
            Err(error) => Outcome::Unreachable { reason: explain(&error) },
        }
    }

    fn forget_connections(&self) {
        *self.channel.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

async fn judge(response: http::Response<tonic::body::Body>, sent_spans: u32) -> Outcome {
    let (head, body) = response.into_parts();
    // A server that fails at once sends the status in the headers ("Trailers-Only").
    if let Some(status) = Status::from_header_map(&head.headers) {
        return if status.code() == Code::Ok { Outcome::ACCEPTED } else { classify_grpc(status.code(), status.message(), status.details()) };
    }
    if head.status != http::StatusCode::OK {
        let message = format!("HTTP status {}, not an answer of gRPC", head.status.as_u16());
        return classify_grpc(grpc_code_of_http(head.status.as_u16()), &message, &[]);
    }
    if !head.headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc")) {
        return classify_grpc(Code::Unknown, "not an answer of gRPC: is this the OTLP/gRPC port, usually 4317?", &[]);
    }
    let answer = read_answer(body).await;
    let status = answer.trailers.as_ref().and_then(Status::from_header_map);
    match (status, &answer.cut) {
        (Some(status), _) if status.code() == Code::Ok => accepted(decode(&answer, head.headers.get(ENCODING)), sent_spans),
        (Some(status), _) => classify_grpc(status.code(), status.message(), status.details()),
        (None, Some(Cut::TooLong)) => {
            Outcome::Fatal { reason: format!("the server's answer is longer than {MAX_ANSWER_BYTES} bytes: is it an OTLP server?") }
        }
        (None, Some(Cut::Broken(why))) => Outcome::Unreachable { reason: format!("the server broke off its answer: {why}") },
        (None, None) => Outcome::Unreachable { reason: "the server ended its answer without a status".into() },
    }
}

fn decode(answer: &Answer, encoding: Option<&HeaderValue>) -> Result<ExportTraceServiceResponse, String> {
    let Some((prefix, message)) = answer.body.split_at_checked(PREFIX_BYTES) else {
        // No message at all beside an OK is odd, but clear.
        return if answer.body.is_empty() { Ok(ExportTraceServiceResponse::default()) } else { Err("it is cut short".into()) };
    };
    let decoded = match (prefix[0], encoding.map(HeaderValue::as_bytes)) {
        (0, _) => ExportTraceServiceResponse::decode(message),
        (1, Some(b"gzip")) => {
            let message = gunzip(message, MAX_ANSWER_BYTES).ok_or("it is no gzip, or too long")?;
            ExportTraceServiceResponse::decode(message.as_slice())
        }
        _ => return Err("it is compressed in a way that was not asked for".into()),
    };
    decoded.map_err(|_| "it is not OTLP".into())
}

/// The header by which the server learns how long we wait: at most eight digits and a unit.
fn grpc_timeout(timeout: Duration) -> HeaderValue {
    let millis = timeout.as_millis();
    let text = if millis < 100_000_000 { format!("{millis}m") } else { format!("{}S", timeout.as_secs().min(99_999_999)) };
    HeaderValue::try_from(text).expect("digits and a letter are a header value")
}

/// The message as HTTP/2 data: the prefix, then the shared bytes as they are.
#[derive(Debug)]
struct MessageBody {
    prefix: Option<Bytes>,
    message: Option<Bytes>,
}

impl MessageBody {
    fn new(request: &Request) -> Self {
        let mut prefix = BytesMut::with_capacity(PREFIX_BYTES);
        prefix.put_u8(u8::from(request.gzip));
        // `send` has checked that it fits.
        prefix.put_u32(request.body.len() as u32);
        Self { prefix: Some(prefix.freeze()), message: Some(request.body.clone()) }
    }
}

impl Body for MessageBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.prefix.take().or_else(|| self.message.take());
        Poll::Ready(next.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.message.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let left = [&self.prefix, &self.message].into_iter().flatten().map(Bytes::len).sum::<usize>();
        SizeHint::with_exact(left as u64)
    }
}
