//! The twin of src-ts/arena/encoder.ts: a finished span as the words of a record.

use observability_ts::arena::layout::{
    B_EPOCH_TIMES, B_EVENTS, B_KIND_SHIFT, B_LINKS, B_PARENT_REMOTE, B_STATUS_MESSAGE, B_STATUS_SHIFT, B_TRACE_STATE, EVENT_EPOCH_TIME, NO_TEMPLATE,
    R_COUNTS, RECORD_SPAN, TAG_ARRAY, TAG_BITS, TAG_BOOL, TAG_BYTES, TAG_DOUBLE, TAG_INT, TAG_INT_WIDE, TAG_MAP, TAG_NULL, TAG_STRING,
    TAG_STRING_REF,
};
use observability_ts::span::{Attribute, Event, FinishedSpan, Link, SpanKind, Status, Value};

use super::dictionary::{Dictionary, pad};

/// The clock that a record's times are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Unix time, as the user gave it.
    Epoch,
    /// The thread's `performance.now()`: what the span calls Unix nanoseconds are nanoseconds of that clock.
    Monotonic,
}

/// The words of a record; `None` where the scope gets no number, so that nothing can be written.
pub fn encode(span: &FinishedSpan<'_>, times: Times, dictionary: &mut Dictionary) -> Option<Vec<u32>> {
    let mut out = Encoder { words: Vec::new(), times };
    let scope = dictionary.scope(span.scope)?;
    let mut bits = u32::from(span.trace_flags.to_u8()) | kind(&span.kind) << B_KIND_SHIFT;
    bits |= if span.parent_is_remote { B_PARENT_REMOTE } else { 0 };
    bits |= if times == Times::Epoch { B_EPOCH_TIMES } else { 0 };
    let (status, message) = match span.status {
        Status::Unset => (0, ""),
        Status::Ok => (1, ""),
        Status::Error { message } => (2, message),
    };
    bits |= status << B_STATUS_SHIFT;
    out.words.extend([0, NO_TEMPLATE, 0, counts(span.attributes.len(), span.dropped_attributes)]);
    out.trace_id(span.trace_id.to_bytes());
    out.span_id(span.span_id.to_bytes());
    out.span_id(span.parent_span_id.to_bytes());
    out.time(span.start_unix_nanos);
    out.time(span.end_unix_nanos);

    out.attributes(span, scope, dictionary);
    if !span.trace_state.is_empty() {
        bits |= B_TRACE_STATE;
        out.string(span.trace_state);
    }
    if !message.is_empty() {
        bits |= B_STATUS_MESSAGE;
        out.string(message);
    }
    if !span.events.is_empty() || span.dropped_events > 0 {
        bits |= B_EVENTS;
        out.words.extend([span.events.len() as u32, span.dropped_events]);
        span.events.iter().for_each(|event| out.event(event));
    }
    if !span.links.is_empty() || span.dropped_links > 0 {
        bits |= B_LINKS;
        out.words.extend([span.links.len() as u32, span.dropped_links]);
        span.links.iter().for_each(|link| out.link(link));
    }
    let mut words = out.words;
    if words.len() % 2 == 1 {
        words.push(0);
    }
    words[0] = RECORD_SPAN | (words.len() as u32 * 4) << 8;
    words[2] = bits;
    debug_assert_eq!(words[R_COUNTS as usize] & 0xFFFF, span.attributes.len() as u32);
    Some(words)
}

struct Encoder {
    words: Vec<u32>,
    times: Times,
}

impl Encoder {
    fn attributes(&mut self, span: &FinishedSpan<'_>, scope: u32, dictionary: &mut Dictionary) {
        let Some(template) = dictionary.template(scope, span.name, &span.attributes) else {
            self.words.push(scope);
            self.string(span.name);
            return self.pairs(&span.attributes);
        };
        self.words[1] = template.number;
        let mut novel = std::mem::take(&mut template.novel);
        for (attribute, novel) in span.attributes.iter().zip(&mut novel) {
            match &attribute.value {
                Value::Str(text) => match dictionary.find(text).or_else(|| take_one(novel).then(|| dictionary.intern(text)).flatten()) {
                    Some(number) => self.words.push(number << TAG_BITS | TAG_STRING_REF),
                    None => self.string(text),
                },
                other => self.value(other),
            }
        }
        if let Some(template) = dictionary.template(scope, span.name, &span.attributes) {
            template.novel = novel;
        }
    }

    fn pairs(&mut self, attributes: &[Attribute<'_>]) {
        for attribute in attributes {
            self.string(attribute.key);
            self.value(&attribute.value);
        }
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Null => self.words.push(TAG_NULL),
            Value::Bool(bool) => self.words.push(u32::from(*bool) << TAG_BITS | TAG_BOOL),
            Value::I64(int) if (-(1 << 27)..1 << 27).contains(int) => self.words.push(((*int as i32) << TAG_BITS).cast_unsigned() | TAG_INT),
            Value::I64(int) => {
                self.words.push(TAG_INT_WIDE);
                self.double(*int as f64);
            }
            Value::F64(double) => {
                self.words.push(TAG_DOUBLE);
                self.double(*double);
            }
            Value::Str(text) => self.string(text),
            Value::Bytes(bytes) => {
                self.words.push((bytes.len() as u32) << TAG_BITS | TAG_BYTES);
                self.words.extend(pad(bytes));
            }
            Value::Array(values) => {
                self.words.push((values.len() as u32) << TAG_BITS | TAG_ARRAY);
                values.iter().for_each(|value| self.value(value));
            }
            Value::Map(entries) => {
                self.words.push((entries.len() as u32) << TAG_BITS | TAG_MAP);
                self.pairs(entries);
            }
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        self.string(event.name);
        self.time(event.time_unix_nanos);
        let epoch = if self.times == Times::Epoch { EVENT_EPOCH_TIME } else { 0 };
        self.words.push(counts(event.attributes.len(), event.dropped_attributes) | epoch);
        self.pairs(&event.attributes);
    }

    fn link(&mut self, link: &Link<'_>) {
        self.trace_id(link.trace_id.to_bytes());
        self.span_id(link.span_id.to_bytes());
        self.words.push(u32::from(link.trace_flags.to_u8()) | if link.is_remote { 0x100 } else { 0 });
        self.string(link.trace_state);
        self.words.push(counts(link.attributes.len(), link.dropped_attributes));
        self.pairs(&link.attributes);
    }

    fn string(&mut self, text: &str) {
        self.words.push((text.len() as u32) << TAG_BITS | TAG_STRING);
        self.words.extend(pad(text.as_bytes()));
    }

    fn time(&mut self, nanos: u64) {
        match self.times {
            Times::Epoch => self.words.extend([(nanos / 1_000_000_000) as u32, (nanos % 1_000_000_000) as u32]),
            Times::Monotonic => self.double(nanos as f64 / 1e6),
        }
    }

    fn double(&mut self, double: f64) {
        let bits = double.to_bits();
        self.words.extend([bits as u32, (bits >> 32) as u32]);
    }

    fn trace_id(&mut self, bytes: [u8; 16]) {
        self.words.extend(bytes.chunks_exact(4).map(big_endian));
    }

    fn span_id(&mut self, bytes: [u8; 8]) {
        self.words.extend(bytes.chunks_exact(4).map(big_endian));
    }
}

fn big_endian(chunk: &[u8]) -> u32 {
    chunk.iter().fold(0, |word, &byte| word << 8 | u32::from(byte))
}

fn take_one(left: &mut u32) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}

fn counts(count: usize, dropped: u32) -> u32 {
    count as u32 | dropped.min(0xFFFF) << 16
}

fn kind(kind: &SpanKind) -> u32 {
    match kind {
        SpanKind::Internal => 0,
        SpanKind::Server => 1,
        SpanKind::Client => 2,
        SpanKind::Producer => 3,
        SpanKind::Consumer => 4,
    }
}
