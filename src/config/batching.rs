//! The batch, the queue behind it and the time that a flush at exit may take.

use std::time::Duration;

use super::{
    defaults,
    settings::{BatchSettings, QueueSettings},
    sources::{Integer, MAX_MILLIS, Sources},
    variables as var,
    warning::codes,
};

/// The bounds of a batch's bytes: below the smaller, hardly a span fits; above the larger, servers refuse the request.
const BATCH_BYTES: (u64, u64) = (65_536, (4 << 20) - 65_536);

/// The bounds of a queue's bytes, from one small batch to more than a process should wait with.
const QUEUE_BYTES: (u64, u64) = (65_536, 4 << 30);

/// The longest time that an exit may be held up: a minute, after which orchestrators kill.
const MAX_EXIT_MILLIS: u64 = 60_000;

/// The batch and the queue, which depend on each other: a batch that the queue cannot hold would be dropped each time.
pub(super) fn resolve(sources: &mut Sources) -> (BatchSettings, QueueSettings) {
    let queue = QueueSettings {
        max_bytes: number(sources, Some("queue.maxBytes"), &[var::OBS_QUEUE_MAX_BYTES], QUEUE_BYTES, "bytes", defaults::QUEUE_MAX_BYTES),
        max_spans: number(
            sources,
            Some("queue.maxSpans"),
            &[var::OTEL_BSP_MAX_QUEUE_SIZE],
            (1, u64::from(u32::MAX)),
            "spans",
            defaults::QUEUE_MAX_SPANS,
        ),
        max_in_flight: number(sources, Some("queue.maxInFlight"), &[], (1, 64), "requests", defaults::QUEUE_MAX_IN_FLIGHT),
    };
    let delay =
        Integer { option: Some("batch.maxDelayMillis"), variables: &[var::OTEL_BSP_SCHEDULE_DELAY], min: 0, max: MAX_MILLIS, unit: "milliseconds" };
    let mut batch = BatchSettings {
        max_spans: number(
            sources,
            Some("batch.maxSpans"),
            &[var::OTEL_BSP_MAX_EXPORT_BATCH_SIZE],
            (1, u64::from(u32::MAX)),
            "spans",
            defaults::BATCH_MAX_SPANS.min(queue.max_spans),
        ),
        max_bytes: number(sources, Some("batch.maxBytes"), &[], BATCH_BYTES, "bytes", defaults::BATCH_MAX_BYTES.min(queue.max_bytes)),
        max_delay: sources.integer(&delay).map_or(defaults::BATCH_MAX_DELAY, Duration::from_millis),
    };
    if batch.max_spans > queue.max_spans {
        let (asked, held) = (batch.max_spans, queue.max_spans);
        sources.warn(codes::NUMBER_INVALID, format!("a batch of {asked} spans does not fit a queue of {held}; batches will have {held}"));
        batch.max_spans = held;
    }
    if batch.max_bytes > queue.max_bytes {
        let (asked, held) = (batch.max_bytes, queue.max_bytes);
        sources.warn(codes::NUMBER_INVALID, format!("a batch of {asked} bytes does not fit a queue of {held}; batches will have {held}"));
        batch.max_bytes = held;
    }
    (batch, queue)
}

/// The time that flushing at exit may take; 0 leaves at once.
pub(super) fn exit_timeout(sources: &mut Sources) -> Duration {
    let setting =
        Integer { option: Some("exitTimeoutMillis"), variables: &[var::OBS_EXIT_TIMEOUT], min: 0, max: MAX_EXIT_MILLIS, unit: "milliseconds" };
    sources.integer(&setting).map_or(defaults::EXIT_TIMEOUT, Duration::from_millis)
}

fn number(
    sources: &mut Sources,
    option: Option<&'static str>,
    variables: &'static [&'static str],
    (min, max): (u64, u64),
    unit: &'static str,
    default: usize,
) -> usize {
    sources.integer(&Integer { option, variables, min, max, unit }).map_or(default, |number| usize::try_from(number).unwrap_or(usize::MAX))
}
