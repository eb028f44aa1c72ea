//! What the JS side needs of the settings, as JSON.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Resolved,
    settings::{AttributeValue, ExporterKind, LogLevel, Propagator},
    warning::Warning,
};

/// The resolved settings for the JS side. Holds no header, no proxy and no query of an endpoint.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedForJs {
    /// Nothing is recorded.
    pub disabled: bool,
    /// The head sampler, for the place where spans start.
    pub sampler: SamplerForJs,
    /// Limits of spans; 4294967295 is no limit.
    pub limits: LimitsForJs,
    /// Propagators in their order (`tracecontext`, `baggage`).
    pub propagators: Vec<Propagator>,
    /// The attributes of the resource.
    pub resource: Map<String, Value>,
    /// The schema URL of the resource; empty for none.
    pub resource_schema_url: String,
    /// The exporter.
    pub exporter: ExporterForJs,
    /// Whether SIGTERM and SIGINT flush.
    pub flush_on_signals: bool,
    /// What of our own messages is shown.
    pub log_level: LogLevel,
    /// What was done other than asked.
    pub warnings: Vec<Warning>,
}

/// The head sampler: a root trace is kept when the XOR of the four 32-bit words of its id is below `upper_bound`.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SamplerForJs {
    /// The share of root traces that are kept.
    pub ratio: f64,
    /// 0 to 2^32; at 2^32 every trace is kept.
    pub upper_bound: u64,
    /// Whether a parent's decision wins.
    pub parent_based: bool,
}

/// Limits of spans.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitsForJs {
    /// Attributes of a span.
    pub attribute_count: u32,
    /// UTF-16 code units of a string value.
    pub attribute_value_length: u32,
    /// Events of a span.
    pub event_count: u32,
    /// Links of a span.
    pub link_count: u32,
    /// Attributes of an event.
    pub attribute_per_event_count: u32,
    /// Attributes of a link.
    pub attribute_per_link_count: u32,
}

/// The exporter, as a log line or a test may show it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExporterForJs {
    /// Which one (`otlp-grpc`, `otlp-http`, `console`, `file`, `memory`, `none`).
    pub kind: ExporterKind,
    /// Where to, without its query; empty where there is no place.
    pub endpoint: String,
}

impl Resolved {
    /// What the JS side needs, to be serialised as JSON.
    pub fn for_js(&self) -> ResolvedForJs {
        let settings = &self.settings;
        let limits = &settings.limits;
        ResolvedForJs {
            disabled: settings.disabled,
            sampler: SamplerForJs {
                ratio: settings.sampler.ratio,
                upper_bound: settings.sampler.upper_bound(),
                parent_based: settings.sampler.parent_based,
            },
            limits: LimitsForJs {
                attribute_count: limits.attribute_count,
                attribute_value_length: limits.attribute_value_length,
                event_count: limits.event_count,
                link_count: limits.link_count,
                attribute_per_event_count: limits.attribute_per_event_count,
                attribute_per_link_count: limits.attribute_per_link_count,
            },
            propagators: settings.propagators.clone(),
            resource: settings.resource.attributes.iter().map(|(key, value)| (key.clone(), json_value(value))).collect(),
            resource_schema_url: settings.resource.schema_url.clone(),
            exporter: ExporterForJs { kind: settings.exporter.kind, endpoint: settings.exporter.shown_endpoint() },
            flush_on_signals: settings.flush_on_signals,
            log_level: settings.log_level,
            warnings: self.warnings.clone(),
        }
    }
}

fn json_value(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Str(value) => json!(value),
        AttributeValue::Bool(value) => json!(value),
        AttributeValue::I64(value) => json!(value),
        AttributeValue::F64(value) => json!(value),
        AttributeValue::StrArray(values) => json!(values),
        AttributeValue::BoolArray(values) => json!(values),
        AttributeValue::I64Array(values) => json!(values),
        AttributeValue::F64Array(values) => json!(values),
    }
}
