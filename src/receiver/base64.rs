//! Base64 as ProtoJSON takes it: the standard alphabet or that of URLs, with padding or without.

/// The bytes that a text stands for.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let padding = text.len() - digits.len();
    if padding > 0 && (padding > 2 || !text.len().is_multiple_of(4)) {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        // Four digits are three bytes, three are two and two are one; one alone is not even a byte.
        if group.len() == 1 {
            return None;
        }
        let bits = group.iter().try_fold(0, |bits, digit| Some(bits << 6 | value(*digit)?))? << (6 * (4 - group.len()));
        out.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(out)
}

/// The six bits of a digit.
fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_either_alphabet_are_read_and_others_are_not() {
        let rows: [(&str, Option<&[u8]>, &str); 14] = [
            ("", Some(b""), "RFC 4648, 10"),
            ("Zg==", Some(b"f"), "RFC 4648, 10"),
            ("Zm8=", Some(b"fo"), "RFC 4648, 10"),
            ("Zm9v", Some(b"foo"), "RFC 4648, 10"),
            ("Zm9vYg==", Some(b"foob"), "RFC 4648, 10"),
            ("Zm9vYmE=", Some(b"fooba"), "RFC 4648, 10"),
            ("Zm9vYmFy", Some(b"foobar"), "RFC 4648, 10"),
            ("+/8=", Some(&[0xfb, 0xff]), "the standard alphabet"),
            ("-_8", Some(&[0xfb, 0xff]), "the alphabet of URLs, no padding"),
            ("Z", None, "half a byte"),
            ("Zg=", None, "half the padding"),
            ("Zm9v====", None, "padding alone"),
            ("Zm=v", None, "padding in the middle"),
            ("Zm 9v", None, "a space"),
        ];
        for (text, expected, why) in rows {
            assert_eq!(decode(text).as_deref(), expected, "{text:?}: {why}");
        }
    }
}
