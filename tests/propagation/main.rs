//! The codecs of headers: tables whose rows carry the reason, and properties over anything.

mod b3;
mod baggage;
mod datadog;
mod traceparent;
mod tracestate;
mod xray;
