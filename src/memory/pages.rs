//! Zeroed memory of whole pages, which costs nothing before it is written.

#[cfg(not(unix))]
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::io;
use std::ptr::NonNull;

/// Pages of this process, given back when this is dropped.
///
/// On Unix they are mapped, not allocated: an allocator zeroes what is aligned wider than its usual by writing to all of it, and once such a piece
/// was freed it holds on to more memory of the whole process from then on.
#[derive(Debug)]
pub struct Pages {
    start: NonNull<u8>,
    bytes: usize,
}

#[cfg(unix)]
impl Pages {
    /// Maps at least `bytes`, which is not zero.
    ///
    /// # Errors
    /// When the system has no memory.
    pub fn zeroed(bytes: usize) -> io::Result<Self> {
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping at an address of the kernel's choice touches no other memory.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), bytes, access, kind, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast::<u8>()).ok_or(io::ErrorKind::OutOfMemory)?;
        // Of a large page all would be there from the first byte on. Where that is no word of the kernel's, nothing is lost.
        #[cfg(target_os = "linux")]
        // SAFETY: the range is the mapping that was just made; the advice does not change what it holds.
        unsafe {
            libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_NOHUGEPAGE);
        }
        Ok(Self { start, bytes })
    }
}

// SAFETY: memory of the process, which belongs to whoever has this; nothing in it is bound to a thread.
unsafe impl Send for Pages {}
// SAFETY: through a shared reference nothing can be done but asking where it is and how long.
unsafe impl Sync for Pages {}

#[cfg(unix)]
impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: mapped by `zeroed` with this length, unmapped once.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) };
    }
}

#[cfg(not(unix))]
impl Pages {
    const ALIGNMENT: usize = 4096;

    /// Allocates `bytes`, which are not zero.
    ///
    /// # Errors
    /// When the system has no memory.
    pub fn zeroed(bytes: usize) -> io::Result<Self> {
        let layout = Layout::from_size_align(bytes, Self::ALIGNMENT).map_err(io::Error::other)?;
        // SAFETY: the layout has a size that is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, bytes })
    }
}

#[cfg(not(unix))]
impl Drop for Pages {
    fn drop(&mut self) {
        if let Ok(layout) = Layout::from_size_align(self.bytes, Self::ALIGNMENT) {
            // SAFETY: allocated by `zeroed` with the same layout, freed once.
            unsafe { dealloc(self.start.as_ptr(), layout) };
        }
    }
}

impl Pages {
    /// The bytes asked for.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Where they start, aligned to a page.
    pub fn start(&self) -> NonNull<u8> {
        self.start
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Resident pages of this range, as the kernel says.
    fn resident(pages: &Pages) -> usize {
        let mut map = vec![0u8; pages.bytes / 4096];
        // SAFETY: the range is mapped and a multiple of a page, and the map has a byte for each of its pages.
        assert_eq!(unsafe { libc::mincore(pages.start().as_ptr().cast(), pages.bytes, map.as_mut_ptr()) }, 0);
        map.iter().filter(|&&page| page & 1 == 1).count()
    }

    #[test]
    fn pages_cost_memory_only_once_they_are_written() {
        let pages = Pages::zeroed(4 << 20).expect("memory");
        assert_eq!(resident(&pages), 0);
        // SAFETY: the byte is inside the mapping, and nothing else refers to it.
        unsafe { pages.start().as_ptr().add(1 << 20).write(1) };
        assert_eq!(resident(&pages), 1);
    }
}
