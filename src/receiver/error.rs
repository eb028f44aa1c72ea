//! Why a receiver did not start.

use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why a receiver did not start, with a stable code and a way out.
#[derive(Debug)]
pub struct ReceiverError {
    kind: Kind,
    source: io::Error,
}

#[derive(Debug)]
enum Kind {
    Bind(SocketAddr),
    Start,
}

impl ReceiverError {
    pub(super) fn bind(address: SocketAddr, source: io::Error) -> Self {
        Self { kind: Kind::Bind(address), source }
    }

    pub(super) fn start(source: io::Error) -> Self {
        Self { kind: Kind::Start, source }
    }

    /// The stable code: `OBS_RECEIVER_PORT_IN_USE`, `OBS_RECEIVER_PORT_FORBIDDEN`, `OBS_RECEIVER_ADDRESS_UNAVAILABLE`,
    /// `OBS_RECEIVER_BIND_FAILED` or `OBS_RECEIVER_START_FAILED`.
    pub fn code(&self) -> &'static str {
        match (&self.kind, self.source.kind()) {
            (Kind::Bind(_), io::ErrorKind::AddrInUse) => "OBS_RECEIVER_PORT_IN_USE",
            (Kind::Bind(_), io::ErrorKind::PermissionDenied) => "OBS_RECEIVER_PORT_FORBIDDEN",
            (Kind::Bind(_), io::ErrorKind::AddrNotAvailable) => "OBS_RECEIVER_ADDRESS_UNAVAILABLE",
            (Kind::Bind(_), _) => "OBS_RECEIVER_BIND_FAILED",
            (Kind::Start, _) => "OBS_RECEIVER_START_FAILED",
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self.code() {
            "OBS_RECEIVER_PORT_IN_USE" => {
                "end the program that listens there (a collector, another demo), or choose another port; 0 takes a free one"
            }
            "OBS_RECEIVER_PORT_FORBIDDEN" => "choose a port above 1023; 0 takes a free one",
            "OBS_RECEIVER_ADDRESS_UNAVAILABLE" => "choose an address of this machine; 127.0.0.1 always is one",
            _ => "see the cause for what the operating system said",
        }
    }
}

impl fmt::Display for ReceiverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Bind(address) => write!(f, "{}: the receiver cannot listen on {address}: {} ({})", self.code(), self.source, self.advice()),
            Kind::Start => write!(f, "{}: the receiver cannot start: {} ({})", self.code(), self.source, self.advice()),
        }
    }
}

impl std::error::Error for ReceiverError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
