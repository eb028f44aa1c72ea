//! Bytes in pages of their own.

use super::Pages;
use std::io;

/// A buffer of fixed capacity, which goes back to the system the moment it is dropped. From an allocator, a buffer of half a megabyte leaves a hole that the process
/// keeps.
#[derive(Debug)]
pub struct PageBuffer {
    pages: Pages,
    len: usize,
}

impl PageBuffer {
    /// An empty buffer for `capacity` bytes, which is not zero.
    ///
    /// # Errors
    /// When the system has no memory.
    pub fn with_capacity(capacity: usize) -> io::Result<Self> {
        Ok(Self { pages: Pages::zeroed(capacity)?, len: 0 })
    }

    /// The bytes that it has room for.
    pub fn capacity(&self) -> usize {
        self.pages.len()
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends bytes.
    ///
    /// # Panics
    /// When there is no room for them.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        assert!(bytes.len() <= self.capacity() - self.len, "a page buffer does not grow");
        // SAFETY: the bytes from `len` on are inside the pages, as asserted, and belong to this buffer alone, so that `bytes` is elsewhere.
        unsafe { self.pages.start().as_ptr().add(self.len).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        self.len += bytes.len();
    }
}

impl AsRef<[u8]> for PageBuffer {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the first `len` bytes are inside the pages and were written; who may change them has the only reference to this.
        unsafe { std::slice::from_raw_parts(self.pages.start().as_ptr(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_appended_up_to_the_capacity() {
        let mut buffer = PageBuffer::with_capacity(8).expect("memory");
        buffer.extend_from_slice(b"abc");
        buffer.extend_from_slice(b"");
        buffer.extend_from_slice(b"defgh");
        assert_eq!((buffer.as_ref(), buffer.capacity()), (b"abcdefgh".as_slice(), 8));
        buffer.clear();
        buffer.extend_from_slice(b"x");
        assert_eq!(buffer.as_ref(), b"x");
    }

    #[test]
    #[should_panic(expected = "does not grow")]
    fn it_does_not_write_past_its_end() {
        let mut buffer = PageBuffer::with_capacity(8).expect("memory");
        buffer.extend_from_slice(b"abcdef");
        buffer.extend_from_slice(b"ghi");
    }
}
