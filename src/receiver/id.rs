//! Ids as they come and as they are written.

/// A trace id in bytes.
pub(super) type TraceKey = [u8; 16];

/// An id of the right length that is not all zero.
pub(super) fn valid_id<const N: usize>(id: &[u8]) -> Option<[u8; N]> {
    <[u8; N]>::try_from(id).ok().filter(|id| *id != [0; N])
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).map(char::from).collect()
}

/// Reads hex digits of either case, two for each byte.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let bytes = pairs.iter().map(|&[high, low]| u8::try_from(digit(high)? << 4 | digit(low)?).ok());
    if rest.is_empty() { bytes.collect() } else { None }
}

/// Reads a trace id of 32 hex digits, of either case.
pub(super) fn trace_key(text: &str) -> Option<TraceKey> {
    unhex(text)?.try_into().ok()
}
