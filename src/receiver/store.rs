//! The traces in memory.

use super::id::{TraceKey, valid_id};
use super::stats::ReceiverStats;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// What a store keeps at most. The oldest trace is dropped first, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLimits {
    /// Spans and log records together (default 100,000).
    pub max_spans: usize,
    /// Bytes of memory, estimated from above (default 64 MiB).
    pub max_bytes: usize,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { max_spans: 100_000, max_bytes: 64 * 1024 * 1024 }
    }
}

/// Where spans came from: shared by those of one `ScopeSpans`.
#[derive(Debug, PartialEq)]
pub(super) struct Origin {
    resource: Resource,
    resource_schema_url: String,
    scope: InstrumentationScope,
    scope_schema_url: String,
}

impl Origin {
    /// The name of the service; `unknown` when the resource has none.
    pub(super) fn service(&self) -> &str {
        match attribute(&self.resource.attributes, "service.name") {
            Some(any_value::Value::StringValue(name)) if !name.is_empty() => name,
            _ => "unknown",
        }
    }

    /// The messages around spans from here, without spans.
    pub(super) fn envelope(&self) -> ResourceSpans {
        let scope = ScopeSpans { scope: Some(self.scope.clone()), spans: Vec::new(), schema_url: self.scope_schema_url.clone() };
        ResourceSpans { resource: Some(self.resource.clone()), scope_spans: vec![scope], schema_url: self.resource_schema_url.clone() }
    }

    fn bytes(&self) -> usize {
        let strings = self.resource_schema_url.len() + self.scope_schema_url.len() + self.scope.name.len() + self.scope.version.len();
        size_of::<Self>() + strings + attributes_bytes(&self.resource.attributes) + attributes_bytes(&self.scope.attributes)
    }
}

/// A span and where it came from.
#[derive(Debug)]
pub(super) struct StoredSpan {
    pub(super) origin: Arc<Origin>,
    pub(super) span: Span,
}

/// The value of an attribute, when it has one.
pub(super) fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a any_value::Value> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()?.value.as_ref()
}

/// All that is known of a trace.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) spans: Vec<StoredSpan>,
    pub(super) logs: Vec<LogRecord>,
    ids: HashSet<[u8; 8]>,
    bytes: usize,
}

/// The memory of a trace without entries: itself, its id in the map and in the order.
const TRACE_BYTES: usize = 2 * (size_of::<Trace>() + 2 * size_of::<TraceKey>());

impl Trace {
    fn len(&self) -> usize {
        self.spans.len() + self.logs.len()
    }
}

/// Traces by id, bounded in spans and bytes.
#[derive(Debug, Default)]
pub struct Store {
    limits: StoreLimits,
    traces: HashMap<TraceKey, Trace>,
    /// Ids in the order in which the first of their spans came.
    order: VecDeque<TraceKey>,
    pub(super) stats: ReceiverStats,
}

impl Store {
    /// An empty store.
    pub fn new(limits: StoreLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Keeps the spans of a request and returns how many were refused because their ids are not valid.
    pub fn add_traces(&mut self, request: ExportTraceServiceRequest) -> u64 {
        let mut rejected = 0;
        for group in request.resource_spans {
            let resource = group.resource.unwrap_or_default();
            for spans in group.scope_spans {
                let origin = Arc::new(Origin {
                    resource: resource.clone(),
                    resource_schema_url: group.schema_url.clone(),
                    scope: spans.scope.unwrap_or_default(),
                    scope_schema_url: spans.schema_url,
                });
                // Charged to each span, since any of them may be the one that keeps it alive.
                let origin_bytes = origin.bytes();
                for span in spans.spans {
                    rejected += u64::from(!self.add_span(span, &origin, origin_bytes));
                }
            }
        }
        self.stats.spans_rejected += rejected;
        rejected
    }

    /// Keeps the log records of a request that belong to a trace; the others are only counted.
    pub fn add_logs(&mut self, request: ExportLogsServiceRequest) {
        for record in request.resource_logs.into_iter().flat_map(|group| group.scope_logs).flat_map(|group| group.log_records) {
            self.stats.logs_received += 1;
            match valid_id(&record.trace_id) {
                Some(key) => {
                    let bytes = log_bytes(&record);
                    if self.make_room(key, bytes) {
                        let trace = self.charge(key, bytes);
                        trace.logs.push(record);
                        self.stats.logs += 1;
                    }
                }
                None => self.stats.logs_without_trace += 1,
            }
        }
    }

    /// Drops all traces; what was counted stays counted.
    pub fn clear(&mut self) {
        self.traces.clear();
        self.order.clear();
        self.stats.forget_stored();
    }

    /// What was received, kept and dropped.
    pub fn stats(&self) -> &ReceiverStats {
        &self.stats
    }

    /// The traces, newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = (TraceKey, &Trace)> {
        self.order.iter().rev().filter_map(|key| Some((*key, self.traces.get(key)?)))
    }

    /// A trace.
    pub(super) fn trace(&self, key: TraceKey) -> Option<&Trace> {
        self.traces.get(&key)
    }

    /// Returns whether the ids of the span are valid.
    fn add_span(&mut self, span: Span, origin: &Arc<Origin>, origin_bytes: usize) -> bool {
        self.stats.spans_received += 1;
        let (Some(key), Some(id)) = (valid_id(&span.trace_id), valid_id::<8>(&span.span_id)) else { return false };
        if self.traces.get(&key).is_some_and(|trace| trace.ids.contains(&id)) {
            // A request that was retried though it had arrived.
            self.stats.spans_repeated += 1;
            return true;
        }
        let bytes = span_bytes(&span) + origin_bytes;
        if self.make_room(key, bytes) {
            let trace = self.charge(key, bytes);
            trace.ids.insert(id);
            trace.spans.push(StoredSpan { origin: Arc::clone(origin), span });
            self.stats.spans += 1;
        } else {
            self.stats.spans_dropped += 1;
        }
        true
    }

    /// Drops the oldest traces, but not the one named, until there is room for an entry. `false` when that is not enough.
    fn make_room(&mut self, key: TraceKey, bytes: usize) -> bool {
        let bytes = bytes + if self.traces.contains_key(&key) { 0 } else { TRACE_BYTES };
        loop {
            let entries = self.stats.spans + self.stats.logs;
            if entries < self.limits.max_spans as u64 && self.stats.bytes + bytes as u64 <= self.limits.max_bytes as u64 {
                return true;
            }
            let index = usize::from(self.order.front() == Some(&key));
            let Some(oldest) = self.order.remove(index) else { return false };
            if let Some(trace) = self.traces.remove(&oldest) {
                self.stats.spans -= trace.spans.len() as u64;
                self.stats.logs -= trace.logs.len() as u64;
                self.stats.bytes -= trace.bytes as u64;
                self.stats.spans_dropped += trace.spans.len() as u64;
                self.stats.traces_dropped += 1;
                self.stats.traces -= 1;
            }
        }
    }

    /// The trace, charged with bytes of a new entry.
    fn charge(&mut self, key: TraceKey, bytes: usize) -> &mut Trace {
        let trace = self.traces.entry(key).or_default();
        let mut charged = bytes;
        if trace.len() == 0 {
            self.order.push_back(key);
            self.stats.traces += 1;
            charged += TRACE_BYTES;
        }
        trace.bytes += charged;
        self.stats.bytes += charged as u64;
        trace
    }
}

/// A span's memory, estimated from above: vectors hold up to twice what is in them.
fn span_bytes(span: &Span) -> usize {
    let events = span.events.iter().map(|event| 2 * size_of_val(event) + event.name.len() + attributes_bytes(&event.attributes));
    let links = span.links.iter().map(|link| 2 * size_of_val(link) + 24 + link.trace_state.len() + attributes_bytes(&link.attributes));
    let status = span.status.as_ref().map_or(0, |status| status.message.len());
    let strings = span.name.len() + span.trace_state.len() + status + 48;
    2 * size_of::<StoredSpan>() + strings + attributes_bytes(&span.attributes) + events.sum::<usize>() + links.sum::<usize>()
}

fn log_bytes(record: &LogRecord) -> usize {
    let strings = record.severity_text.len() + record.event_name.len() + 48;
    2 * size_of_val(record) + strings + record.body.as_ref().map_or(0, value_bytes) + attributes_bytes(&record.attributes)
}

fn attributes_bytes(attributes: &[KeyValue]) -> usize {
    attributes.iter().map(|attribute| 2 * size_of_val(attribute) + attribute.key.len() + attribute.value.as_ref().map_or(0, value_bytes)).sum()
}

/// The memory behind a value. Values nest no deeper than what decoded them allows.
fn value_bytes(value: &AnyValue) -> usize {
    match &value.value {
        Some(any_value::Value::StringValue(string)) => string.len(),
        Some(any_value::Value::BytesValue(bytes)) => bytes.len(),
        Some(any_value::Value::ArrayValue(array)) => array.values.iter().map(|value| 2 * size_of_val(value) + value_bytes(value)).sum(),
        Some(any_value::Value::KvlistValue(map)) => attributes_bytes(&map.values),
        _ => 0,
    }
}
