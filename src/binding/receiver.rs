//! The receiver of the demo and of tests, for JavaScript. Everything structured crosses as JSON: these calls are rare.

use std::net::IpAddr;

use napi::bindgen_prelude::Error;
use napi_derive::napi;
use serde::Deserialize;

use crate::receiver::{Receiver, ReceiverConfig};

/// What JavaScript may set; the rest is the receiver's default. A port that is not there is not listened on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    host: Option<IpAddr>,
    grpc_port: Option<u16>,
    http_port: Option<u16>,
    max_spans: Option<usize>,
    max_bytes: Option<usize>,
}

/// A receiver that listens until it is stopped or collected.
#[napi]
pub struct OtlpReceiver {
    receiver: Receiver,
}

/// Starts a receiver from options as JSON.
///
/// # Errors
/// An error with the receiver's stable code and advice; `OBS_RECEIVER_OPTIONS_INVALID` where the options cannot be read.
#[napi(catch_unwind)]
pub fn start_receiver(options_json: String) -> Result<OtlpReceiver, Error<&'static str>> {
    let options: Options = serde_json::from_str(&options_json)
        .map_err(|error| Error::new("OBS_RECEIVER_OPTIONS_INVALID", format!("the receiver's options cannot be used: {error}")))?;
    let mut config = ReceiverConfig { grpc_port: options.grpc_port, http_port: options.http_port, ..ReceiverConfig::default() };
    config.host = options.host.unwrap_or(config.host);
    config.store.max_spans = options.max_spans.unwrap_or(config.store.max_spans);
    config.store.max_bytes = options.max_bytes.unwrap_or(config.store.max_bytes);
    match Receiver::start(config) {
        Ok(receiver) => Ok(OtlpReceiver { receiver }),
        Err(error) => Err(Error::new(error.code(), error.to_string())),
    }
}

#[napi]
impl OtlpReceiver {
    /// Where it takes OTLP over gRPC, `host:port`.
    #[napi(catch_unwind)]
    pub fn grpc_address(&self) -> Option<String> {
        self.receiver.grpc_addr().map(|address| address.to_string())
    }

    /// Where it takes OTLP over HTTP, `host:port`.
    #[napi(catch_unwind)]
    pub fn http_address(&self) -> Option<String> {
        self.receiver.http_addr().map(|address| address.to_string())
    }

    /// The counts as JSON.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> String {
        self.receiver.stats_json()
    }

    /// The traces in memory as JSON, newest first.
    #[napi(catch_unwind)]
    pub fn traces(&self) -> String {
        self.receiver.traces_json()
    }

    /// A trace as OTLP JSON.
    #[napi(catch_unwind)]
    pub fn trace(&self, trace_id: String) -> Option<String> {
        self.receiver.trace_json(&trace_id)
    }

    /// A trace as text for a terminal.
    #[napi(catch_unwind)]
    pub fn waterfall(&self, trace_id: String, width: u32, colour: bool) -> Option<String> {
        self.receiver.waterfall(&trace_id, width as usize, colour)
    }

    /// Forgets all traces.
    #[napi(catch_unwind)]
    pub fn clear(&self) {
        self.receiver.clear();
    }

    /// Stops listening; requests in flight get half a second.
    #[napi(catch_unwind)]
    pub fn stop(&mut self) {
        self.receiver.stop();
    }
}
