//! Sampling: which traces are kept.

mod head;

pub use head::HeadSampler;
