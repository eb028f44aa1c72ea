//! `Span` and its parts (`trace/v1/trace.proto`).

use super::attributes::{put_attributes, put_usual, usual_bound};
use super::room::{MAX_FIELD_HEAD, Room, put_in_room};
use super::wire::{fixed32_tag, fixed64_tag, len_tag, put_message, put_str, put_uint, varint_tag};
use crate::span::{Event, FinishedSpan, Link, SpanId, SpanKind, Status, TraceFlags, TraceId};

const TRACE_ID: u8 = len_tag(1);
const SPAN_ID: u8 = len_tag(2);
const TRACE_STATE: u8 = len_tag(3);
const PARENT_SPAN_ID: u8 = len_tag(4);
const NAME: u8 = len_tag(5);
const KIND: u8 = varint_tag(6);
const START: u8 = fixed64_tag(7);
const END: u8 = fixed64_tag(8);
const ATTRIBUTES: u8 = len_tag(9);
const DROPPED_ATTRIBUTES: u8 = varint_tag(10);
const EVENTS: u8 = len_tag(11);
const DROPPED_EVENTS: u8 = varint_tag(12);
const LINKS: u8 = len_tag(13);
const DROPPED_LINKS: u8 = varint_tag(14);
const STATUS: u8 = len_tag(15);
/// Field 16, fixed 32 bits: the one tag of a span that takes two bytes.
const FLAGS: [u8; 2] = [(16u32 << 3 | 5) as u8 | 0x80, 1];

const EVENT_TIME: u8 = fixed64_tag(1);
const EVENT_NAME: u8 = len_tag(2);
const EVENT_ATTRIBUTES: u8 = len_tag(3);
const EVENT_DROPPED_ATTRIBUTES: u8 = varint_tag(4);

const LINK_TRACE_STATE: u8 = len_tag(3);
const LINK_ATTRIBUTES: u8 = len_tag(4);
const LINK_DROPPED_ATTRIBUTES: u8 = varint_tag(5);
const LINK_FLAGS: u8 = fixed32_tag(6);

const STATUS_MESSAGE: u8 = len_tag(2);
const STATUS_CODE: u8 = varint_tag(3);
const STATUS_CODE_OK: u64 = 1;
const STATUS_CODE_ERROR: u64 = 2;

/// `SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK`: whether the next bit says anything. It always does here.
const HAS_IS_REMOTE: u32 = 1 << 8;
/// `SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK`: the context came from another process; for a span its parent's, for a link the linked one.
const IS_REMOTE: u32 = 1 << 9;

/// Appends a span as a field with the tag `tag`.
pub(super) fn put_span(out: &mut Vec<u8>, tag: u8, span: &FinishedSpan<'_>) {
    // Two bytes of length: nearly all spans take between 128 bytes and 16 KiB.
    put_message(out, tag, 2, |out| {
        let usual = usual_bound(&span.attributes);
        let bound = MAX_FIXED + span.trace_state.len() + span.name.len() + usual.unwrap_or(0);
        put_in_room(out, bound, |room| {
            put_head(room, span);
            if usual.is_some() {
                put_usual(room, ATTRIBUTES, &span.attributes);
            }
        });
        if usual.is_none() {
            put_attributes(out, ATTRIBUTES, &span.attributes);
        }
        put_uint(out, DROPPED_ATTRIBUTES, span.dropped_attributes.into());
        for event in &span.events {
            put_event(out, event);
        }
        put_uint(out, DROPPED_EVENTS, span.dropped_events.into());
        for link in &span.links {
            put_link(out, link);
        }
        put_uint(out, DROPPED_LINKS, span.dropped_links.into());
        put_status(out, span.status);
        let flags = flags(span.trace_flags, span.parent_is_remote).to_le_bytes();
        out.extend_from_slice(&[FLAGS[0], FLAGS[1], flags[0], flags[1], flags[2], flags[3]]);
    });
}

/// The most bytes of [`put_head`] but for the trace state and the name: trace id, span id, parent, kind, start, end, the heads of the two strings.
const MAX_FIXED: usize = 18 + 10 + 10 + 2 + 9 + 9 + 2 * MAX_FIELD_HEAD;

/// Writes the fields before the attributes.
#[inline(always)]
fn put_head(room: &mut Room<'_>, span: &FinishedSpan<'_>) {
    room.put([TRACE_ID, 16]);
    room.put(span.trace_id.to_bytes());
    room.put([SPAN_ID, 8]);
    room.put(span.span_id.to_bytes());
    if !span.trace_state.is_empty() {
        room.put_field(TRACE_STATE, span.trace_state.as_bytes());
    }
    if span.parent_span_id != SpanId::INVALID {
        room.put([PARENT_SPAN_ID, 8]);
        room.put(span.parent_span_id.to_bytes());
    }
    if !span.name.is_empty() {
        room.put_field(NAME, span.name.as_bytes());
    }
    room.put([KIND, kind_number(&span.kind)]);
    for (tag, time) in [(START, span.start_unix_nanos), (END, span.end_unix_nanos)] {
        if time != 0 {
            room.put([tag]);
            room.put(time.to_le_bytes());
        }
    }
}

fn put_event(out: &mut Vec<u8>, event: &Event<'_>) {
    put_message(out, EVENTS, 1, |out| {
        put_fixed64(out, EVENT_TIME, event.time_unix_nanos);
        put_str(out, EVENT_NAME, event.name);
        put_attributes(out, EVENT_ATTRIBUTES, &event.attributes);
        put_uint(out, EVENT_DROPPED_ATTRIBUTES, event.dropped_attributes.into());
    });
}

fn put_link(out: &mut Vec<u8>, link: &Link<'_>) {
    put_message(out, LINKS, 1, |out| {
        put_ids(out, link.trace_id, link.span_id);
        put_str(out, LINK_TRACE_STATE, link.trace_state);
        put_attributes(out, LINK_ATTRIBUTES, &link.attributes);
        put_uint(out, LINK_DROPPED_ATTRIBUTES, link.dropped_attributes.into());
        let flags = flags(link.trace_flags, link.is_remote).to_le_bytes();
        out.extend_from_slice(&[LINK_FLAGS, flags[0], flags[1], flags[2], flags[3]]);
    });
}

/// Appends the status unless nothing was said.
fn put_status(out: &mut Vec<u8>, status: Status<'_>) {
    let (message, code) = match status {
        Status::Unset => return,
        Status::Ok => ("", STATUS_CODE_OK),
        Status::Error { message } => (message, STATUS_CODE_ERROR),
    };
    put_message(out, STATUS, 1, |out| {
        put_str(out, STATUS_MESSAGE, message);
        put_uint(out, STATUS_CODE, code);
    });
}

/// Appends a trace id and a span id, which spans and links begin with, in one copy.
#[inline]
fn put_ids(out: &mut Vec<u8>, trace_id: TraceId, span_id: SpanId) {
    let mut fields = [0u8; 28];
    fields[0] = TRACE_ID;
    fields[1] = 16;
    fields[2..18].copy_from_slice(&trace_id.to_bytes());
    fields[18] = SPAN_ID;
    fields[19] = 8;
    fields[20..].copy_from_slice(&span_id.to_bytes());
    out.extend_from_slice(&fields);
}

#[inline]
fn put_fixed64(out: &mut Vec<u8>, tag: u8, value: u64) {
    if value != 0 {
        let mut field = [tag; 9];
        field[1..].copy_from_slice(&value.to_le_bytes());
        out.extend_from_slice(&field);
    }
}

/// The number of a kind in OTLP: never 0, which is unspecified, and one byte as a varint.
fn kind_number(kind: &SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

/// The W3C flags in bits 0 to 7, and what is known of the context's origin in bits 8 and 9.
fn flags(trace_flags: TraceFlags, is_remote: bool) -> u32 {
    u32::from(trace_flags.to_u8()) | HAS_IS_REMOTE | if is_remote { IS_REMOTE } else { 0 }
}
