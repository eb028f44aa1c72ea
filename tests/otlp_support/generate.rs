//! Spans of every shape.

use observability_ts::config::{AttributeValue, ResourceSettings};
use observability_ts::span::{Attribute, Event, FinishedSpan, Link, Scope, SpanId, SpanKind, Status, TraceFlags, TraceId, Value};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub enum OwnedValue {
    Null,
    Bool(bool),
    I64(i64),
    F64(f64),
    Str(String),
    Bytes(Vec<u8>),
    Array(Vec<OwnedValue>),
    Map(Vec<OwnedAttribute>),
}

#[derive(Debug, Clone)]
pub struct OwnedAttribute {
    pub key: String,
    pub value: OwnedValue,
}

#[derive(Debug, Clone)]
pub struct OwnedEvent {
    pub name: String,
    pub time_unix_nanos: u64,
    pub attributes: Vec<OwnedAttribute>,
    pub dropped_attributes: u32,
}

#[derive(Debug, Clone)]
pub struct OwnedLink {
    pub trace_id: u128,
    pub span_id: u64,
    pub trace_flags: u8,
    pub is_remote: bool,
    pub trace_state: String,
    pub attributes: Vec<OwnedAttribute>,
    pub dropped_attributes: u32,
}

#[derive(Debug, Clone)]
pub enum OwnedStatus {
    Unset,
    Ok,
    Error(String),
}

/// A span that owns its strings, so that it can be generated.
#[derive(Debug, Clone)]
pub struct OwnedSpan {
    pub trace_id: u128,
    pub span_id: u64,
    pub parent_span_id: u64,
    pub parent_is_remote: bool,
    pub trace_flags: u8,
    pub trace_state: String,
    pub name: String,
    pub kind: SpanKind,
    pub start_unix_nanos: u64,
    pub end_unix_nanos: u64,
    pub attributes: Vec<OwnedAttribute>,
    pub dropped_attributes: u32,
    pub events: Vec<OwnedEvent>,
    pub dropped_events: u32,
    pub links: Vec<OwnedLink>,
    pub dropped_links: u32,
    pub status: OwnedStatus,
}

impl OwnedValue {
    pub fn borrow(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::I64(int) => Value::I64(*int),
            Self::F64(double) => Value::F64(*double),
            Self::Str(string) => Value::Str(string),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Array(values) => Value::Array(values.iter().map(Self::borrow).collect()),
            Self::Map(entries) => Value::Map(borrow_attributes(entries)),
        }
    }
}

fn borrow_attributes(attributes: &[OwnedAttribute]) -> Vec<Attribute<'_>> {
    attributes.iter().map(|attribute| Attribute { key: &attribute.key, value: attribute.value.borrow() }).collect()
}

impl OwnedSpan {
    pub fn borrow<'a>(&'a self, scope: &'a Scope) -> FinishedSpan<'a> {
        let event = |event: &'a OwnedEvent| Event {
            name: &event.name,
            time_unix_nanos: event.time_unix_nanos,
            attributes: borrow_attributes(&event.attributes),
            dropped_attributes: event.dropped_attributes,
        };
        let link = |link: &'a OwnedLink| Link {
            trace_id: TraceId::from_bytes(link.trace_id.to_be_bytes()),
            span_id: SpanId::from_bytes(link.span_id.to_be_bytes()),
            trace_flags: TraceFlags::new(link.trace_flags),
            is_remote: link.is_remote,
            trace_state: &link.trace_state,
            attributes: borrow_attributes(&link.attributes),
            dropped_attributes: link.dropped_attributes,
        };
        FinishedSpan {
            scope,
            trace_id: TraceId::from_bytes(self.trace_id.to_be_bytes()),
            span_id: SpanId::from_bytes(self.span_id.to_be_bytes()),
            parent_span_id: SpanId::from_bytes(self.parent_span_id.to_be_bytes()),
            parent_is_remote: self.parent_is_remote,
            trace_flags: TraceFlags::new(self.trace_flags),
            trace_state: &self.trace_state,
            name: &self.name,
            kind: self.kind.clone(),
            start_unix_nanos: self.start_unix_nanos,
            end_unix_nanos: self.end_unix_nanos,
            attributes: borrow_attributes(&self.attributes),
            dropped_attributes: self.dropped_attributes,
            events: self.events.iter().map(event).collect(),
            dropped_events: self.dropped_events,
            links: self.links.iter().map(link).collect(),
            dropped_links: self.dropped_links,
            status: match &self.status {
                OwnedStatus::Unset => Status::Unset,
                OwnedStatus::Ok => Status::Ok,
                OwnedStatus::Error(message) => Status::Error { message },
            },
        }
    }
}

/// The least that a span can be.
pub fn plain_span() -> OwnedSpan {
    OwnedSpan {
        trace_id: 1,
        span_id: 2,
        parent_span_id: 3,
        parent_is_remote: false,
        trace_flags: 1,
        trace_state: String::new(),
        name: "GET /".to_owned(),
        kind: SpanKind::Internal,
        start_unix_nanos: 1_700_000_000_000_000_000,
        end_unix_nanos: 1_700_000_000_001_000_000,
        attributes: Vec::new(),
        dropped_attributes: 0,
        events: Vec::new(),
        dropped_events: 0,
        links: Vec::new(),
        dropped_links: 0,
        status: OwnedStatus::Unset,
    }
}

/// Strings about the lengths at which a varint grows, and of any characters.
fn strings() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "\\PC{0,24}",
        2 => Just(String::new()),
        2 => (100usize..140).prop_map(|len| "k".repeat(len)),
        1 => (16_370usize..16_400).prop_map(|len| "v".repeat(len)),
    ]
}

/// Numbers with the ends and the lengths of varints made likely.
fn ints() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), -200i64..200, Just(i64::MIN), Just(i64::MAX), (0u32..63).prop_map(|bits| 1 << bits)]
}

fn doubles() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), Just(f64::NAN), Just(-0.0), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(0.0)]
}

fn scalars() -> impl Strategy<Value = OwnedValue> {
    prop_oneof![
        Just(OwnedValue::Null),
        any::<bool>().prop_map(OwnedValue::Bool),
        ints().prop_map(OwnedValue::I64),
        doubles().prop_map(OwnedValue::F64),
        strings().prop_map(OwnedValue::Str),
        vec(any::<u8>(), 0..200).prop_map(OwnedValue::Bytes),
    ]
}

fn values() -> impl Strategy<Value = OwnedValue> {
    scalars().prop_recursive(3, 24, 8, |inner| {
        let entry = (strings(), inner.clone()).prop_map(|(key, value)| OwnedAttribute { key, value });
        prop_oneof![vec(inner, 0..8).prop_map(OwnedValue::Array), vec(entry, 0..8).prop_map(OwnedValue::Map)]
    })
}

fn attributes() -> impl Strategy<Value = Vec<OwnedAttribute>> {
    vec((strings(), values()).prop_map(|(key, value)| OwnedAttribute { key, value }), 0..8)
}

fn times() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), Just(0), 1_700_000_000_000_000_000u64..1_800_000_000_000_000_000]
}

/// A count that is mostly zero.
fn counts() -> impl Strategy<Value = u32> {
    prop_oneof![3 => Just(0), 1 => any::<u32>()]
}

fn events() -> impl Strategy<Value = OwnedEvent> {
    (strings(), times(), attributes(), counts()).prop_map(|(name, time_unix_nanos, attributes, dropped_attributes)| OwnedEvent {
        name,
        time_unix_nanos,
        attributes,
        dropped_attributes,
    })
}

fn links() -> impl Strategy<Value = OwnedLink> {
    (any::<u128>(), any::<u64>(), any::<u8>(), any::<bool>(), strings(), attributes(), counts()).prop_map(
        |(trace_id, span_id, trace_flags, is_remote, trace_state, attributes, dropped_attributes)| OwnedLink {
            trace_id,
            span_id,
            trace_flags,
            is_remote,
            trace_state,
            attributes,
            dropped_attributes,
        },
    )
}

fn kinds() -> impl Strategy<Value = SpanKind> {
    prop_oneof![Just(SpanKind::Internal), Just(SpanKind::Server), Just(SpanKind::Client), Just(SpanKind::Producer), Just(SpanKind::Consumer)]
}

fn statuses() -> impl Strategy<Value = OwnedStatus> {
    prop_oneof![Just(OwnedStatus::Unset), Just(OwnedStatus::Ok), strings().prop_map(OwnedStatus::Error)]
}

/// Spans of every shape.
pub fn spans() -> impl Strategy<Value = OwnedSpan> {
    let context = (1..=u128::MAX, 1..=u64::MAX, prop_oneof![Just(0), any::<u64>()], any::<bool>(), any::<u8>(), strings());
    let body = (strings(), kinds(), times(), times(), attributes(), statuses());
    let parts = (vec(events(), 0..4), vec(links(), 0..4), counts(), counts(), counts());
    (context, body, parts).prop_map(|(context, body, parts)| {
        let (trace_id, span_id, parent_span_id, parent_is_remote, trace_flags, trace_state) = context;
        let (name, kind, start_unix_nanos, end_unix_nanos, attributes, status) = body;
        let (events, links, dropped_attributes, dropped_events, dropped_links) = parts;
        OwnedSpan {
            trace_id,
            span_id,
            parent_span_id,
            parent_is_remote,
            trace_flags,
            trace_state,
            name,
            kind,
            start_unix_nanos,
            end_unix_nanos,
            attributes,
            dropped_attributes,
            events,
            dropped_events,
            links,
            dropped_links,
            status,
        }
    })
}

/// Instrumentation scopes, the empty one included.
pub fn scopes() -> impl Strategy<Value = Scope> {
    (strings(), strings(), strings()).prop_map(|(name, version, schema_url)| Scope {
        name: name.into(),
        version: version.into(),
        schema_url: schema_url.into(),
    })
}

/// Resources with every type of value.
pub fn resources() -> impl Strategy<Value = ResourceSettings> {
    let value = prop_oneof![
        strings().prop_map(AttributeValue::Str),
        any::<bool>().prop_map(AttributeValue::Bool),
        ints().prop_map(AttributeValue::I64),
        doubles().prop_map(AttributeValue::F64),
        vec(strings(), 0..3).prop_map(AttributeValue::StrArray),
        vec(any::<bool>(), 0..3).prop_map(AttributeValue::BoolArray),
        vec(ints(), 0..3).prop_map(AttributeValue::I64Array),
        vec(doubles(), 0..3).prop_map(AttributeValue::F64Array),
    ];
    (vec((strings(), value), 0..6), strings()).prop_map(|(attributes, schema_url)| ResourceSettings { attributes, schema_url })
}
