//! Export: how an encoded batch leaves the process.
//!
//! ```text
//!  Payload ──▶ Retry ── Request ──▶ Transport ──▶ Outcome ──▶ classify ──┐
//!                │  gzip once       grpc, http, file,                    │
//!                │  time limit      console, memory        retryable: ◀──┘
//!                ▼                                         back off, again
//!             Delivery: accepted, refused, or the payload back
//! ```
//!
//! A [`Transport`] sends bytes once and says what came of it; it knows nothing of time. What is worth another attempt is decided by pure
//! functions ([`classify`]), when it is made by [`Retry`], which decorates any transport. [`Exporter`] picks the transport by its settings.

mod backoff;
pub mod classify;
mod compress;
mod connector;
mod console;
mod console_text;
mod endpoint;
mod error;
mod exporter;
mod file;
mod grpc;
mod health;
mod http;
mod json;
mod memory;
mod outcome;
mod payload;
mod response;
mod retry;
mod rpc_status;
mod text;
mod tls;
mod transport;

pub use backoff::Backoff;
pub use console::ConsoleTransport;
pub use error::ExportError;
pub use exporter::Exporter;
pub use file::FileTransport;
pub use grpc::GrpcTransport;
pub use health::{Health, HealthSnapshot};
pub use http::HttpTransport;
pub use json::json_line;
pub use memory::{MAX_MEMORY_BYTES, MemoryStore};
pub use outcome::{Delivery, Outcome, UndeliveredCause};
pub use payload::Payload;
pub use retry::{Retry, RetryPolicy};
pub use transport::{Request, Transport};
