//! The messages of OTLP that the receiver takes: their fields by number and by name, and what they take in memory.
//!
//! The one table for both formats: JSON is written as protobuf by it, and what a body of protobuf would take in memory is counted by it.

use opentelemetry_proto::tonic::common::v1::{AnyValue, EntityRef, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

/// A message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    TraceRequest,
    LogsRequest,
    ResourceSpans,
    ScopeSpans,
    ResourceLogs,
    ScopeLogs,
    Resource,
    EntityRef,
    Scope,
    Span,
    Status,
    Event,
    Link,
    LogRecord,
    KeyValue,
    AnyValue,
    /// `ArrayValue`.
    Values,
    /// `KeyValueList`.
    Entries,
}

/// What a field holds, and how JSON writes it (OTLP specification, "JSON Protobuf Encoding").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// Bytes of an id, in hex.
    Hex,
    /// Bytes of a value, in base64.
    Base64,
    Bool,
    /// Enums, too.
    Int32,
    Int64,
    Uint32,
    Fixed32,
    Fixed64,
    Double,
    Message(Message),
}

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub number: u32,
    /// The name in JSON.
    pub name: &'static str,
    pub kind: Kind,
    /// The bytes of an element where the field is a list. Other fields are part of their message.
    pub element_bytes: Option<usize>,
}

impl Message {
    /// The field of a number.
    pub(super) fn field(self, number: u32) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.number == number)
    }

    /// The field that JSON names so.
    pub(super) fn field_named(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    fn fields(self) -> &'static [Field] {
        use Kind::{Base64, Bool, Double, Fixed32, Fixed64, Hex, Int32, Int64, Text, Uint32};
        match self {
            Self::TraceRequest => const { &[list::<ResourceSpans>(1, "resourceSpans", Kind::Message(Self::ResourceSpans))] },
            Self::LogsRequest => const { &[list::<ResourceLogs>(1, "resourceLogs", Kind::Message(Self::ResourceLogs))] },
            Self::ResourceSpans => {
                const { &[RESOURCE, list::<ScopeSpans>(2, "scopeSpans", Kind::Message(Self::ScopeSpans)), one(3, "schemaUrl", Text)] }
            }
            Self::ResourceLogs => const { &[RESOURCE, list::<ScopeLogs>(2, "scopeLogs", Kind::Message(Self::ScopeLogs)), one(3, "schemaUrl", Text)] },
            Self::ScopeSpans => const { &[SCOPE, list::<Span>(2, "spans", Kind::Message(Self::Span)), one(3, "schemaUrl", Text)] },
            Self::ScopeLogs => const { &[SCOPE, list::<LogRecord>(2, "logRecords", Kind::Message(Self::LogRecord)), one(3, "schemaUrl", Text)] },
            Self::Resource => {
                const { &[attributes(1), one(2, "droppedAttributesCount", Uint32), list::<EntityRef>(3, "entityRefs", Kind::Message(Self::EntityRef))] }
            }
            Self::EntityRef => {
                const { &[one(1, "schemaUrl", Text), one(2, "type", Text), list::<String>(3, "idKeys", Text), list::<String>(4, "descriptionKeys", Text)] }
            }
            Self::Scope => const { &[one(1, "name", Text), one(2, "version", Text), attributes(3), one(4, "droppedAttributesCount", Uint32)] },
            Self::Span => {
                const {
                    &[
                        one(1, "traceId", Hex),
                        one(2, "spanId", Hex),
                        one(3, "traceState", Text),
                        one(4, "parentSpanId", Hex),
                        one(5, "name", Text),
                        one(6, "kind", Int32),
                        one(7, "startTimeUnixNano", Fixed64),
                        one(8, "endTimeUnixNano", Fixed64),
                        attributes(9),
                        one(10, "droppedAttributesCount", Uint32),
                        list::<Event>(11, "events", Kind::Message(Self::Event)),
                        one(12, "droppedEventsCount", Uint32),
                        list::<Link>(13, "links", Kind::Message(Self::Link)),
                        one(14, "droppedLinksCount", Uint32),
                        one(15, "status", Kind::Message(Self::Status)),
                        one(16, "flags", Fixed32),
                    ]
                }
            }
            Self::Status => const { &[one(2, "message", Text), one(3, "code", Int32)] },
            Self::Event => {
                const { &[one(1, "timeUnixNano", Fixed64), one(2, "name", Text), attributes(3), one(4, "droppedAttributesCount", Uint32)] }
            }
            Self::Link => {
                const {
                    &[
                        one(1, "traceId", Hex),
                        one(2, "spanId", Hex),
                        one(3, "traceState", Text),
                        attributes(4),
                        one(5, "droppedAttributesCount", Uint32),
                        one(6, "flags", Fixed32),
                    ]
                }
            }
            Self::LogRecord => {
                const {
                    &[
                        one(1, "timeUnixNano", Fixed64),
                        one(2, "severityNumber", Int32),
                        one(3, "severityText", Text),
                        one(5, "body", Kind::Message(Self::AnyValue)),
                        attributes(6),
                        one(7, "droppedAttributesCount", Uint32),
                        one(8, "flags", Fixed32),
                        one(9, "traceId", Hex),
                        one(10, "spanId", Hex),
                        one(11, "observedTimeUnixNano", Fixed64),
                        one(12, "eventName", Text),
                    ]
                }
            }
            Self::KeyValue => const { &[one(1, "key", Text), one(2, "value", Kind::Message(Self::AnyValue)), one(3, "keyStrindex", Int32)] },
            Self::AnyValue => {
                const {
                    &[
                        one(1, "stringValue", Text),
                        one(2, "boolValue", Bool),
                        one(3, "intValue", Int64),
                        one(4, "doubleValue", Double),
                        one(5, "arrayValue", Kind::Message(Self::Values)),
                        one(6, "kvlistValue", Kind::Message(Self::Entries)),
                        one(7, "bytesValue", Base64),
                        one(8, "stringValueStrindex", Int32),
                    ]
                }
            }
            Self::Values => const { &[list::<AnyValue>(1, "values", Kind::Message(Self::AnyValue))] },
            Self::Entries => const { &[list::<KeyValue>(1, "values", Kind::Message(Self::KeyValue))] },
        }
    }
}

const RESOURCE: Field = one(1, "resource", Kind::Message(Message::Resource));
const SCOPE: Field = one(1, "scope", Kind::Message(Message::Scope));

const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, element_bytes: None }
}

const fn list<T>(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, element_bytes: Some(size_of::<T>()) }
}

const fn attributes(number: u32) -> Field {
    list::<KeyValue>(number, "attributes", Kind::Message(Message::KeyValue))
}
