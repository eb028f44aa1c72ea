//! What a request would take in memory, found from its bytes before it is decoded.
//!
//! An empty span is two bytes of protobuf and some 250 bytes decoded, so a body of 4 MiB could make a gigabyte. This walk over the fields that are
//! lists costs one pass and no memory, and refuses such a body before anything is allocated.

use super::schema::{Kind, Message};

/// The most memory that a decoded request may take, its strings not counted: they are no longer than the body.
const MAX_DECODED_BYTES: usize = 64 * 1024 * 1024;

/// Whether a body stays within bounds when it is decoded. Garbage is left for the decoder to refuse.
pub(super) fn is_bounded(message: Message, body: &[u8]) -> bool {
    let mut left = MAX_DECODED_BYTES;
    walk(message, body, &mut left, 0).is_some()
}

/// Takes what the fields of a message need from `left`; `None` when there is too little. The depth is that of prost's own limit.
fn walk(message: Message, mut bytes: &[u8], left: &mut usize, depth: u32) -> Option<()> {
    const MAX_DEPTH: u32 = 100;
    // A bit for the number of each list that has an element.
    let mut begun = 0u32;
    while let Some((number, content)) = next_field(&mut bytes) {
        let (Some(content), Some(field)) = (content, message.field(number)) else { continue };
        if let Some(bytes) = field.element_bytes {
            // A vector begins with room for four. It grows by doubling, and while it does, the old one is there with the new: three times what is in it.
            let times = if begun & 1 << number == 0 { 4 } else { 3 };
            begun |= 1 << number;
            *left = left.checked_sub(times * bytes)?;
        }
        if let (Kind::Message(child), 0..MAX_DEPTH) = (field.kind, depth) {
            walk(child, content, left, depth + 1)?;
        }
    }
    Some(())
}

/// Takes a field off the front: its number, and its content when it is length-delimited. `None` at the end and at what is no field.
///
/// What is in a group, which OTLP has none of, counts as if it were outside: the decoder passes over groups and reads on behind them.
fn next_field<'a>(bytes: &mut &'a [u8]) -> Option<(u32, Option<&'a [u8]>)> {
    let tag = varint(bytes)?;
    let len = match tag & 7 {
        0 => {
            varint(bytes)?;
            0
        }
        1 => 8,
        2 => usize::try_from(varint(bytes)?).ok()?,
        3 | 4 => 0,
        5 => 4,
        _ => return None,
    };
    let (content, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(((tag >> 3) as u32, (tag & 7 == 2).then_some(content)))
}

/// Takes a varint off the front; at most ten bytes are read.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in 0..10 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << (7 * shift);
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_ends_the_walk() {
        for body in [&[0xff; 40][..], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f], &[0x0f], &[]] {
            assert!(is_bounded(Message::TraceRequest, body));
        }
    }
}
