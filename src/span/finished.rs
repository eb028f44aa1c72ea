//! The finished span and its parts.

use super::{Attribute, Scope, SpanId, SpanKind, TraceFlags, TraceId};

/// The status of a span (OpenTelemetry specification, "Set Status").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status<'a> {
    /// Nothing was said.
    #[default]
    Unset,
    /// The application or instrumentation said that it went well.
    Ok,
    /// It failed; the message may be empty.
    Error {
        /// What a developer may read about the failure.
        message: &'a str,
    },
}

/// Something that happened at a moment of a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// The name of the event.
    pub name: &'a str,
    /// When it happened, nanoseconds since the Unix epoch.
    pub time_unix_nanos: u64,
    /// Its attributes.
    pub attributes: Vec<Attribute<'a>>,
    /// How many attributes the limits removed.
    pub dropped_attributes: u32,
}

/// A link to another span.
#[derive(Debug, Clone, PartialEq)]
pub struct Link<'a> {
    /// The trace linked to.
    pub trace_id: TraceId,
    /// The span linked to.
    pub span_id: SpanId,
    /// The flags of that span's context.
    pub trace_flags: TraceFlags,
    /// Whether that context came from another process.
    pub is_remote: bool,
    /// Its trace state, as the header is written; empty when there is none.
    pub trace_state: &'a str,
    /// The attributes of the link.
    pub attributes: Vec<Attribute<'a>>,
    /// How many attributes the limits removed.
    pub dropped_attributes: u32,
}

/// A span that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedSpan<'a> {
    /// Who made it.
    pub scope: &'a Scope,
    /// The trace id, never all zero.
    pub trace_id: TraceId,
    /// The span id, never all zero.
    pub span_id: SpanId,
    /// The parent's span id; [`SpanId::INVALID`] for a root.
    pub parent_span_id: SpanId,
    /// Whether the parent's context came from another process.
    pub parent_is_remote: bool,
    /// W3C trace flags of the span's own context.
    pub trace_flags: TraceFlags,
    /// The trace state, as the header is written; empty when there is none.
    pub trace_state: &'a str,
    /// The name.
    pub name: &'a str,
    /// The kind.
    pub kind: SpanKind,
    /// Start, nanoseconds since the Unix epoch.
    pub start_unix_nanos: u64,
    /// End, nanoseconds since the Unix epoch; never before the start.
    pub end_unix_nanos: u64,
    /// Attributes, each key once.
    pub attributes: Vec<Attribute<'a>>,
    /// How many attributes the limits removed.
    pub dropped_attributes: u32,
    /// Events in the order they were added.
    pub events: Vec<Event<'a>>,
    /// How many events the limits removed.
    pub dropped_events: u32,
    /// Links in the order they were added.
    pub links: Vec<Link<'a>>,
    /// How many links the limits removed.
    pub dropped_links: u32,
    /// The status.
    pub status: Status<'a>,
}
