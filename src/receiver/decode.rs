//! Parsers of what comes in. Each takes any bytes, allocates within a stated bound and returns an error for what it cannot read.

use super::json;
use super::scan::is_bounded;
use super::schema::Message;
use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use std::fmt;
use std::io::Read;

/// The format of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/x-protobuf`, and gRPC messages.
    Protobuf,
    /// `application/json` (OTLP specification, "JSON Protobuf Encoding").
    Json,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// It, or what it expands to, is larger than the receiver takes.
    TooLarge,
    /// It is not what it says it is; the text tells where.
    Malformed(String),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the request, or what it expands to, is larger than this receiver takes"),
            Self::Malformed(what) => write!(f, "the request cannot be read: {what}"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Reads a trace request. Takes less than 64 MiB besides the strings of the body.
pub fn traces(format: Format, body: &[u8]) -> Result<ExportTraceServiceRequest, DecodeError> {
    request(Message::TraceRequest, format, body)
}

/// Reads a logs request. Takes less than 64 MiB besides the strings of the body.
pub fn logs(format: Format, body: &[u8]) -> Result<ExportLogsServiceRequest, DecodeError> {
    request(Message::LogsRequest, format, body)
}

fn request<T: prost::Message + Default>(message: Message, format: Format, body: &[u8]) -> Result<T, DecodeError> {
    let written;
    let body = match format {
        Format::Protobuf => body,
        Format::Json => {
            written = json::to_protobuf(message, body).map_err(|error| DecodeError::Malformed(error.to_string()))?;
            &written
        }
    };
    if !is_bounded(message, body) {
        return Err(DecodeError::TooLarge);
    }
    T::decode(body).map_err(|error| DecodeError::Malformed(error.to_string()))
}

/// Expands gzip, at most to `max_bytes`: a bomb is refused when it passes that, not when memory ends.
pub fn gunzip(body: &[u8], max_bytes: usize) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::with_capacity(body.len().saturating_mul(3).min(max_bytes));
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(body).take(limit).read_to_end(&mut out).map_err(|error| DecodeError::Malformed(format!("gzip: {error}")))?;
    if out.len() > max_bytes { Err(DecodeError::TooLarge) } else { Ok(out) }
}

/// Takes the one message of a unary gRPC call out of its frame: whether it is compressed, and its bytes
/// (gRPC over HTTP/2, "Length-Prefixed-Message").
pub fn grpc_frame(body: &[u8]) -> Result<(bool, &[u8]), DecodeError> {
    let malformed = |what: &str| Err(DecodeError::Malformed(what.to_owned()));
    let Some((head, message)) = body.split_first_chunk::<5>() else { return malformed("a gRPC frame has at least 5 bytes") };
    let compressed = match head[0] {
        0 => false,
        1 => true,
        _ => return malformed("the first byte of a gRPC frame is 0 or 1"),
    };
    let len = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    if usize::try_from(len) != Ok(message.len()) {
        return malformed("the length of the gRPC frame is not that of the message");
    }
    Ok((compressed, message))
}
