//! Options and `OTEL_*` environment variables, resolved once into plain settings.
//!
//! Options win over variables, variables over defaults. Nothing here fails: what cannot be used is told in a [`Warning`] with the way out, and
//! the next source, in the end the default, is taken instead. docs/configuration.md lists every option and variable; a test keeps both in step.
//!
//! The settings are vocabulary: a station may read its own part of them, and nothing else of this folder.

mod batching;
pub mod defaults;
mod detect;
mod endpoint;
mod exporter;
mod facts;
mod for_js;
mod headers;
mod limits;
pub mod options;
mod proxy;
mod resource;
mod sampler;
mod settings;
mod sources;
pub mod variables;
mod warning;
mod words;

pub use facts::ProcessFacts;
pub use for_js::{ExporterForJs, LimitsForJs, ResolvedForJs, SamplerForJs};
pub use settings::{
    AttributeValue, BatchSettings, Compression, ExporterKind, ExporterSettings, LimitSettings, LogLevel, Propagator, QueueSettings, ResourceSettings,
    SamplerSettings, Settings, TlsSettings,
};
pub use warning::{Warning, codes};

/// The settings, and what was done other than asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// Every value checked, every default filled in.
    pub settings: Settings,
    /// To be shown to the user, once each.
    pub warnings: Vec<Warning>,
}

/// Resolves the options (the JSON of `TracingOptions`; empty for none) and the environment.
///
/// ```
/// use observability_ts::config::{ExporterKind, ProcessFacts, resolve};
///
/// let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), "http://localhost:4318".to_owned())];
/// let resolved = resolve(r#"{ "serviceName": "manifest-api" }"#, &environment, &ProcessFacts::default());
/// assert_eq!(resolved.settings.exporter.kind, ExporterKind::OtlpHttp);
/// assert_eq!(resolved.settings.exporter.endpoint, "http://localhost:4318/v1/traces");
/// assert!(resolved.warnings.is_empty());
/// ```
pub fn resolve(options_json: &str, environment: &[(String, String)], facts: &ProcessFacts) -> Resolved {
    let mut sources = sources::Sources::new(options_json, environment);
    options::check(&mut sources);
    let (batch, queue) = batching::resolve(&mut sources);
    let settings = Settings {
        disabled: sources.bool_variable(&[variables::OTEL_SDK_DISABLED]).unwrap_or_default(),
        resource: resource::resolve(&mut sources, facts),
        exporter: exporter::resolve(&mut sources),
        batch,
        queue,
        limits: limits::resolve(&mut sources),
        sampler: sampler::resolve(&mut sources),
        propagators: words::propagators(&mut sources),
        exit_timeout: batching::exit_timeout(&mut sources),
        flush_on_signals: sources.bool_option("signals").unwrap_or(true),
        log_level: words::log_level(&mut sources),
    };
    Resolved { settings, warnings: sources.into_warnings() }
}
