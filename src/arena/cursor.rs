//! Reads values from the words of a record.

use super::dictionary::Dictionary;
use super::layout::{
    MAX_DEPTH, TAG_ARRAY, TAG_BITS, TAG_BOOL, TAG_BYTES, TAG_DOUBLE, TAG_INT, TAG_INT_WIDE, TAG_MAP, TAG_NULL, TAG_STRING, TAG_STRING_REF,
};
use super::record::Malformed;
use crate::span::{Attribute, Value};

/// The bits of a value word that hold the tag.
const TAG_MASK: u32 = (1 << TAG_BITS) - 1;

/// A position in a record's words. Every read is checked against the end.
pub(super) struct Cursor<'a> {
    words: &'a [u32],
    position: usize,
    dictionary: &'a Dictionary,
}

impl<'a> Cursor<'a> {
    pub fn new(words: &'a [u32], dictionary: &'a Dictionary) -> Self {
        Self { words, position: 0, dictionary }
    }

    #[inline]
    pub fn word(&mut self) -> Result<u32, Malformed> {
        let word = *self.words.get(self.position).ok_or_else(|| self.short(1))?;
        self.position += 1;
        Ok(word)
    }

    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u32; N], Malformed> {
        let (words, _) = self.words.get(self.position..).and_then(<[u32]>::split_first_chunk::<N>).ok_or_else(|| self.short(N))?;
        self.position += N;
        Ok(*words)
    }

    pub fn double(&mut self) -> Result<f64, Malformed> {
        let [low, high] = self.array::<2>()?;
        Ok(f64::from_bits(u64::from(low) | u64::from(high) << 32))
    }

    #[inline]
    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let words = length.div_ceil(4);
        let end = self.position.checked_add(words).filter(|&end| end <= self.words.len()).ok_or_else(|| self.short(words))?;
        let bytes = as_bytes(&self.words[self.position..end]);
        self.position = end;
        Ok(&bytes[..length])
    }

    /// A string value: interned or in line.
    #[inline]
    pub fn string(&mut self) -> Result<&'a str, Malformed> {
        let word = self.word()?;
        let payload = word >> TAG_BITS;
        match word & TAG_MASK {
            TAG_STRING_REF => self.dictionary.string(payload),
            TAG_STRING => self.text(payload),
            _ => Err(Malformed::Value { position: self.position }),
        }
    }

    #[inline]
    fn text(&mut self, length: u32) -> Result<&'a str, Malformed> {
        let bytes = self.bytes(length as usize)?;
        std::str::from_utf8(bytes).map_err(|_| Malformed::Value { position: self.position })
    }

    /// Reads a value and gives it to `each`. Not returned: a value that travels through a `Result` is copied in pieces of other sizes than it was
    /// written in, for which the processor waits each time. It was half of the time of a record.
    #[inline(always)]
    pub fn value(&mut self, depth: u32, each: impl FnOnce(Value<'a>)) -> Result<(), Malformed> {
        let word = self.word()?;
        let payload = word >> TAG_BITS;
        match word & TAG_MASK {
            TAG_STRING_REF => each(Value::Str(self.dictionary.string(payload)?)),
            TAG_STRING => each(Value::Str(self.text(payload)?)),
            TAG_INT => each(Value::I64(i64::from(word.cast_signed() >> TAG_BITS))),
            _ => each(self.rare_value(word, depth)?),
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn rare_value(&mut self, word: u32, depth: u32) -> Result<Value<'a>, Malformed> {
        let payload = word >> TAG_BITS;
        Ok(match word & TAG_MASK {
            TAG_NULL => Value::Null,
            #[expect(clippy::cast_possible_truncation, reason = "the writer sends whole numbers only; anything else saturates")]
            TAG_INT_WIDE => Value::I64(self.double()? as i64),
            TAG_DOUBLE => Value::F64(self.double()?),
            TAG_BOOL => Value::Bool(payload != 0),
            TAG_BYTES => Value::Bytes(self.bytes(payload as usize)?),
            TAG_ARRAY if depth < MAX_DEPTH => {
                let mut values = Vec::with_capacity(self.plausible(payload)?);
                for _ in 0..payload {
                    self.value(depth + 1, |value| values.push(value))?;
                }
                Value::Array(values)
            }
            TAG_MAP if depth < MAX_DEPTH => {
                let mut entries = Vec::new();
                self.attributes(payload, depth + 1, &mut entries)?;
                Value::Map(entries)
            }
            _ => return Err(Malformed::Value { position: self.position }),
        })
    }

    /// Appends `count` keys with their values.
    pub fn attributes(&mut self, count: u32, depth: u32, attributes: &mut Vec<Attribute<'a>>) -> Result<(), Malformed> {
        attributes.reserve(self.plausible(count)?);
        for _ in 0..count {
            let key = self.string()?;
            self.value(depth, |value| attributes.push(Attribute { key, value }))?;
        }
        Ok(())
    }

    /// A count of things of at least one word each cannot pass the words that are left: an allocation is bounded by the record.
    #[inline]
    pub fn plausible(&self, count: u32) -> Result<usize, Malformed> {
        let count = count as usize;
        if count <= self.words.len() - self.position { Ok(count) } else { Err(self.short(count)) }
    }

    #[cold]
    fn short(&self, needed: usize) -> Malformed {
        Malformed::Short { position: self.position, needed, length: self.words.len() }
    }
}

/// The bytes of words, in memory order: the writer put the bytes there one by one.
pub(super) fn as_bytes(words: &[u32]) -> &[u8] {
    // SAFETY: u32 has no padding, every byte is initialised, u8 needs no alignment, and the length in bytes is that of the same slice.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast::<u8>(), size_of_val(words)) }
}
