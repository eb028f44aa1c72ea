//! A batch as a line of OTLP JSON.

use std::io;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use crate::otlp::request_json;

/// The bytes of a request as a line of OTLP JSON, line feed included.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] when they are no request.
pub fn json_line(body: &[u8]) -> io::Result<Vec<u8>> {
    let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let request = ExportTraceServiceRequest::decode(body).map_err(|why| invalid(why.to_string()))?;
    let mut line = request_json(&request).map_err(|why| invalid(why.to_string()))?;
    line.push('\n');
    Ok(line.into_bytes())
}
