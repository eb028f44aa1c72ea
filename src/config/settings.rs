//! The resolved settings: every value checked, every default filled in.

use std::time::Duration;

use serde::Serialize;

use super::{defaults, endpoint::without_secrets};

/// An attribute value of the resource.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue {
    /// A string.
    Str(String),
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    I64(i64),
    /// A double.
    F64(f64),
    /// An array of strings.
    StrArray(Vec<String>),
    /// An array of booleans.
    BoolArray(Vec<bool>),
    /// An array of signed integers.
    I64Array(Vec<i64>),
    /// An array of doubles.
    F64Array(Vec<f64>),
}

/// Attributes of the process, sent with each request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResourceSettings {
    /// Keys, each once, with their values.
    pub attributes: Vec<(String, AttributeValue)>,
    /// The schema URL; empty for none.
    pub schema_url: String,
}

/// Where spans go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExporterKind {
    /// OTLP over gRPC.
    OtlpGrpc,
    /// OTLP over HTTP, protobuf bodies.
    OtlpHttp,
    /// Readable lines on standard output.
    Console,
    /// OTLP JSON lines appended to a file.
    File,
    /// Kept in memory, for tests.
    Memory,
    /// Nowhere.
    None,
}

/// How bodies are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, the only one that every OTLP server has.
    Gzip,
}

/// Certificates and keys, as paths of PEM files. An `https` endpoint without any uses the system's roots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsSettings {
    /// A file of certificate authorities to trust instead of the system's (`OTEL_EXPORTER_OTLP_CERTIFICATE`).
    pub ca_file: Option<String>,
    /// The client's certificate chain, for mTLS (`OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`).
    pub certificate_file: Option<String>,
    /// The client's private key, for mTLS (`OTEL_EXPORTER_OTLP_CLIENT_KEY`).
    pub key_file: Option<String>,
    /// The name to check the server's certificate against, when it is not the endpoint's host.
    pub server_name: Option<String>,
}

/// The exporter and how it speaks.
#[derive(Debug, Clone, PartialEq)]
pub struct ExporterSettings {
    /// Which one.
    pub kind: ExporterKind,
    /// gRPC: `http://host:port` or `https://host:port`. HTTP: the full URL, `/v1/traces` already appended where the rules say so. File: the path.
    pub endpoint: String,
    /// Headers (gRPC metadata) sent with each request; names are lower case.
    pub headers: Vec<(String, String)>,
    /// Compression of bodies.
    pub compression: Compression,
    /// The time one attempt to reach a server may take.
    pub timeout: Duration,
    /// TLS material.
    pub tls: TlsSettings,
    /// An HTTP proxy (`http://[user:password@]host:port`) to go through with CONNECT; `None` for a direct way.
    pub proxy: Option<String>,
    /// The time all attempts for one batch may take together (default 300 s).
    pub retry_window: Duration,
    /// The first wait after a retryable failure (default 5 s as the Collector's own exporter; grows by 1.5 up to 30 s, jittered).
    pub retry_first_wait: Duration,
}

impl ExporterSettings {
    /// The endpoint as a message or a log may show it: a URL without its query, where API keys travel; the path of a file as it is.
    #[must_use]
    pub fn shown_endpoint(&self) -> String {
        if self.kind == ExporterKind::File { self.endpoint.clone() } else { without_secrets(&self.endpoint) }
    }
}

/// When a batch is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSettings {
    /// The most spans of a batch (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`).
    pub max_spans: usize,
    /// The most encoded bytes of a batch, below the 4 MiB that servers often cap a request at.
    pub max_bytes: usize,
    /// The longest a span waits for its batch to fill (`OTEL_BSP_SCHEDULE_DELAY`).
    pub max_delay: Duration,
}

/// What waits for the exporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSettings {
    /// The most encoded bytes that wait or are in flight (default 32 MiB); the oldest batch is dropped first.
    pub max_bytes: usize,
    /// The most spans that wait or are in flight (`OTEL_BSP_MAX_QUEUE_SIZE`); bounded by bytes alone unless it is set.
    pub max_spans: usize,
    /// The most requests in flight at once, so that a slow one does not stop the rest.
    pub max_in_flight: usize,
}

/// Limits of a span (OpenTelemetry specification, "Span Limits"). `u32::MAX` means unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitSettings {
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

/// The head sampler.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplerSettings {
    /// The share of root traces that are kept: 1 is `always_on`, 0 is `always_off`, else `traceidratio`.
    pub ratio: f64,
    /// Whether a parent's decision wins (`parentbased_*`).
    pub parent_based: bool,
}

impl SamplerSettings {
    /// The number that the four 32-bit words of a trace id, XORed, must stay below for a root trace to be kept.
    ///
    /// It is the bound that OpenTelemetry JS computes (`TraceIdRatioBasedSampler`), so that services on either keep the same traces. At a
    /// ratio of 1 it is 2^32, which no XOR reaches: every trace is kept.
    pub fn upper_bound(&self) -> u64 {
        if self.ratio >= 1.0 { 1 << 32 } else { (self.ratio.max(0.0) * f64::from(u32::MAX)) as u64 }
    }
}

impl Default for SamplerSettings {
    fn default() -> Self {
        Self { ratio: defaults::SAMPLING_RATIO, parent_based: true }
    }
}

impl Default for BatchSettings {
    fn default() -> Self {
        Self { max_spans: defaults::BATCH_MAX_SPANS, max_bytes: defaults::BATCH_MAX_BYTES, max_delay: defaults::BATCH_MAX_DELAY }
    }
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self { max_bytes: defaults::QUEUE_MAX_BYTES, max_spans: defaults::QUEUE_MAX_SPANS, max_in_flight: defaults::QUEUE_MAX_IN_FLIGHT }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            attribute_count: defaults::ATTRIBUTE_COUNT,
            attribute_value_length: defaults::ATTRIBUTE_VALUE_LENGTH,
            event_count: defaults::EVENT_COUNT,
            link_count: defaults::LINK_COUNT,
            attribute_per_event_count: defaults::ATTRIBUTE_COUNT,
            attribute_per_link_count: defaults::ATTRIBUTE_COUNT,
        }
    }
}

impl Default for ExporterSettings {
    fn default() -> Self {
        Self {
            kind: ExporterKind::OtlpGrpc,
            endpoint: defaults::GRPC_ENDPOINT.to_owned(),
            headers: Vec::new(),
            compression: Compression::None,
            timeout: defaults::EXPORT_TIMEOUT,
            tls: TlsSettings::default(),
            proxy: None,
            retry_window: defaults::RETRY_WINDOW,
            retry_first_wait: defaults::RETRY_FIRST_WAIT,
        }
    }
}

/// A format of context in carriers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Propagator {
    /// W3C Trace Context.
    TraceContext,
    /// W3C Baggage.
    Baggage,
    /// AWS X-Ray (`X-Amzn-Trace-Id`).
    XRay,
    /// Datadog (`x-datadog-*`).
    Datadog,
    /// B3, written as one header.
    B3,
    /// B3, written as several headers.
    B3Multi,
}

/// What of our own messages the user wants to see (`OTEL_LOG_LEVEL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Nothing at all.
    None,
    /// What cost spans.
    Error,
    /// And what was done other than asked.
    Warn,
    /// And the few lines of a normal life: started, recovered, what was lost.
    #[default]
    Info,
    /// And each export.
    Debug,
    /// And everything else (`verbose` and `all` of the specification).
    Verbose,
}

/// Everything, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `OTEL_SDK_DISABLED`: nothing is recorded.
    pub disabled: bool,
    /// The resource.
    pub resource: ResourceSettings,
    /// The exporter.
    pub exporter: ExporterSettings,
    /// The batch.
    pub batch: BatchSettings,
    /// The export queue.
    pub queue: QueueSettings,
    /// Limits of spans.
    pub limits: LimitSettings,
    /// The head sampler.
    pub sampler: SamplerSettings,
    /// Propagators in their order.
    pub propagators: Vec<Propagator>,
    /// The time that flushing at exit may take (default 1 s).
    pub exit_timeout: Duration,
    /// Whether SIGTERM and SIGINT flush before the process ends as it would have.
    pub flush_on_signals: bool,
    /// What of our own messages is shown.
    pub log_level: LogLevel,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            disabled: false,
            resource: ResourceSettings::default(),
            exporter: ExporterSettings::default(),
            batch: BatchSettings::default(),
            queue: QueueSettings::default(),
            limits: LimitSettings::default(),
            sampler: SamplerSettings::default(),
            propagators: defaults::PROPAGATORS.to_vec(),
            exit_timeout: defaults::EXIT_TIMEOUT,
            flush_on_signals: true,
            log_level: LogLevel::default(),
        }
    }
}
