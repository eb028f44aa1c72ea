//! A small OTLP receiver: what the demo and the tests send to, and no substitute for a collector.
//!
//! ```text
//!  gRPC 4317 ──┐
//!              ├──▶ body (bounded, gunzipped) ──▶ decode ──▶ store (bounded) ──▶ waterfall, JSON
//!  HTTP 4318 ──┘
//! ```
//!
//! It takes traces and logs, keeps the newest traces in memory and tells them as text or JSON. Everything that comes in is untrusted: bodies,
//! what they expand to, connections and the store are bounded, and text is stripped of what a terminal would obey.

mod base64;
mod body;
mod config;
mod connection;
pub mod decode;
mod error;
mod grpc;
mod http;
mod id;
mod json;
mod query;
mod scan;
mod schema;
mod server;
mod service;
mod stats;
mod store;
mod summary;
mod waterfall;

pub use config::ReceiverConfig;
pub use error::ReceiverError;
pub use server::Receiver;
pub use stats::ReceiverStats;
pub use store::{Store, StoreLimits};
pub use summary::TraceSummary;
