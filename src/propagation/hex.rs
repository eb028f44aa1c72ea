//! Hexadecimal and decimal numbers as headers have them: digits and nothing else, no sign and no prefix.

/// Lower-case hexadecimal digits as bytes, exactly two for each byte (W3C Trace Context, "HEXDIGLC").
pub(super) fn lower_hex<const BYTES: usize>(digits: &[u8]) -> Option<[u8; BYTES]> {
    bytes_of(digits, |digit| if digit.is_ascii_uppercase() { None } else { value_of(digit) })
}

/// The same in either case: formats other than W3C's are written so by some.
pub(super) fn any_hex<const BYTES: usize>(digits: &[u8]) -> Option<[u8; BYTES]> {
    bytes_of(digits, value_of)
}

/// A decimal number of up to 64 bits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| match digit {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

fn bytes_of<const BYTES: usize>(digits: &[u8], value: impl Fn(u8) -> Option<u8>) -> Option<[u8; BYTES]> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let mut bytes = [0; BYTES];
    if pairs.len() != BYTES {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

fn value_of(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}
