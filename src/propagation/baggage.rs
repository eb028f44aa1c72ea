//! `baggage` (W3C Baggage, "Baggage HTTP Header Format").

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode, percent_encode, utf8_percent_encode};

use super::trimmed;

/// The most entries that are read or written: what the header's grammar allows (the limits ask for 64 at least).
pub const MAX_BAGGAGE_ENTRIES: usize = 180;

/// The most bytes of a header; one entry may have them all ("Limits").
pub const MAX_BAGGAGE_BYTES: usize = 8_192;

/// An entry: key, value and its properties as the header has them (`a=b;c`), without white space around their parts.
pub type BaggageEntry = (String, String, Option<String>);

/// What a header holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadBaggage {
    /// The entries, each key once.
    pub entries: Vec<BaggageEntry>,
    /// Whether nothing was at fault and nothing beyond the limits.
    pub is_whole: bool,
}

/// What a value cannot hold as it is: all but `baggage-octet`, and the percent sign, which begins an escape.
const NOT_IN_VALUE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

/// What is no `token` character (RFC 9110, "Tokens"), of which keys are made.
const NOT_TOKEN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'(')
    .add(b')')
    .add(b',')
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'{')
    .add(b'}');

/// What a key cannot hold as it is.
const NOT_IN_KEY: &AsciiSet = &NOT_TOKEN.add(b'%');

/// Reads a `baggage` header (several are joined by commas before). Keys and values are percent-decoded; bytes that are no UTF-8 become U+FFFD.
///
/// An entry that is none is left out and the rest still counts. Reading stops at [`MAX_BAGGAGE_ENTRIES`] entries, and at the first entry that
/// would go beyond [`MAX_BAGGAGE_BYTES`]; what lies behind is not looked at. Of entries with the same key the last counts, at the place of the first.
pub fn parse_baggage(header: &[u8]) -> ReadBaggage {
    let mut entries: Vec<BaggageEntry> = Vec::new();
    let mut is_whole = true;
    let mut read_bytes = 0;
    // One byte more than counts, so that an entry that is cut here is seen to be too long and does not count.
    let header = &header[..header.len().min(MAX_BAGGAGE_BYTES + 1)];
    for (number, member) in header.split(|byte| *byte == b',').enumerate() {
        read_bytes += member.len() + usize::from(number > 0);
        let member = trimmed(member);
        if read_bytes > MAX_BAGGAGE_BYTES || (entries.len() == MAX_BAGGAGE_ENTRIES && !member.is_empty()) {
            is_whole = false;
            break;
        }
        let Some(entry) = parse_entry(member) else {
            is_whole &= member.is_empty();
            continue;
        };
        match entries.iter_mut().find(|(key, ..)| *key == entry.0) {
            Some(known) => *known = entry,
            None => entries.push(entry),
        }
    }
    ReadBaggage { entries, is_whole }
}

fn parse_entry(member: &[u8]) -> Option<BaggageEntry> {
    let (pair, properties) = split_at_byte(member, b';').map_or((member, None), |(pair, properties)| (pair, Some(properties)));
    let (key, value) = split_at_byte(pair, b'=')?;
    let (key, value) = (trimmed(key), trimmed(value));
    if key.is_empty() || !is_token(key) {
        return None;
    }
    Some((decoded(key), decoded(value), properties.and_then(normal_properties)))
}

/// Properties without white space around their parts; one that could not be sent on is left out.
fn normal_properties(properties: &[u8]) -> Option<String> {
    let mut text = String::new();
    for property in properties.split(|byte| *byte == b';').map(trimmed).filter(|property| !property.is_empty() && is_printable(property)) {
        if !text.is_empty() {
            text.push(';');
        }
        let (key, value) = split_at_byte(property, b'=').map_or((property, None), |(key, value)| (trimmed(key), Some(trimmed(value))));
        text.extend(key.iter().map(|byte| char::from(*byte)));
        if let Some(value) = value {
            text.push('=');
            text.extend(value.iter().map(|byte| char::from(*byte)));
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Printable ASCII that ends no entry: what can be sent on as it came.
fn is_printable(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7e) && *byte != b',')
}

/// Whether all of it may stand in a key: then encoding changes nothing and borrows. (The percent sign is a token character.)
fn is_token(key: &[u8]) -> bool {
    matches!(Cow::from(percent_encode(key, NOT_TOKEN)), Cow::Borrowed(_))
}

fn split_at_byte(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == separator)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

fn decoded(bytes: &[u8]) -> String {
    percent_decode(bytes).decode_utf8_lossy().into_owned()
}

/// Writes a `baggage` header; empty for no entries. Keys and values are percent-encoded, properties written as they are.
///
/// An entry with an empty key is left out, and so are entries beyond [`MAX_BAGGAGE_ENTRIES`] and those that no longer fit
/// [`MAX_BAGGAGE_BYTES`]; properties that could break the header are left out alone.
///
/// ```
/// use observability_ts::propagation::{format_baggage, parse_baggage};
///
/// let entries = vec![("user".to_owned(), "Zoë, admin".to_owned(), Some("ttl=5".to_owned()))];
/// assert_eq!(format_baggage(&entries), "user=Zo%C3%AB%2C%20admin;ttl=5");
/// assert_eq!(parse_baggage(format_baggage(&entries).as_bytes()).entries, entries);
/// ```
pub fn format_baggage(entries: &[BaggageEntry]) -> String {
    let mut header = String::new();
    let usable = entries.iter().filter(|(key, value, _)| !key.is_empty() && key.len() + value.len() < MAX_BAGGAGE_BYTES);
    for (key, value, properties) in usable.take(MAX_BAGGAGE_ENTRIES) {
        let mut entry = format!("{}={}", utf8_percent_encode(key, NOT_IN_KEY), utf8_percent_encode(value, NOT_IN_VALUE));
        let properties = properties.as_deref().and_then(|properties| normal_properties(properties.as_bytes()));
        if let Some(properties) = properties {
            entry.push(';');
            entry.push_str(&properties);
        }
        let comma = usize::from(!header.is_empty());
        if header.len() + comma + entry.len() <= MAX_BAGGAGE_BYTES {
            if comma == 1 {
                header.push(',');
            }
            header.push_str(&entry);
        }
    }
    header
}
