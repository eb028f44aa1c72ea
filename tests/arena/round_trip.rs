//! What is written is read back, wherever in the ring it lies and whichever way it takes.

use observability_ts::arena::layout::{
    MAX_DEPTH, MAX_SCOPES, MAX_STRINGS, MAX_TEMPLATES, RECORD_MAX_BYTES, RING_BYTES, SLOT_BYTES, TAG_ARRAY, TAG_BITS, TAG_NULL,
};
use observability_ts::span::Scope;
use proptest::collection::vec;
use proptest::prelude::*;

use super::arena_support::{Times, Written};
use super::otlp_support::{self, OwnedAttribute, OwnedEvent, OwnedSpan, OwnedStatus, OwnedValue, plain_span};
use super::{as_javascript_has_it, numbered, pair, read, scope, text, there_and_back};

fn attribute(key: impl Into<String>, value: OwnedValue) -> OwnedAttribute {
    OwnedAttribute { key: key.into(), value }
}

proptest! {
    // Each case formats spans of many kilobytes to compare them.
    #![proptest_config(ProptestConfig { cases: otlp_support::config().cases / 3, ..otlp_support::config() })]

    #[test]
    fn spans_of_every_shape(owned in vec((otlp_support::spans(), otlp_support::scopes()), 1..6)) {
        let (mut writer, mut reader) = pair();
        // Twice: with a new dictionary and with one that knows names, keys and values.
        for _ in 0..2 {
            for (span, scope) in &owned {
                // A scope of strings too long for a number is refused by the writer.
                let short = |text: &str| if text.encode_utf16().count() > 128 { "".into() } else { text.into() };
                let scope = Scope { name: short(&scope.name), version: short(&scope.version), schema_url: short(&scope.schema_url) };
                let span = as_javascript_has_it(span.clone());
                let expected = text(&span.borrow(&scope));
                prop_assert_eq!(there_and_back(&mut writer, &mut reader, &span.borrow(&scope), Times::Epoch), expected);
            }
        }
    }

    #[test]
    fn keys_set_again_take_the_last_value(keys in vec(0usize..5, 0..90)) {
        // Up to 90 keys: repeated ones are found by comparing where there are few, by hash where there are many.
        let (mut writer, mut reader) = pair();
        let attributes: Vec<_> = keys.iter().enumerate().map(|(at, key)| attribute(format!("key {key}"), OwnedValue::I64(at as i64))).collect();
        let event = OwnedEvent { name: "event".into(), time_unix_nanos: 7, attributes: attributes.clone(), dropped_attributes: 0 };
        let span = OwnedSpan { attributes, events: vec![event], ..plain_span() };
        let expected = as_javascript_has_it(span.clone());
        for _ in 0..2 {
            let found = there_and_back(&mut writer, &mut reader, &span.borrow(&scope()), Times::Epoch);
            prop_assert_eq!(found, text(&expected.borrow(&scope())));
        }
    }
}

#[test]
fn tens_of_thousands_of_keys_are_told_apart_in_time() {
    let (mut writer, mut reader) = pair();
    let attributes = (0..40_000).map(|at| attribute(format!("k{}", at % 30_000), OwnedValue::I64(at))).collect();
    let span = OwnedSpan { attributes, ..plain_span() };
    let scope = scope();
    let Written::Large(record) = writer.write(&span.borrow(&scope), Times::Epoch) else { panic!("larger than a slot") };
    let mut found = Vec::new();
    reader.read_submitted(&record, |span| found.extend(span.attributes.iter().map(|attribute| attribute.key.to_owned()))).expect("a record");
    assert_eq!((found.len(), found[0].as_str(), found[29_999].as_str()), (30_000, "k0", "k29999"));
}

#[test]
fn times_of_the_threads_clock_move_by_one_offset() {
    let (mut writer, mut reader) = pair();
    let event = |nanos| OwnedEvent { name: "event".into(), time_unix_nanos: nanos, attributes: Vec::new(), dropped_attributes: 0 };
    let span = OwnedSpan { start_unix_nanos: 5_000_000, end_unix_nanos: 9_000_250, events: vec![event(6_000_000)], ..plain_span() };
    let before = unix_nanos();
    let scope = scope();
    writer.write(&span.borrow(&scope), Times::Monotonic);
    let mut found = (0, 0, 0);
    reader.drain(u32::MAX, |span| found = (span.start_unix_nanos, span.end_unix_nanos, span.events[0].time_unix_nanos));
    let (start, end, event) = found;
    assert_eq!((end - start, event - start), (4_000_250, 1_000_000));
    // The clock was anchored at zero when the pair was made, a moment ago.
    assert!(start.abs_diff(before + 5_000_000) < 5_000_000_000, "{start} is far from {before}");
}

fn unix_nanos() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_nanos() as u64
}

#[test]
fn an_end_before_its_start_is_the_start() {
    let (mut writer, mut reader) = pair();
    let span = OwnedSpan { start_unix_nanos: 9, end_unix_nanos: 3, ..plain_span() };
    let expected = OwnedSpan { end_unix_nanos: 9, ..span.clone() };
    assert_eq!(there_and_back(&mut writer, &mut reader, &span.borrow(&scope()), Times::Epoch), text(&expected.borrow(&scope())));
}

#[test]
fn values_may_nest_as_deep_as_the_layout_says_and_no_deeper() {
    for (depth, readable) in [(MAX_DEPTH, true), (MAX_DEPTH + 1, false)] {
        let (mut writer, mut reader) = pair();
        let nested = (0..depth).fold(OwnedValue::I64(1), |inner, level| {
            if level % 2 == 0 { OwnedValue::Array(vec![inner]) } else { OwnedValue::Map(vec![attribute("k", inner)]) }
        });
        let span = OwnedSpan { attributes: vec![attribute("deep", nested)], ..plain_span() };
        writer.write(&span.borrow(&scope()), Times::Epoch);
        let drained = reader.drain(u32::MAX, |found| assert_eq!(text(found), text(&span.borrow(&scope()))));
        assert_eq!((drained.spans, drained.malformed), if readable { (1, 0) } else { (0, 1) }, "depth {depth}");
        assert!(drained.emptied, "the record is stepped over");
    }
}

#[test]
fn a_dictionary_that_is_full_leaves_names_keys_and_values_in_line() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    // Each span has a name and a key of its own: templates end first, then strings.
    let count = u64::from(MAX_STRINGS.max(MAX_TEMPLATES)) + 200;
    for number in 1..=count {
        let mut span = numbered(number);
        span.name = format!("name {number}");
        span.attributes = vec![attribute(format!("key {number}"), OwnedValue::Str(format!("value {number}")))];
        assert_eq!(there_and_back(&mut writer, &mut reader, &span.borrow(&scope), Times::Epoch), text(&span.borrow(&scope)));
    }
}

#[test]
fn more_scopes_than_have_numbers_are_refused_by_the_writer_and_counted() {
    let (mut writer, mut reader) = pair();
    let span = plain_span();
    for number in 0..=MAX_SCOPES {
        let scope = Scope { name: format!("scope {number}").into(), ..Scope::default() };
        let written = writer.write(&span.borrow(&scope), Times::Epoch);
        assert_eq!(written == Written::Unwritable, number == MAX_SCOPES);
    }
    assert_eq!(read(&mut reader).len() as u32, MAX_SCOPES);
    assert_eq!(writer.arena().counts().dropped_unwritable, 1);
}

#[test]
fn a_full_ring_drops_the_newest_and_is_whole_again_once_read() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    let mut written = 0;
    for round in 0..3 {
        let first = written + 1;
        while let Written::Published { .. } = writer.write(&numbered(written + 1).borrow(&scope), Times::Epoch) {
            written += 1;
        }
        assert_eq!(writer.arena().counts().dropped_ring_full, round + 1);
        let texts = read(&mut reader);
        assert!(texts.len() as u32 > (RING_BYTES - 3 * SLOT_BYTES) / 128, "only {} spans fit", texts.len());
        assert_eq!(texts.first(), Some(&text(&numbered(first).borrow(&scope))));
        assert_eq!(texts.last(), Some(&text(&numbered(written).borrow(&scope))), "the newest is what was dropped");
    }
    assert_eq!((writer.arena().counts().published, reader.taken()), (written, written));
}

#[test]
fn positions_wrap_at_the_end_of_their_numbers() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    // Up to just before 2^32, ring by ring; then with records across it.
    while writer.head() < RING_BYTES.wrapping_neg() {
        assert!(writer.skip_ring());
        assert!(read(&mut reader).is_empty());
    }
    let mut number = 0;
    let mut seen = 0;
    while writer.head() > RING_BYTES {
        for _ in 0..50 {
            number += 1;
            let span = OwnedSpan { status: OwnedStatus::Error("x".repeat(3_000)), ..numbered(number) };
            assert!(matches!(writer.write(&span.borrow(&scope), Times::Epoch), Written::Published { .. }));
        }
        seen += read(&mut reader).len() as u64;
    }
    assert!(number > u64::from(RING_BYTES) / 4_000, "the records did not reach the end");
    assert_eq!((seen, reader.taken()), (number, number));
}

#[test]
fn a_drain_reads_about_as_much_as_it_is_told() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    for number in 1..=1_000 {
        writer.write(&numbered(number).borrow(&scope), Times::Epoch);
    }
    let (mut spans, mut steps) = (0, 0);
    loop {
        let drained = reader.drain(10_000, |_| ());
        assert!(drained.spans < 200);
        (spans, steps) = (spans + drained.spans, steps + 1);
        if drained.emptied {
            break;
        }
    }
    assert_eq!(spans, 1_000);
    assert!(steps > 5);
}

#[test]
fn a_large_span_comes_by_a_call_and_one_that_is_larger_than_any_record_is_counted() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    let large = OwnedSpan { attributes: vec![attribute("text", OwnedValue::Str("é".repeat(200_000)))], ..plain_span() };
    assert!(matches!(writer.write(&large.borrow(&scope), Times::Epoch), Written::Large(record) if record.len() > 400_000));
    assert_eq!(there_and_back(&mut writer, &mut reader, &large.borrow(&scope), Times::Epoch), text(&large.borrow(&scope)));
    let larger = OwnedSpan { attributes: vec![attribute("text", OwnedValue::Str("x".repeat(RECORD_MAX_BYTES as usize)))], ..plain_span() };
    assert_eq!(writer.write(&larger.borrow(&scope), Times::Epoch), Written::Unwritable);
    let counts = writer.arena().counts();
    assert_eq!((counts.published, counts.submitted, counts.dropped_unwritable), (0, 2, 1));
}

#[test]
fn an_array_that_promises_more_than_the_record_holds_is_refused_before_memory_is_asked_for() {
    let (mut writer, mut reader) = pair();
    let span = OwnedSpan { attributes: vec![attribute("list", OwnedValue::Null)], ..plain_span() };
    let Written::Published { .. } = writer.write(&span.borrow(&scope()), Times::Epoch) else { panic!("it fits") };
    let mut record: Vec<u8> = (0..18).flat_map(|_| [0u8; 4]).collect();
    let begin = observability_ts::arena::layout::HEADER_BYTES + observability_ts::arena::layout::DICTIONARY_BYTES;
    for (at, word) in record.chunks_exact_mut(4).enumerate() {
        word.copy_from_slice(&writer.word(begin / 4 + at as u32).load(std::sync::atomic::Ordering::Relaxed).to_le_bytes());
    }
    assert_eq!(record[16 * 4..17 * 4], TAG_NULL.to_le_bytes());
    record[16 * 4..17 * 4].copy_from_slice(&(((1u32 << 28) - 1) << TAG_BITS | TAG_ARRAY).to_le_bytes());
    let error = reader.read_submitted(&record, |_| panic!("no span")).expect_err("no record");
    assert!(error.to_string().contains("ends before 268435455 words"), "{error}");
}
