//! What servers answer, read within bounds.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Body;
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};

use super::Outcome;
use super::text::clean;

/// The most bytes of an answer that are read. A true one is some tens of bytes.
pub(super) const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// As much of an answer as was read.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The bytes, at most [`MAX_ANSWER_BYTES`].
    pub body: Bytes,
    /// The trailers, if it came to them.
    pub trailers: Option<HeaderMap>,
    /// Why there is no more; `None` for an answer read to its end.
    pub cut: Option<Cut>,
}

/// Why an answer was not read to its end.
#[derive(Debug)]
pub(super) enum Cut {
    /// It is larger than we read.
    TooLong,
    /// The connection broke.
    Broken(String),
}

/// Reads an answer up to the bound and no further.
pub(super) async fn read_answer<B>(mut body: B) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    let mut answer = Answer::default();
    let mut collected = BytesMut::new();
    while let Some(frame) = body.frame().await {
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(data)) if collected.len() + data.len() > MAX_ANSWER_BYTES => {
                answer.cut = Some(Cut::TooLong);
                break;
            }
            Ok(Ok(data)) => collected.extend_from_slice(&data),
            Ok(Err(frame)) => answer.trailers = frame.into_trailers().ok(),
            Err(error) => {
                answer.cut = Some(Cut::Broken(super::text::explain(&error)));
                break;
            }
        }
    }
    answer.body = collected.freeze();
    answer
}

/// The outcome of a request that the server accepted, given its decoded answer, or why there is none.
pub(super) fn accepted<E: std::fmt::Display>(response: Result<ExportTraceServiceResponse, E>, sent_spans: u32) -> Outcome {
    match response {
        Ok(ExportTraceServiceResponse { partial_success: None }) => Outcome::ACCEPTED,
        Ok(ExportTraceServiceResponse { partial_success: Some(ExportTracePartialSuccess { rejected_spans, error_message }) }) => Outcome::Success {
            // A count from outside: the ledger must still add up.
            rejected_spans: u64::try_from(rejected_spans).unwrap_or(0).min(sent_spans.into()),
            message: clean(&error_message),
        },
        // The status said that the spans were taken; sending them again would double them.
        Err(why) => Outcome::Success { rejected_spans: 0, message: format!("the server accepted the spans, but its answer can't be read: {why}") },
    }
}
