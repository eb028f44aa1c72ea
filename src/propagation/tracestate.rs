//! `tracestate` (W3C Trace Context level 2, "Tracestate Header").

use super::trimmed;

/// The most members of a list.
pub const MAX_TRACESTATE_MEMBERS: usize = 32;

/// The longest key and the longest value, in characters.
const MAX_PART: usize = 256;

/// The most bytes of a header: the longest list that the grammar allows. A longer one is not looked at.
pub const MAX_TRACESTATE_BYTES: usize = MAX_TRACESTATE_MEMBERS * (MAX_PART + 1 + MAX_PART + 1);

/// Checks a `tracestate` and writes it without empty members and without the white space around members; several headers are joined by commas
/// before. One bad member, or more than 32, and the whole does not count: `None`. `None`, too, when no member is left.
///
/// A key that comes twice keeps its first member, the most recent one. Linear in the input, which is bounded by [`MAX_TRACESTATE_BYTES`].
///
/// ```
/// use observability_ts::propagation::normalise_tracestate;
///
/// assert_eq!(normalise_tracestate(b"ot=th:8 , , vendor@x=1").as_deref(), Some("ot=th:8,vendor@x=1"));
/// assert_eq!(normalise_tracestate(b"ot=th:8,Upper=1"), None);
/// ```
pub fn normalise_tracestate(header: &[u8]) -> Option<String> {
    if header.len() > MAX_TRACESTATE_BYTES {
        return None;
    }
    let mut members: Vec<(&[u8], &[u8])> = Vec::new();
    let mut count = 0;
    for member in header.split(|byte| *byte == b',').map(trimmed).filter(|member| !member.is_empty()) {
        let equals = member.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (&member[..equals], &member[equals + 1..]);
        count += 1;
        if count > MAX_TRACESTATE_MEMBERS || !is_key(key) || !is_value(value) {
            return None;
        }
        if !members.iter().any(|(known, _)| *known == key) {
            members.push((key, value));
        }
    }
    let mut text = String::with_capacity(header.len());
    for (key, value) in members {
        if !text.is_empty() {
            text.push(',');
        }
        // Both were checked to be ASCII above.
        text.push_str(str::from_utf8(key).ok()?);
        text.push('=');
        text.push_str(str::from_utf8(value).ok()?);
    }
    (!text.is_empty()).then_some(text)
}

/// The longest parts of a key that names a tenant of a system: `<tenant>@<system>`.
const MAX_TENANT: usize = 241;
const MAX_SYSTEM: usize = 14;

/// `key = ( lcalpha / DIGIT ) 0*255 ( lcalpha / DIGIT / "_" / "-" / "*" / "/" / "@" )`.
///
/// Level 1 told tenants and systems apart by the `@`, level 2 takes it like any other character. The validation suite asks for level 1's rules
/// where there is an `@`, and so do the SDKs that would get the header from us: one `@`, not more than 241 characters before and 14 behind.
fn is_key(key: &[u8]) -> bool {
    let mut parts = key.split(|byte| *byte == b'@');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(whole), None, None) => whole.len() <= MAX_PART && is_name(whole),
        (Some(tenant), Some(system), None) => tenant.len() <= MAX_TENANT && is_name(tenant) && system.len() <= MAX_SYSTEM && is_name(system),
        _ => false,
    }
}

fn is_name(name: &[u8]) -> bool {
    let is_start = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.first().is_some_and(is_start) && name.iter().all(|byte| is_start(byte) || matches!(byte, b'_' | b'-' | b'*' | b'/'))
}

/// `value = 0*255(chr) nblk-chr`: printable ASCII without comma and equals sign, not ending in a space.
fn is_value(value: &[u8]) -> bool {
    value.len() <= MAX_PART
        && value.last().is_some_and(|byte| *byte != b' ')
        && value.iter().all(|byte| matches!(byte, 0x20..=0x7e) && !matches!(byte, b',' | b'='))
}
