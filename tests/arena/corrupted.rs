//! Shared memory that was written over: nothing panics, hangs or is read out of bounds, and what was lost is counted.

use std::sync::atomic::Ordering;

use observability_ts::arena::layout::{D_PUBLISHED, DICTIONARY_BYTES, HEADER_BYTES, RING_BYTES, W_DICTIONARY_LENGTH, W_HEAD, W_TAIL};
use proptest::collection::vec;
use proptest::prelude::*;

use super::arena_support::{Times, Writer, Written};
use super::otlp_support;
use super::{as_javascript_has_it, numbered, pair, read, scope, text};

const RING_WORD: u32 = (HEADER_BYTES + DICTIONARY_BYTES) / 4;

fn overwrite(writer: &Writer, word: u32, value: u32) {
    writer.word(word).store(value, Ordering::SeqCst);
}

/// Words that mean something to the reader are likelier to lead it astray than any others.
fn words() -> impl Strategy<Value = u32> {
    prop_oneof![
        any::<u32>(),
        0u32..64,
        (0u32..16, 0u32..4096).prop_map(|(tag, payload)| payload << 4 | tag),
        (1u32..3, 0u32..9000).prop_map(|(kind, bytes)| bytes << 8 | kind)
    ]
}

proptest! {
    #![proptest_config(otlp_support::config())]

    #[test]
    fn any_words_anywhere(
        spans in vec(otlp_support::spans(), 1..8),
        blots in vec((any::<prop::sample::Index>(), words()), 1..24),
        truncated in any::<prop::sample::Index>(),
    ) {
        let (mut writer, mut reader) = pair();
        let scope = scope();
        let mut large = Vec::new();
        for span in &spans {
            writer.count_started();
            if let Written::Large(record) = writer.write(&as_javascript_has_it(span.clone()).borrow(&scope), Times::Epoch) {
                large.push(record);
            }
        }
        let published = writer.arena().counts().published;
        // Blots where something is: header, the written part of the dictionary, the written part of the ring.
        let used = [0..HEADER_BYTES / 4, HEADER_BYTES / 4..(HEADER_BYTES + 4096) / 4, RING_WORD..RING_WORD + writer.head().max(4) / 4];
        let used: Vec<u32> = used.into_iter().flatten().filter(|&word| word != D_PUBLISHED * 2 && word != D_PUBLISHED * 2 + 1).collect();
        for (at, value) in &blots {
            overwrite(&writer, used[at.index(used.len())], *value);
        }
        let mut spans = 0;
        let drained = reader.drain(u32::MAX, |span| spans += u64::from(!format!("{span:?}").is_empty()));
        prop_assert!(drained.emptied && reader.is_empty());
        prop_assert_eq!(drained.spans, spans);
        prop_assert_eq!(drained.spans + drained.malformed, reader.taken());
        prop_assert!(reader.taken() <= published.max(u64::from(RING_BYTES / 64)));
        for record in &large {
            let _ = reader.read_submitted(&record[..truncated.index(record.len())], |span| assert!(!format!("{span:?}").is_empty()));
        }
        // The writer goes on as if nothing had happened, and is understood again at the latest after two looks.
        for round in 0..3 {
            writer.write(&numbered(round + 1).borrow(&scope), Times::Epoch);
            let drained = reader.drain(u32::MAX, |_| ());
            prop_assert!(drained.emptied);
        }
        prop_assert_eq!(reader.published(), writer.head());
    }

    #[test]
    fn nothing_but_noise(header in vec(any::<u32>(), 64), noise in vec(words(), 1..600), submitted in vec(any::<u8>(), 0..600)) {
        let (writer, mut reader) = pair();
        for (at, word) in (0..).zip(&header) {
            overwrite(&writer, at, *word);
        }
        for (at, word) in (0..).zip(&noise) {
            overwrite(&writer, HEADER_BYTES / 4 + at, *word);
            overwrite(&writer, RING_WORD + at, *word);
        }
        for length in [noise.len() as u32 * 4, u32::MAX, DICTIONARY_BYTES] {
            overwrite(&writer, W_DICTIONARY_LENGTH, length);
            for head in [noise.len() as u32 & !1, noise.len() as u32 * 4, RING_BYTES, header[0]] {
                overwrite(&writer, W_HEAD, head);
                let drained = reader.drain(u32::MAX, |span| assert!(span.end_unix_nanos >= span.start_unix_nanos));
                prop_assert!(drained.emptied && reader.is_empty());
            }
        }
        let _ = reader.read_submitted(&submitted, |span| assert!(!format!("{span:?}").is_empty()));
        let _ = writer.arena().counts();
        let _ = (reader.sleep(), reader.nap());
    }
}

#[test]
fn one_record_that_is_none_costs_itself_alone() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    let mut begins = Vec::new();
    for number in 1..=3 {
        begins.push(writer.head());
        writer.write(&numbered(number).borrow(&scope), Times::Epoch);
    }
    // The second one's template is none.
    overwrite(&writer, RING_WORD + begins[1] / 4 + 1, 77);
    let mut found = Vec::new();
    let drained = reader.drain(u32::MAX, |span| found.push(text(span)));
    assert_eq!(found, [text(&numbered(1).borrow(&scope)), text(&numbered(3).borrow(&scope))]);
    assert_eq!((drained.malformed, drained.reason.map(|reason| reason.to_string())), (1, Some("nothing was published under number 77".into())));
}

#[test]
fn a_record_without_a_size_costs_all_that_was_published_and_the_next_is_read() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    let mut begins = Vec::new();
    for number in 1..=5 {
        begins.push(writer.head());
        writer.write(&numbered(number).borrow(&scope), Times::Epoch);
    }
    overwrite(&writer, RING_WORD + begins[2] / 4, 0);
    let drained = reader.drain(u32::MAX, |_| ());
    assert_eq!((drained.spans, drained.malformed, reader.taken()), (2, 3, 5));
    writer.write(&numbered(6).borrow(&scope), Times::Epoch);
    assert_eq!(read(&mut reader), [text(&numbered(6).borrow(&scope))]);
}

#[test]
fn a_head_that_cannot_be_one_costs_nothing() {
    for nonsense in [3, 0xFFFF_FFF8, RING_BYTES * 2] {
        let (mut writer, mut reader) = pair();
        let scope = scope();
        writer.write(&numbered(1).borrow(&scope), Times::Epoch);
        overwrite(&writer, W_HEAD, nonsense);
        let drained = reader.drain(u32::MAX, |_| panic!("nothing is to be read"));
        assert!(drained.emptied && drained.malformed == 0, "{drained:?}");
        assert!(reader.sleep(), "there is nothing to read, so the worker must not spin");
        assert_eq!(writer.write(&numbered(2).borrow(&scope), Times::Epoch), Written::Published { wake: true });
        assert_eq!(read(&mut reader), [1, 2].map(|number| text(&numbered(number).borrow(&scope))));
    }
}

#[test]
fn a_writer_that_was_misled_about_the_tail_is_caught_up_with() {
    let (mut writer, mut reader) = pair();
    let scope = scope();
    // As if the reader were ever further ahead: the writer goes round and round.
    let mut written = 0;
    while writer.head() < RING_BYTES * 2 {
        overwrite(&writer, W_TAIL, writer.head());
        written += 1;
        writer.write(&numbered(written).borrow(&scope), Times::Epoch);
    }
    let mut found = Vec::new();
    for number in written + 1..written + 4 {
        writer.write(&numbered(number).borrow(&scope), Times::Epoch);
        reader.drain(u32::MAX, |span| found.push(text(span)));
    }
    assert_eq!(found, [text(&numbered(written + 3).borrow(&scope))], "the first look doubts, the second gives up, the third reads");
    assert_eq!(reader.taken(), written + 3);
}

#[test]
fn counts_that_are_nonsense_are_zero() {
    let (writer, _) = pair();
    for bits in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
        overwrite(&writer, D_PUBLISHED * 2, bits.to_bits() as u32);
        overwrite(&writer, D_PUBLISHED * 2 + 1, (bits.to_bits() >> 32) as u32);
        assert_eq!(writer.arena().counts().published, 0, "{bits}");
    }
}
