//! Options and `OTEL_*` environment variables, resolved once into plain settings.
//!
//! The settings are vocabulary: a station may read its own part of them, and nothing else of this folder.

pub mod defaults;
mod settings;

pub use settings::{
    AttributeValue, BatchSettings, Compression, ExporterKind, ExporterSettings, LimitSettings, LogLevel, Propagator, QueueSettings, ResourceSettings,
    SamplerSettings, Settings, TlsSettings,
};
