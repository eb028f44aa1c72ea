//! Room for what a span usually is, made once, so that its fields are written without asking for more each time.
//!
//! A vector keeps its length in memory: each append waits for the one before to have stored it. Here the position is a register, and twenty strings
//! of a span are moved without a call. A third of the time of a span's encoding went into those two.

use super::wire::varint_len;

/// The most that is written behind the end of what is appended; it is written over next, or cut off.
const SLACK: usize = 32;
/// A tag and a length of less than 4 GiB.
pub(super) const MAX_FIELD_HEAD: usize = 6;

/// Room in a vector, and how much of it is written.
pub(super) struct Room<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

/// Appends what `fill` writes, at most `bound` bytes.
#[inline(always)]
pub(super) fn put_in_room(out: &mut Vec<u8>, bound: usize, fill: impl FnOnce(&mut Room<'_>)) {
    let begin = out.len();
    out.resize(begin + bound + SLACK, 0);
    let mut room = Room { bytes: &mut out[begin..], at: 0 };
    fill(&mut room);
    let end = begin + room.at;
    out.truncate(end);
}

impl Room<'_> {
    /// Appends bytes whose number is known when this is compiled.
    #[inline(always)]
    pub fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes[self.at..self.at + N].copy_from_slice(&bytes);
        self.at += N;
    }

    /// Appends bytes: up to 32, as most keys and values have, by two moves of fixed size that may overlap.
    #[inline(always)]
    pub fn put_bytes(&mut self, bytes: &[u8]) {
        let len = bytes.len();
        let to = &mut self.bytes[self.at..];
        if len > SLACK {
            to[..len].copy_from_slice(bytes);
        } else if len >= 16 {
            copy_ends::<16>(to, bytes);
        } else if len >= 8 {
            copy_ends::<8>(to, bytes);
        } else if len >= 4 {
            copy_ends::<4>(to, bytes);
        } else {
            to[..3].iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        }
        self.at += len;
    }

    /// Appends a tag and a varint.
    #[inline(always)]
    pub fn put_varint(&mut self, tag: u8, value: u64) {
        if value < 0x80 {
            self.put([tag, value as u8]);
        } else {
            self.put_long_varint(tag, value);
        }
    }

    #[inline(never)]
    fn put_long_varint(&mut self, tag: u8, mut value: u64) {
        self.put([tag]);
        for _ in 1..varint_len(value) {
            self.put([value as u8 | 0x80]);
            value >>= 7;
        }
        self.put([value as u8]);
    }

    /// Appends a length-delimited field.
    #[inline(always)]
    pub fn put_field(&mut self, tag: u8, bytes: &[u8]) {
        self.put_varint(tag, bytes.len() as u64);
        self.put_bytes(bytes);
    }
}

/// Copies the first and the last `N` bytes of `from`, which together are all of it.
#[inline(always)]
fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    let last = from.len() - N;
    to[..N].copy_from_slice(&from[..N]);
    to[last..last + N].copy_from_slice(&from[last..]);
}

#[cfg(test)]
mod tests {
    use super::super::wire::put_varint;
    use super::*;

    #[test]
    fn fields_of_all_lengths_fit_the_room_that_is_made_for_them() {
        let bytes: Vec<u8> = (0..=255).cycle().take(20_000).collect();
        for len in (0..300).chain([16_383, 16_384, 20_000]) {
            let (mut out, mut expected) = (vec![9, 9], vec![9, 9]);
            put_in_room(&mut out, MAX_FIELD_HEAD + len, |room| room.put_field(7, &bytes[..len]));
            expected.push(7);
            put_varint(&mut expected, len as u64);
            expected.extend_from_slice(&bytes[..len]);
            assert!(out == expected, "length {len}");
        }
    }

    #[test]
    fn a_varint_takes_at_most_eleven_bytes_with_its_tag() {
        for bits in 0..64 {
            let (mut out, mut expected) = (Vec::new(), vec![7]);
            put_in_room(&mut out, 11, |room| room.put_varint(7, u64::MAX >> bits));
            put_varint(&mut expected, u64::MAX >> bits);
            assert_eq!(out, expected);
        }
    }
}
