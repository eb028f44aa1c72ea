//! The resolved settings: every value checked, every default filled in.

use std::time::Duration;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The time one attempt may take.
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

/// A format of context in carriers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagator {
    /// W3C Trace Context.
    TraceContext,
    /// W3C Baggage.
    Baggage,
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
}
