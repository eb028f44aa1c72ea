//! The writer of a JS thread in Rust, for tests and benches that drive the reader without Node.
#![allow(dead_code, unused_imports, reason = "each test binary uses its own part")]

pub mod dictionary;
pub mod encoder;
pub mod writer;

pub use encoder::Times;
pub use writer::{Writer, Written};
