//! A trace in a list.

use super::id::{TraceKey, hex};
use super::store::Trace;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde::Serialize;
use std::collections::HashSet;

/// A trace in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceSummary {
    /// The trace id in hex.
    pub trace_id: String,
    /// The name of the root span, or of the earliest span while the root is not there.
    pub name: String,
    /// Whether a span without a parent is there.
    pub has_root: bool,
    /// The services in the order of their first span.
    pub services: Vec<String>,
    /// The earliest start, nanoseconds since the Unix epoch, in decimal: JavaScript numbers do not hold it.
    pub start_unix_nanos: String,
    /// From the earliest start to the latest end, milliseconds.
    pub duration_millis: f64,
    /// Spans in memory.
    pub spans: usize,
    /// Log records in memory.
    pub logs: usize,
    /// Spans with status error.
    pub errors: usize,
}

impl TraceSummary {
    pub(super) fn new(key: TraceKey, trace: &Trace) -> Self {
        let start = trace.spans.iter().map(|stored| stored.span.start_time_unix_nano).min().unwrap_or(0);
        let end = trace.spans.iter().map(|stored| stored.span.end_time_unix_nano).max().unwrap_or(0);
        let root = trace.spans.iter().min_by_key(|stored| (!stored.span.parent_span_id.is_empty(), stored.span.start_time_unix_nano));
        let mut by_start: Vec<_> = trace.spans.iter().collect();
        by_start.sort_by_key(|stored| stored.span.start_time_unix_nano);
        let mut known = HashSet::new();
        let services = by_start.iter().map(|stored| stored.origin.service()).filter(|service| known.insert(*service));
        Self {
            trace_id: hex(&key),
            name: root.map_or_else(String::new, |stored| stored.span.name.clone()),
            has_root: root.is_some_and(|stored| stored.span.parent_span_id.is_empty()),
            services: services.map(str::to_owned).collect(),
            start_unix_nanos: start.to_string(),
            duration_millis: end.saturating_sub(start) as f64 / 1e6,
            spans: trace.spans.len(),
            logs: trace.logs.len(),
            errors: trace
                .spans
                .iter()
                .filter(|stored| stored.span.status.as_ref().is_some_and(|status| status.code == StatusCode::Error as i32))
                .count(),
        }
    }
}
