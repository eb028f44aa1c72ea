//! Export: how an encoded batch leaves the process. Transports are pure two-method things; retry and classification stand apart.

mod payload;

pub use payload::Payload;
