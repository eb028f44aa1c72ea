//! What stands beneath a span: what failed, events, log lines.

use super::text::clean;
use crate::receiver::store::{Trace, attribute};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use std::collections::{HashMap, HashSet};

/// The notes of a span, and of a trace, that are shown at most.
const MAX_NOTES: usize = 50;
/// The attributes of an event that are shown.
const MAX_ATTRIBUTES: usize = 4;
/// How deep values are written out.
const MAX_DEPTH: usize = 4;

/// How a note looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoteKind {
    Plain,
    Warning,
    Error,
}

/// A line beneath a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) kind: NoteKind,
    /// What it is: a bullet for an event, the severity of a log line.
    pub(super) mark: &'static str,
    /// Cleaned text.
    pub(super) text: String,
    /// When; `None` for what is true of the whole span.
    pub(super) time_unix_nanos: Option<u64>,
}

/// Log records by the span they name.
pub(super) type LogsBySpan<'a> = HashMap<&'a [u8], Vec<&'a LogRecord>>;

/// Groups log records by the span they name.
pub(super) fn by_span(logs: &[LogRecord]) -> LogsBySpan<'_> {
    let mut by_span = LogsBySpan::new();
    for record in logs {
        by_span.entry(record.span_id.as_slice()).or_default().push(record);
    }
    by_span
}

/// The notes of a span: its error first, then events and log lines as they happened.
pub(super) fn of_span(span: &Span, logs: &LogsBySpan<'_>) -> Vec<Note> {
    let mut notes: Vec<Note> = span.events.iter().map(event).collect();
    notes.extend(logs.get(span.span_id.as_slice()).into_iter().flatten().map(|record| log_record(record)));
    arranged(&mut notes);
    let error = span.status.as_ref().map(|status| clean(&status.message)).unwrap_or_default();
    // An exception says the same and more.
    if !error.is_empty() && !notes.iter().any(|note| note.kind == NoteKind::Error && note.text.contains(&error)) {
        notes.insert(0, Note { kind: NoteKind::Error, mark: "!", text: error, time_unix_nanos: None });
    }
    notes
}

/// The log lines of a trace whose span is not here.
pub(super) fn without_span(trace: &Trace) -> Vec<Note> {
    let spans: HashSet<&[u8]> = trace.spans.iter().map(|stored| stored.span.span_id.as_slice()).collect();
    let mut notes: Vec<Note> = trace.logs.iter().filter(|record| !spans.contains(record.span_id.as_slice())).map(log_record).collect();
    arranged(&mut notes);
    notes
}

/// Sorts by time and keeps the first, saying how many there are more.
fn arranged(notes: &mut Vec<Note>) {
    notes.sort_by_key(|note| note.time_unix_nanos);
    let hidden = notes.len().saturating_sub(MAX_NOTES);
    if hidden > 0 {
        notes.truncate(MAX_NOTES);
        notes.push(Note { kind: NoteKind::Plain, mark: "…", text: format!("and {hidden} more"), time_unix_nanos: None });
    }
}

fn event(event: &Event) -> Note {
    let time_unix_nanos = Some(event.time_unix_nano);
    let text_of = |key: &str| attribute(&event.attributes, key).map(|value| text(value, 0));
    if event.name == "exception" {
        let parts = [text_of("exception.type"), text_of("exception.message")];
        let told = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
        let text = clean(if told.is_empty() { "exception" } else { &told });
        return Note { kind: NoteKind::Error, mark: "!", text, time_unix_nanos };
    }
    let message = text_of("log.message").or_else(|| (event.name == "log").then(|| text_of("message")).flatten());
    if event.name == "log" || message.is_some() {
        let severity = text_of("log.severity").or_else(|| text_of("severity")).or_else(|| text_of("level")).unwrap_or_default();
        let (mark, kind) = severity_mark(&severity, 0);
        return Note { kind, mark, text: clean(&message.unwrap_or_else(|| event.name.clone())), time_unix_nanos };
    }
    Note { kind: NoteKind::Plain, mark: "•", text: clean(&format!("{}{}", event.name, listed(&event.attributes))), time_unix_nanos }
}

fn log_record(record: &LogRecord) -> Note {
    let body = record.body.as_ref().and_then(|body| body.value.as_ref()).map(|value| text(value, 0)).unwrap_or_default();
    let (mark, kind) = severity_mark(&record.severity_text, record.severity_number);
    let time = if record.time_unix_nano == 0 { record.observed_time_unix_nano } else { record.time_unix_nano };
    Note { kind, mark, text: clean(&format!("{body}{}", listed(&record.attributes))), time_unix_nanos: Some(time) }
}

/// The severity by its name, else by its number (OpenTelemetry logs data model, "SeverityNumber").
fn severity_mark(name: &str, number: i32) -> (&'static str, NoteKind) {
    let known = match name.to_ascii_lowercase().as_str() {
        "trace" => 1,
        "debug" => 5,
        "info" | "information" => 9,
        "warn" | "warning" => 13,
        "error" => 17,
        "fatal" | "critical" => 21,
        _ => number,
    };
    match known {
        1..=4 => ("TRACE", NoteKind::Plain),
        5..=8 => ("DEBUG", NoteKind::Plain),
        9..=12 => ("INFO ", NoteKind::Plain),
        13..=16 => ("WARN ", NoteKind::Warning),
        17..=20 => ("ERROR", NoteKind::Error),
        21..=24 => ("FATAL", NoteKind::Error),
        _ => ("log  ", NoteKind::Plain),
    }
}

/// The first attributes as ` key=value`.
fn listed(attributes: &[KeyValue]) -> String {
    let mut out = String::new();
    for attribute in attributes.iter().take(MAX_ATTRIBUTES) {
        out.push_str("  ");
        out.push_str(&attribute.key);
        out.push('=');
        out.push_str(&any_text(attribute.value.as_ref(), 0));
    }
    if attributes.len() > MAX_ATTRIBUTES {
        out.push_str("  …");
    }
    out
}

fn any_text(value: Option<&AnyValue>, depth: usize) -> String {
    value.and_then(|value| value.value.as_ref()).map_or_else(|| "null".to_owned(), |value| text(value, depth))
}

/// A value as a reader expects it. Of long strings and lists only as much as a line can show.
fn text(value: &any_value::Value, depth: usize) -> String {
    const MAX_CHARS: usize = 400;
    const MAX_ITEMS: usize = 8;
    let list = |items: Vec<String>, len: usize| format!("{}{}", items.join(", "), if len > MAX_ITEMS { ", …" } else { "" });
    match value {
        any_value::Value::StringValue(string) => string.chars().take(MAX_CHARS).collect(),
        any_value::Value::BoolValue(bool) => bool.to_string(),
        any_value::Value::IntValue(int) => int.to_string(),
        any_value::Value::DoubleValue(double) => double.to_string(),
        any_value::Value::BytesValue(bytes) => format!("{} bytes", bytes.len()),
        any_value::Value::ArrayValue(_) | any_value::Value::KvlistValue(_) if depth >= MAX_DEPTH => "…".to_owned(),
        any_value::Value::ArrayValue(array) => {
            let items = array.values.iter().take(MAX_ITEMS).map(|value| any_text(Some(value), depth + 1)).collect();
            format!("[{}]", list(items, array.values.len()))
        }
        any_value::Value::KvlistValue(map) => {
            let item = |entry: &KeyValue| format!("{}: {}", entry.key, any_text(entry.value.as_ref(), depth + 1));
            format!("{{{}}}", list(map.values.iter().take(MAX_ITEMS).map(item).collect(), map.values.len()))
        }
        any_value::Value::StringValueStrindex(_) => String::new(),
    }
}
