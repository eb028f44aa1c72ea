//! The memory that a request may take: what senders send is taken, what would not stay within the bound is refused before it takes it.

mod receiver_support;

use observability_ts::receiver::decode::{DecodeError, Format, logs, traces};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use receiver_support::{attribute, event, span, traces as request};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The largest body that the receiver reads by default.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// What the documentation promises, strings aside.
const MAX_DECODED_BYTES: usize = 64 * 1024 * 1024;

/// Counts what is allocated, and the most that was at once.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work; the counters have no part in it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's duties are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's duties are those of `System`, which gave the memory.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The counters are those of the whole process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

#[derive(Debug, Clone, Copy)]
enum Signal {
    Traces,
    Logs,
}

/// Whether a request is taken, and the most memory that it took meanwhile.
fn decode(signal: Signal, format: Format, body: &[u8]) -> (bool, usize) {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let outcome = match signal {
        Signal::Traces => traces(format, body).map(drop),
        Signal::Logs => logs(format, body).map(drop),
    };
    let most = MOST.load(Ordering::Relaxed) - before;
    assert!(matches!(outcome, Ok(()) | Err(DecodeError::TooLarge)), "{outcome:?}");
    (outcome.is_ok(), most)
}

/// Sends a body that must not take more than is promised, whether it is taken or refused; returns which.
fn send(what: &str, signal: Signal, format: Format, body: &[u8]) -> bool {
    assert!(body.len() <= MAX_BODY_BYTES, "{what}: {} bytes", body.len());
    let (accepted, most) = decode(signal, format, body);
    // JSON is written as protobuf first, in a vector that grows; strings are as long as the body at most.
    let besides = if format == Format::Json { 3 } else { 1 } * body.len();
    assert!(most <= MAX_DECODED_BYTES + besides, "{what}: {} KiB, accepted: {accepted}, took {} MiB", body.len() >> 10, most >> 20);
    accepted
}

/// Floods the receiver with as many items as a body has place for, and with about as many as it just takes.
fn flood(what: &str, signal: Signal, item_bytes: usize, body: impl Fn(usize) -> Vec<u8>) {
    let (mut taken, mut refused) = (0, (MAX_BODY_BYTES - 64) / item_bytes);
    assert!(!send(what, signal, Format::Protobuf, &body(refused)), "{what}: a whole body of it is too much");
    while refused - taken > 1 + refused / 16 {
        let count = taken.midpoint(refused);
        if send(what, signal, Format::Protobuf, &body(count)) { taken = count } else { refused = count }
    }
}

/// A length-delimited field.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    prost::encoding::encode_varint(content.len() as u64, &mut out);
    out.extend_from_slice(content);
    out
}

/// Messages in messages, the outermost first.
fn nested(path: &[u8], content: Vec<u8>) -> Vec<u8> {
    path.iter().rev().fold(content, |content, number| field(*number, &content))
}

#[test]
fn a_flood_of_protobuf_is_bounded_whatever_it_is_made_of() {
    use Signal::{Logs, Traces};
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // The message that holds the items, and the fields of an item, each in the one before.
    let rows: &[(&str, Signal, &[u8], &[u8])] = &[
        ("resource spans", Traces, &[], &[1]),
        ("scope spans", Traces, &[1], &[2]),
        ("spans", Traces, &[1, 2], &[2]),
        ("attributes of the resource", Traces, &[1, 1], &[1]),
        ("entities of the resource", Traces, &[1, 1], &[3]),
        ("names of an entity's ids", Traces, &[1, 1, 3], &[3]),
        ("names of an entity's descriptions", Traces, &[1, 1, 3], &[4]),
        ("attributes of the scope", Traces, &[1, 2, 1], &[3]),
        ("attributes of a span", Traces, &[1, 2, 2], &[9]),
        ("events", Traces, &[1, 2, 2], &[11]),
        ("links", Traces, &[1, 2, 2], &[13]),
        ("attributes of an event", Traces, &[1, 2, 2, 11], &[3]),
        ("attributes of a link", Traces, &[1, 2, 2, 13], &[4]),
        ("values of an array", Traces, &[1, 2, 2, 9, 2, 5], &[1]),
        ("entries of a map", Traces, &[1, 2, 2, 9, 2, 6], &[1]),
        ("one of each in the other, as vectors have room for four at once", Traces, &[], &[1, 2, 2, 11, 3, 2, 5, 1]),
        ("arrays in arrays", Traces, &[1, 2, 2, 9, 2, 5], &[1, 5, 1, 5, 1, 5, 1]),
        ("entities with one name each", Traces, &[1, 1], &[3, 3]),
        ("resource logs", Logs, &[], &[1]),
        ("scope logs", Logs, &[1], &[2]),
        ("log records", Logs, &[1, 2], &[2]),
        ("attributes of a log record", Logs, &[1, 2, 2], &[6]),
        ("values of a log record's body", Logs, &[1, 2, 2, 5, 5], &[1]),
        ("entities of the resource of logs", Logs, &[1, 1], &[3]),
    ];
    for (what, signal, holder, item) in rows {
        let item = nested(item, Vec::new());
        flood(what, *signal, item.len(), |count| nested(holder, item.repeat(count)));
    }
    // A resource may come in parts, which become one.
    let part = field(1, &field(1, &[]));
    flood("attributes of a resource in parts", Traces, part.len(), |count| nested(&[1], part.repeat(count)));
    // A group, which no message of OTLP has and every decoder passes over.
    let spans = |count| nested(&[1, 2], field(2, &[]).repeat(count));
    flood("spans behind a group", Traces, 2, |count| [&[0x1b, 0x1c][..], &spans(count)].concat());
}

#[test]
fn a_flood_of_json_is_bounded_whatever_it_is_made_of() {
    use Signal::{Logs, Traces};
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // A body around its items.
    let rows = [
        ("resource spans", Traces, r#"{"resourceSpans":[*]}"#, "{}"),
        ("scope spans", Traces, r#"{"resourceSpans":[{"scopeSpans":[*]}]}"#, "{}"),
        ("spans", Traces, r#"{"resourceSpans":[{"scopeSpans":[{"spans":[*]}]}]}"#, "{}"),
        ("events", Traces, r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"events":[*]}]}]}]}"#, "{}"),
        ("attributes", Traces, r#"{"resourceSpans":[{"resource":{"attributes":[*]}}]}"#, "{}"),
        ("entities", Traces, r#"{"resourceSpans":[{"resource":{"entityRefs":[*]}}]}"#, "{}"),
        ("names", Traces, r#"{"resourceSpans":[{"resource":{"entityRefs":[{"idKeys":[*]}]}}]}"#, r#""""#),
        ("one in the other", Traces, r#"{"resourceSpans":[*]}"#, r#"{"scopeSpans":[{"spans":[{"events":[{"attributes":[{}]}]}]}]}"#),
        ("a name that is not known, in a value", Traces, r#"{"resourceSpans":[{"resource":{"attributes":[{"value":{"new":[*]}}]}}]}"#, "0"),
        ("numbers", Traces, r#"{"new":[*]}"#, "0"),
        ("log records", Logs, r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[*]}]}]}"#, "{}"),
        ("values", Logs, r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"arrayValue":{"values":[*]}}}]}]}]}"#, "{}"),
    ];
    for (what, signal, body, item) in rows {
        let (begin, end) = body.split_once('*').expect("a place for the items");
        let count = (MAX_BODY_BYTES - begin.len() - end.len()) / (item.len() + 1);
        send(what, signal, Format::Json, format!("{begin}{}{item}{end}", format!("{item},").repeat(count - 1)).as_bytes());
    }
}

#[test]
fn an_array_of_json_is_no_message() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for body in [r#"{"resourceSpans":[*]}"#, r#"{"resourceSpans":[{"scopeSpans":[{"spans":[*]}]}]}"#, "[*]"] {
        let body = body.replace('*', &vec!["[]"; 1_000_000].join(","));
        let before = NOW.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let outcome = traces(Format::Json, body.as_bytes());
        assert!(matches!(outcome, Err(DecodeError::Malformed(_))), "{outcome:?}");
        assert!(MOST.load(Ordering::Relaxed) - before < 1 << 20);
    }
}

/// A span as services make them, of a request or a query.
fn usual(id: usize) -> Span {
    let mut span = span(1, 1, 1, "GET /orders/{id}", 0, 5);
    span.span_id = (id as u64 + 1).to_be_bytes().to_vec();
    let keys = ["http.request.method", "http.route", "url.path", "url.scheme", "server.address", "network.peer.address", "user_agent.original", "a"];
    span.attributes = keys.iter().map(|key| attribute(key, "a value")).collect();
    span
}

#[test]
fn what_senders_send_is_taken() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut eventful = usual(0);
    eventful.events = vec![event("exception", 3, &[("exception.type", "TypeError"), ("exception.message", "x is not a function")])];
    let mut bare = usual(0);
    bare.attributes.clear();
    bare.name = "GET".to_owned();
    type Row = (&'static str, Box<dyn Fn(usize) -> Span>, Option<usize>);
    let rows: Vec<Row> = vec![
        ("the largest batch by default", Box::new(usual), Some(2_048)),
        ("a whole body", Box::new(usual), None),
        ("a whole body with exceptions", Box::new(move |_| eventful.clone()), None),
        ("a whole body of spans with nothing to say", Box::new(move |_| bare.clone()), None),
    ];
    for (what, span, count) in rows {
        for format in [Format::Protobuf, Format::Json] {
            let encode = |count: usize| {
                let request = request("api", (0..count).map(&span).collect());
                match format {
                    Format::Protobuf => request.encode_to_vec(),
                    Format::Json => serde_json::to_vec(&request).expect("JSON"),
                }
            };
            // As many as a body has place for, and a few less for what is around them.
            let count = count.unwrap_or_else(|| MAX_BODY_BYTES / ((encode(1_001).len() - encode(1).len()) / 1_000 + 1));
            let body = encode(count);
            assert!(body.len() <= MAX_BODY_BYTES, "{what}, {format:?}: {} bytes", body.len());
            let taken = traces(format, &body).map(|request| request.resource_spans[0].scope_spans[0].spans.len());
            assert_eq!(taken, Ok(count), "{what}, {format:?}: {count} spans in {} KiB", body.len() >> 10);
        }
    }
}
