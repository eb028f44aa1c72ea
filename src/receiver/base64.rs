//! Base64 as ProtoJSON takes it: the standard alphabet or that of URLs, with padding or without.

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const OF_STANDARD: GeneralPurpose = engine(&STANDARD);
const OF_URLS: GeneralPurpose = engine(&URL_SAFE);

const fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    GeneralPurpose::new(
        alphabet,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            // The bits that are left over in the last digit are nobody's.
            .with_decode_allow_trailing_bits(true),
    )
}

/// The bytes that a text stands for.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['-', '_']) { OF_URLS } else { OF_STANDARD };
    engine.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_either_alphabet_are_read_and_others_are_not() {
        let rows: [(&str, Option<&[u8]>, &str); 15] = [
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
            ("Zg=", Some(b"f"), "half the padding"),
            ("Zm9v====", None, "padding alone"),
            ("Zm=v", None, "padding in the middle"),
            ("Zm 9v", None, "a space"),
            ("+_8", None, "both alphabets"),
        ];
        for (text, expected, why) in rows {
            assert_eq!(decode(text).as_deref(), expected, "{text:?}: {why}");
        }
    }
}
