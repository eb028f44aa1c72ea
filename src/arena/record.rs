//! From the words of one record to a finished span.

use std::collections::HashMap;
use std::fmt;

use super::clock::ThreadClock;
use super::cursor::Cursor;
use super::dictionary::Dictionary;
use super::layout::{
    B_EPOCH_TIMES, B_EVENTS, B_FLAGS_MASK, B_KIND_SHIFT, B_LINKS, B_PARENT_REMOTE, B_STATUS_MESSAGE, B_STATUS_SHIFT, B_TRACE_STATE, EVENT_EPOCH_TIME,
    NO_TEMPLATE, R_VALUES,
};
use crate::span::{Attribute, Event, FinishedSpan, Link, SpanId, SpanKind, Status, TraceFlags, TraceId};

/// Why a record could not be read. Positions and lengths are in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It ends before what it announces.
    Short {
        /// Where the read began.
        position: usize,
        /// How much was wanted.
        needed: usize,
        /// How long the record is.
        length: usize,
    },
    /// A value is of no known or allowed form.
    Value {
        /// Behind the value.
        position: usize,
    },
    /// A string, scope or template of this number was never published.
    Unknown {
        /// The number.
        number: u32,
    },
    /// A dictionary entry is not one.
    Entry {
        /// Where it begins in the dictionary.
        position: usize,
    },
    /// A trace or span id is all zero.
    Id,
    /// What is at this position of the ring, in bytes, is no record.
    Overwritten {
        /// The position, wrapping at 2^32.
        position: u32,
    },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { position, needed, length } => write!(f, "record of {length} words ends before {needed} words at {position}"),
            Self::Value { position } => write!(f, "no value before word {position}"),
            Self::Unknown { number } => write!(f, "nothing was published under number {number}"),
            Self::Entry { position } => write!(f, "no dictionary entry at word {position}"),
            Self::Id => write!(f, "an id is all zero"),
            Self::Overwritten { position } => write!(f, "no record at position {position} of the ring"),
        }
    }
}

impl std::error::Error for Malformed {}

/// Decodes a record of kind span. Its attributes go into `attributes`, which is empty.
#[inline]
pub(super) fn decode<'a>(
    words: &'a [u32],
    dictionary: &'a Dictionary,
    clock: &ThreadClock,
    mut attributes: Vec<Attribute<'a>>,
) -> Result<FinishedSpan<'a>, Malformed> {
    let mut cursor = Cursor::new(words, dictionary);
    let head = cursor.array::<{ R_VALUES as usize }>()?;
    let [_, template, bits, counts, t0, t1, t2, t3, s0, s1, p0, p1, start0, start1, end0, end1] = head;
    let count = counts & 0xFFFF;

    let (scope, name, repeats_keys);
    if template == NO_TEMPLATE {
        scope = dictionary.scope(cursor.word()?)?;
        name = cursor.string()?;
        cursor.attributes(count, 0, &mut attributes)?;
        repeats_keys = true;
    } else {
        let template = dictionary.template(template)?;
        scope = dictionary.scope(template.scope)?;
        name = dictionary.string(template.name)?;
        if template.keys.len() != count as usize {
            return Err(Malformed::Value { position: R_VALUES as usize });
        }
        attributes.reserve(cursor.plausible(count)?);
        for &key in &template.keys {
            let key = dictionary.string(key)?;
            cursor.value(0, |value| attributes.push(Attribute { key, value }))?;
        }
        repeats_keys = template.repeats_keys;
    }
    if repeats_keys {
        keep_last_values(&mut attributes);
    }

    let trace_id = TraceId::from_bytes((u128::from(t0) << 96 | u128::from(t1) << 64 | u128::from(t2) << 32 | u128::from(t3)).to_be_bytes());
    let span_id = span_id(s0, s1);
    if trace_id == TraceId::INVALID || span_id == SpanId::INVALID {
        return Err(Malformed::Id);
    }
    let (start, end) = if bits & B_EPOCH_TIMES == 0 {
        (clock.unix_nanos(double(start0, start1)), clock.unix_nanos(double(end0, end1)))
    } else {
        (epoch_nanos(start0, start1), epoch_nanos(end0, end1))
    };

    let trace_state = if bits & B_TRACE_STATE == 0 { "" } else { cursor.string()? };
    let message = if bits & B_STATUS_MESSAGE == 0 { "" } else { cursor.string()? };
    let (events, dropped_events) = if bits & B_EVENTS == 0 { (Vec::new(), 0) } else { events(&mut cursor, clock)? };
    let (links, dropped_links) = if bits & B_LINKS == 0 { (Vec::new(), 0) } else { links(&mut cursor)? };

    Ok(FinishedSpan {
        scope,
        trace_id,
        span_id,
        parent_span_id: self::span_id(p0, p1),
        parent_is_remote: bits & B_PARENT_REMOTE != 0,
        trace_flags: flags(bits),
        trace_state,
        name,
        kind: match (bits >> B_KIND_SHIFT) & 7 {
            1 => SpanKind::Server,
            2 => SpanKind::Client,
            3 => SpanKind::Producer,
            4 => SpanKind::Consumer,
            _ => SpanKind::Internal,
        },
        start_unix_nanos: start,
        end_unix_nanos: end.max(start),
        attributes,
        dropped_attributes: counts >> 16,
        events,
        dropped_events,
        links,
        dropped_links,
        status: match (bits >> B_STATUS_SHIFT) & 3 {
            1 => Status::Ok,
            2 => Status::Error { message },
            _ => Status::Unset,
        },
    })
}

fn events<'a>(cursor: &mut Cursor<'a>, clock: &ThreadClock) -> Result<(Vec<Event<'a>>, u32), Malformed> {
    let [count, dropped] = cursor.array::<2>()?;
    let mut events = Vec::with_capacity(cursor.plausible(count)?);
    for _ in 0..count {
        let name = cursor.string()?;
        let [time0, time1, counts] = cursor.array::<3>()?;
        let time_unix_nanos = if counts & EVENT_EPOCH_TIME == 0 { clock.unix_nanos(double(time0, time1)) } else { epoch_nanos(time0, time1) };
        let mut attributes = Vec::new();
        cursor.attributes(counts & (EVENT_EPOCH_TIME - 1), 0, &mut attributes)?;
        keep_last_values(&mut attributes);
        events.push(Event { name, time_unix_nanos, attributes, dropped_attributes: counts >> 16 });
    }
    Ok((events, dropped))
}

fn links<'a>(cursor: &mut Cursor<'a>) -> Result<(Vec<Link<'a>>, u32), Malformed> {
    let [count, dropped] = cursor.array::<2>()?;
    let mut links = Vec::with_capacity(cursor.plausible(count)?);
    for _ in 0..count {
        let [t0, t1, t2, t3, s0, s1, bits] = cursor.array::<7>()?;
        let trace_state = cursor.string()?;
        let counts = cursor.word()?;
        let mut attributes = Vec::new();
        cursor.attributes(counts & 0xFFFF, 0, &mut attributes)?;
        keep_last_values(&mut attributes);
        links.push(Link {
            trace_id: TraceId::from_bytes((u128::from(t0) << 96 | u128::from(t1) << 64 | u128::from(t2) << 32 | u128::from(t3)).to_be_bytes()),
            span_id: span_id(s0, s1),
            trace_flags: flags(bits),
            is_remote: bits & 0x100 != 0,
            trace_state,
            attributes,
            dropped_attributes: counts >> 16,
        });
    }
    Ok((links, dropped))
}

/// More attributes than this are looked up by hash; comparing each with all before it would take seconds for tens of thousands.
const MAX_COMPARED: usize = 64;

/// A key that was set again keeps its place and takes the last value, as an attribute map would.
fn keep_last_values<'a>(attributes: &mut Vec<Attribute<'a>>) {
    let mut places: HashMap<&'a str, usize> = HashMap::new();
    let by_hash = attributes.len() > MAX_COMPARED;
    let mut kept = 0;
    for at in 0..attributes.len() {
        let key = attributes[at].key;
        let earlier = if by_hash {
            let place = *places.entry(key).or_insert(kept);
            (place < kept).then_some(place)
        } else {
            attributes[..kept].iter().position(|earlier| earlier.key == key)
        };
        // What is swapped behind the kept ones is never looked at again.
        attributes.swap(earlier.unwrap_or(kept), at);
        kept += usize::from(earlier.is_none());
    }
    attributes.truncate(kept);
}

fn flags(bits: u32) -> TraceFlags {
    TraceFlags::new((bits & B_FLAGS_MASK) as u8)
}

fn span_id(high: u32, low: u32) -> SpanId {
    SpanId::from_bytes((u64::from(high) << 32 | u64::from(low)).to_be_bytes())
}

fn double(low: u32, high: u32) -> f64 {
    f64::from_bits(u64::from(low) | u64::from(high) << 32)
}

fn epoch_nanos(seconds: u32, nanos: u32) -> u64 {
    u64::from(seconds) * 1_000_000_000 + u64::from(nanos)
}
