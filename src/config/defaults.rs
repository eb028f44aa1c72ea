//! The defaults, each beside the variable that overrides it.
//!
//! They are the specification's (OpenTelemetry, "Environment Variable Specification") except where a comment says why not.

use std::time::Duration;

use super::settings::Propagator;

/// `service.name` (`OTEL_SERVICE_NAME`, `SERVICE_NAME`): what the specification prescribes when nobody named the service.
pub const SERVICE_NAME: &str = "unknown_service:node";

/// The endpoint of OTLP over gRPC (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`).
pub const GRPC_ENDPOINT: &str = "http://localhost:4317";

/// The endpoint of OTLP over HTTP (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT`).
pub const HTTP_ENDPOINT: &str = "http://localhost:4318/v1/traces";

/// The file of the file exporter (option `exporter.endpoint`), relative to the working directory.
pub const FILE_PATH: &str = "traces.jsonl";

/// The time one attempt may take (`OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT`).
pub const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// The time all attempts for one batch may take together (`OTEL_BSP_EXPORT_TIMEOUT`). The specification has 30 s, which a collector's restart
/// can outlast; this is what the Collector's own exporter allows.
pub const RETRY_WINDOW: Duration = Duration::from_secs(300);

/// The first wait after a retryable failure, as in the Collector's own exporter (no variable).
pub const RETRY_FIRST_WAIT: Duration = Duration::from_secs(5);

/// Spans of a batch (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`). The specification has 512; a batch of 2,048 costs a quarter of the requests and is
/// still some hundred kilobytes.
pub const BATCH_MAX_SPANS: usize = 2_048;

/// Encoded bytes of a batch (option `batch.maxBytes`): half a mebibyte below the 4 MiB that servers often cap a request at.
pub const BATCH_MAX_BYTES: usize = 3_670_016;

/// How long a span waits for its batch to fill (`OTEL_BSP_SCHEDULE_DELAY`).
pub const BATCH_MAX_DELAY: Duration = Duration::from_secs(5);

/// Encoded bytes that wait or are in flight (`OBS_QUEUE_MAX_BYTES`).
pub const QUEUE_MAX_BYTES: usize = 32 << 20;

/// Spans that wait or are in flight (`OTEL_BSP_MAX_QUEUE_SIZE`): no bound of their own, since the bytes are bounded. The specification's
/// 2,048 would lose spans in a burst that takes half a megabyte.
pub const QUEUE_MAX_SPANS: usize = usize::MAX;

/// Requests in flight at once (option `queue.maxInFlight`).
pub const QUEUE_MAX_IN_FLIGHT: usize = 4;

/// Attributes of a span, of an event and of a link (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`,
/// `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`; for all three `OTEL_ATTRIBUTE_COUNT_LIMIT`).
pub const ATTRIBUTE_COUNT: u32 = 128;

/// UTF-16 code units of a string value (`OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`). The specification
/// sets none; but one value of a few megabytes makes a request that no server takes, and its whole batch would be lost with it.
pub const ATTRIBUTE_VALUE_LENGTH: u32 = 65_536;

/// Events of a span (`OTEL_SPAN_EVENT_COUNT_LIMIT`).
pub const EVENT_COUNT: u32 = 128;

/// Links of a span (`OTEL_SPAN_LINK_COUNT_LIMIT`).
pub const LINK_COUNT: u32 = 128;

/// The share of root traces that are kept (`OTEL_TRACES_SAMPLER_ARG`).
pub const SAMPLING_RATIO: f64 = 1.0;

/// Formats of context (`OTEL_PROPAGATORS`).
pub const PROPAGATORS: &[Propagator] = &[Propagator::TraceContext, Propagator::Baggage];

/// The time that flushing at exit may take (`OBS_EXIT_TIMEOUT`).
pub const EXIT_TIMEOUT: Duration = Duration::from_secs(1);
