//! The codecs of headers: tables whose rows carry the reason, and properties over anything.

mod baggage;
mod traceparent;
mod tracestate;
