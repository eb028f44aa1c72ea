//! The Rust core of `@manifest-cyber/observability-ts`.
//!
//! ```text
//!  JS thread                                   one Rust worker thread (tokio, current thread)
//!   span.end() ── one record ──▶ arena ──▶ span ──▶ sampling ──▶ batch ──▶ export ──▶ collector
//!                 shared memory  decode   vocabulary             otlp      grpc, http
//!                                                                encode    retry, back-off
//!                                                                once
//! ```
//!
//! The folders are the stations of that way, in its order. A station knows the vocabulary (`span`), its own settings
//! (`config`) and nothing of its neighbours; only `pipeline` wires them and only `binding` names Node.

pub mod arena;
pub mod batch;
pub mod config;
pub mod export;
mod memory;
pub mod otlp;
pub mod pipeline;
pub mod propagation;
pub mod receiver;
pub mod sampling;
#[cfg(unix)]
pub mod signals;
pub mod span;
mod thread;

#[cfg(feature = "binding")]
mod binding;
