//! OTLP protobuf, written straight from finished spans to bytes (opentelemetry-proto 1.x, `trace/v1/trace.proto`).
//!
//! The generated types of `opentelemetry-proto` would cost an allocation for each string and list and a second pass to encode them; this
//! writer copies each string once, from the record into the batch. Scalars are measured before they are written; messages of unknown size
//! get their length patched in afterwards. Fields are written in the order of their numbers and defaults left out, as prost does it, so the
//! tests can ask for bytes equal to those of the oracle.
//!
//! OTLP JSON is for files and for people: it is made by those generated types, with what they write wrong put right.

mod attributes;
mod encoder;
mod json;
mod resource;
mod room;
mod span;
mod wire;

pub use encoder::TraceEncoder;
pub(crate) use json::request_json;
