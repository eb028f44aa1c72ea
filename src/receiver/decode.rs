//! Parsers of what comes in. Each takes any bytes, allocates within a stated bound and returns an error for what it cannot read.

use super::scan::{Message, json_is_bounded, protobuf_is_bounded};
use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
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
    match format {
        Format::Protobuf if !protobuf_is_bounded(Message::TraceRequest, body) => Err(DecodeError::TooLarge),
        Format::Protobuf => ExportTraceServiceRequest::decode(body).map_err(|error| DecodeError::Malformed(error.to_string())),
        Format::Json => json(body),
    }
}

/// Reads a logs request. Takes less than 64 MiB besides the strings of the body.
pub fn logs(format: Format, body: &[u8]) -> Result<ExportLogsServiceRequest, DecodeError> {
    match format {
        Format::Protobuf if !protobuf_is_bounded(Message::LogsRequest, body) => Err(DecodeError::TooLarge),
        Format::Protobuf => ExportLogsServiceRequest::decode(body).map_err(|error| DecodeError::Malformed(error.to_string())),
        Format::Json => json(body),
    }
}

fn json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    if !json_is_bounded(body) {
        return Err(DecodeError::TooLarge);
    }
    // Derived parsers take an array for a struct, too; no sender means that.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(DecodeError::Malformed("a JSON request is an object".to_owned()));
    }
    serde_json::from_slice(body).map_err(|error| DecodeError::Malformed(error.to_string()))
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
