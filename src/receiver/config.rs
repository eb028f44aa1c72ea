//! The settings of a receiver.

use super::store::StoreLimits;
use std::net::{IpAddr, Ipv4Addr};

/// Where a receiver listens and what it keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverConfig {
    /// The address to bind (default 127.0.0.1: traces tell secrets, so other machines see them only when told to).
    pub host: IpAddr,
    /// The port for OTLP/gRPC (default 4317), 0 for any free one, `None` not to listen.
    pub grpc_port: Option<u16>,
    /// The port for OTLP/HTTP (default 4318), 0 for any free one, `None` not to listen.
    pub http_port: Option<u16>,
    /// What is kept in memory.
    pub store: StoreLimits,
    /// The most bytes of a request, before and after decompression (default 4 MiB, what gRPC servers take by default).
    pub max_body_bytes: usize,
    /// The most connections at once; more are closed as soon as they come (default 256).
    pub max_connections: usize,
}

impl Default for ReceiverConfig {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            grpc_port: Some(4317),
            http_port: Some(4318),
            store: StoreLimits::default(),
            max_body_bytes: 4 * 1024 * 1024,
            max_connections: 256,
        }
    }
}
