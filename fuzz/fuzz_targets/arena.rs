//! The record reader: shared memory full of any bytes is read within its bounds, and a span that is read from it can be encoded.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use observability_ts::arena::layout::{DICTIONARY_BYTES, HEADER_BYTES, RING_BYTES, W_DICTIONARY_LENGTH, W_HEAD};
use observability_ts::arena::{Arena, Reader, ThreadClock};
use observability_ts::config::ResourceSettings;
use observability_ts::otlp::TraceEncoder;
use observability_ts::span::{FinishedSpan, SpanEncoder};
use opentelemetry_proto::tonic::trace::v1::ScopeSpans;
use prost::Message;

// The first two words say how much of the dictionary and of the ring is published, true or not. What follows is the content of both, and once more
// a record that is handed over by a call.
fuzz_target!(|input: &[u8]| {
    let Some((lengths, content)) = input.split_at_checked(8) else { return };
    let (dictionary_length, head) = (word(&lengths[..4]), word(&lengths[4..]));
    let split = (dictionary_length as usize).min(content.len());
    let (dictionary, ring) = content.split_at(split);

    let arena = Arc::new(Arena::new().expect("memory"));
    write(&arena, HEADER_BYTES as usize, dictionary, DICTIONARY_BYTES as usize);
    write(&arena, (HEADER_BYTES + DICTIONARY_BYTES) as usize, ring, RING_BYTES as usize);
    write(&arena, W_DICTIONARY_LENGTH as usize * 4, &dictionary_length.to_le_bytes(), 4);
    write(&arena, W_HEAD as usize * 4, &head.to_le_bytes(), 4);

    let mut reader = Reader::new(Arc::clone(&arena), ThreadClock::anchored_at(0.0));
    let mut spans = 0;
    let drained = reader.drain(u32::MAX, |span| {
        check(span);
        spans += 1;
    });
    assert_eq!(drained.spans, spans);
    assert!(drained.emptied && reader.is_empty(), "what can't be read is given up, not read for ever");
    let _ = reader.read_submitted(ring, check);
});

/// What holds for every span that is read, whatever the bytes were.
fn check(span: &FinishedSpan<'_>) {
    assert!(span.end_unix_nanos >= span.start_unix_nanos);
    let mut bytes = Vec::new();
    TraceEncoder::new(&ResourceSettings::default()).append_span(span, &mut bytes);
    let decoded = ScopeSpans::decode(bytes.as_slice()).expect("valid protobuf");
    assert_eq!(decoded.spans.len(), 1);
    assert_eq!(decoded.spans[0].name, span.name);
    assert_eq!(decoded.spans[0].attributes.len(), span.attributes.len());
    assert_eq!(decoded.spans[0].events.len(), span.events.len());
}

fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// Writes what fits of `bytes` at an offset of the arena, as the JS side does.
fn write(arena: &Arena, offset: usize, bytes: &[u8], room: usize) {
    let length = bytes.len().min(room);
    // SAFETY: offset + room lies within the arena, which nobody else uses.
    unsafe { arena.as_ptr().add(offset).copy_from_nonoverlapping(bytes.as_ptr(), length) };
}
