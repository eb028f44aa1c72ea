//! The arena: what a writer puts there is read back, and whatever else lies there does no harm.

#[path = "../arena_support/mod.rs"]
mod arena_support;
mod corrupted;
#[path = "../otlp_support/mod.rs"]
mod otlp_support;
mod round_trip;
mod wake;

use std::sync::Arc;

use arena_support::{Times, Writer, Written};
use observability_ts::arena::{Arena, Reader, ThreadClock};
use observability_ts::span::{FinishedSpan, Scope};
use otlp_support::OwnedSpan;

/// A writer and the reader of its arena.
fn pair() -> (Writer, Reader) {
    let arena = Arc::new(Arena::new().expect("memory"));
    (Writer::new(Arc::clone(&arena)), Reader::new(arena, ThreadClock::anchored_at(0.0)))
}

/// Spans are compared by their text: doubles that are no number equal themselves there, and what differs is shown.
fn text(span: &FinishedSpan<'_>) -> String {
    format!("{span:#?}")
}

/// Reads all that was published.
fn read(reader: &mut Reader) -> Vec<String> {
    let mut texts = Vec::new();
    let drained = reader.drain(u32::MAX, |span| texts.push(text(span)));
    assert_eq!((drained.spans, drained.malformed, drained.reason), (texts.len() as u64, 0, None));
    assert!(drained.emptied && reader.is_empty());
    texts
}

/// Writes a span and reads it back, by whichever way it takes.
fn there_and_back(writer: &mut Writer, reader: &mut Reader, span: &FinishedSpan<'_>, times: Times) -> String {
    writer.count_started();
    match writer.write(span, times) {
        Written::Published { .. } => read(reader).pop().expect("one span"),
        Written::Large(record) => {
            let mut large = String::new();
            reader.read_submitted(&record, |span| large = text(span)).expect("a large record is one");
            large
        }
        other => panic!("{other:?}: {span:?}"),
    }
}

/// What a JS thread can have meant: whole numbers are doubles there, counts have 16 bits, each key is set once.
fn as_javascript_has_it(mut owned: OwnedSpan) -> OwnedSpan {
    use otlp_support::{OwnedAttribute, OwnedValue};
    fn simplify(value: &mut OwnedValue) {
        match value {
            OwnedValue::I64(int) => *int = *int as f64 as i64,
            OwnedValue::Array(values) => values.iter_mut().for_each(simplify),
            OwnedValue::Map(entries) => entries.iter_mut().for_each(|entry| simplify(&mut entry.value)),
            _ => {}
        }
    }
    fn attributes(list: &mut Vec<OwnedAttribute>, dropped: &mut u32) {
        *dropped = (*dropped).min(0xFFFF);
        list.iter_mut().for_each(|attribute| simplify(&mut attribute.value));
        let mut distinct: Vec<OwnedAttribute> = Vec::new();
        for attribute in list.drain(..) {
            match distinct.iter_mut().find(|earlier| earlier.key == attribute.key) {
                Some(earlier) => *earlier = attribute,
                None => distinct.push(attribute),
            }
        }
        *list = distinct;
    }
    /// Seconds have 32 bits.
    fn time(nanos: &mut u64) {
        *nanos %= (1 << 32) * 1_000_000_000;
    }
    attributes(&mut owned.attributes, &mut owned.dropped_attributes);
    for event in &mut owned.events {
        attributes(&mut event.attributes, &mut event.dropped_attributes);
        time(&mut event.time_unix_nanos);
    }
    for link in &mut owned.links {
        attributes(&mut link.attributes, &mut link.dropped_attributes);
    }
    time(&mut owned.start_unix_nanos);
    time(&mut owned.end_unix_nanos);
    owned.end_unix_nanos = owned.end_unix_nanos.max(owned.start_unix_nanos);
    owned
}

/// A small span whose id is `number`.
fn numbered(number: u64) -> OwnedSpan {
    OwnedSpan { span_id: number, ..otlp_support::plain_span() }
}

fn scope() -> Scope {
    Scope { name: "test".into(), ..Scope::default() }
}
