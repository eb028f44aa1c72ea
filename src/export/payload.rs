//! What an exporter is given.

use bytes::Bytes;

/// An encoded batch: the bytes of one `ExportTraceServiceRequest`, made once and reused by every attempt.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The protobuf bytes.
    pub body: Bytes,
    /// How many spans are in them; never zero, since an empty request is never sent.
    pub spans: u32,
}
