//! What can be asked of a store.

use super::id::trace_key;
use super::store::{Origin, Store};
use super::summary::TraceSummary;
use super::waterfall;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, TracesData};
use std::collections::HashMap;
use std::sync::Arc;

impl Store {
    /// The traces in memory, newest first.
    pub fn traces(&self) -> Vec<TraceSummary> {
        self.newest_first().map(|(key, trace)| TraceSummary::new(key, trace)).collect()
    }

    /// The spans of a trace in the form that OTLP JSON files have; `None` for a trace id that is not here, or is none.
    pub fn trace_data(&self, trace_id: &str) -> Option<TracesData> {
        let mut resource_spans: Vec<ResourceSpans> = Vec::new();
        let mut envelopes: HashMap<*const Origin, usize> = HashMap::new();
        for stored in &self.trace(trace_key(trace_id)?)?.spans {
            let index = *envelopes.entry(Arc::as_ptr(&stored.origin)).or_insert_with(|| {
                resource_spans.push(stored.origin.envelope());
                resource_spans.len() - 1
            });
            resource_spans[index].scope_spans[0].spans.push(stored.span.clone());
        }
        Some(TracesData { resource_spans })
    }

    /// A trace as text for a terminal of `width` columns; `None` for a trace id that is not here, or is none. See
    /// [`Receiver::waterfall`](super::Receiver::waterfall).
    pub fn waterfall(&self, trace_id: &str, width: usize, colour: bool) -> Option<String> {
        let key = trace_key(trace_id)?;
        Some(waterfall::render(key, self.trace(key)?, width, colour))
    }
}
