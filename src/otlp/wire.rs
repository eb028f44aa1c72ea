//! The protobuf wire format: varints, tags, length-delimited fields (protobuf.dev, "Encoding").

/// The tag byte of a varint field; field numbers up to 15 fit one byte.
pub(super) const fn varint_tag(field: u8) -> u8 {
    field << 3
}

/// The tag byte of a fixed 64-bit field.
pub(super) const fn fixed64_tag(field: u8) -> u8 {
    field << 3 | 1
}

/// The tag byte of a length-delimited field.
pub(super) const fn len_tag(field: u8) -> u8 {
    field << 3 | 2
}

/// The tag byte of a fixed 32-bit field.
pub(super) const fn fixed32_tag(field: u8) -> u8 {
    field << 3 | 5
}

/// The bytes of a varint: one for each started group of seven bits.
pub(super) const fn varint_len(value: u64) -> usize {
    // Nine bits of product for each seven bits of value, rounded up: exact from 1 bit to 64 without a division.
    let bits = 64 - (value | 1).leading_zeros() as usize;
    (bits * 9 + 64) / 64
}

/// Appends a varint.
#[inline]
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a varint field unless it has its default value.
#[inline]
pub(super) fn put_uint(out: &mut Vec<u8>, tag: u8, value: u64) {
    if value != 0 {
        out.push(tag);
        put_varint(out, value);
    }
}

/// Appends a length-delimited field, empty ones too.
#[inline]
pub(super) fn put_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends a string field unless it is empty.
#[inline]
pub(super) fn put_str(out: &mut Vec<u8>, tag: u8, value: &str) {
    if !value.is_empty() {
        put_bytes(out, tag, value.as_bytes());
    }
}

/// The bytes of a length-delimited field with a tag of one byte.
pub(super) const fn len_field_len(len: usize) -> usize {
    1 + varint_len(len as u64) + len
}

/// Appends a message whose length is known only once it is written. `guess` is how many bytes its length will probably take: right, and
/// nothing is moved; wrong, and the message is moved by the difference.
#[inline]
pub(super) fn put_message(out: &mut Vec<u8>, tag: u8, guess: usize, fill: impl FnOnce(&mut Vec<u8>)) {
    const HOLE: [u8; 10] = [0; 10];
    out.push(tag);
    let hole = out.len();
    out.extend_from_slice(&HOLE[..guess]);
    let start = out.len();
    fill(out);
    let len = out.len() - start;
    let need = varint_len(len as u64);
    if need != guess {
        if need > guess {
            out.extend_from_slice(&HOLE[..need - guess]);
        }
        out.copy_within(start..start + len, hole + need);
        out.truncate(hole + need + len);
    }
    let mut rest = len;
    for byte in &mut out[hole..hole + need - 1] {
        *byte = rest as u8 | 0x80;
        rest >>= 7;
    }
    out[hole + need - 1] = rest as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varint_len_is_what_put_varint_appends() {
        for bits in 0..64 {
            for value in [1u64 << bits, (1u64 << bits) - 1, u64::MAX >> bits] {
                let mut out = Vec::new();
                put_varint(&mut out, value);
                assert_eq!(out.len(), varint_len(value), "{value}");
                assert_eq!(out.len(), prost::encoding::encoded_len_varint(value), "{value}");
            }
        }
    }

    #[test]
    fn a_message_gets_its_length_whatever_was_guessed() {
        for len in [0usize, 1, 127, 128, 16_383, 16_384, 2_097_152] {
            for guess in [1, 2, 3] {
                let mut out = vec![9, 9];
                put_message(&mut out, len_tag(2), guess, |out| out.resize(out.len() + len, 7));
                let mut expected = vec![9, 9];
                put_bytes(&mut expected, len_tag(2), &vec![7; len]);
                assert!(out == expected, "length {len}, guess {guess}");
            }
        }
    }
}
