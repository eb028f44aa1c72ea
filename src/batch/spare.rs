//! Memory of request bodies, used again.

use crate::memory::PageBuffer;
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// Pages are taken in multiples of this. Smaller bodies are the allocator's.
const STEP_BYTES: usize = 64 * 1024;

/// Pages of bodies that were sent, for the bodies to come.
///
/// A busy service makes a body of half a megabyte several times a second. Each from the system, its pages cost more than what is written to them; each
/// from the allocator, holes of that size are left between smaller things and never given back. One is kept: where bodies overlap all the time, as many
/// as overlap go round; a second one that lay here would have been needed once.
#[derive(Debug, Clone, Default)]
pub(super) struct Spare(Arc<Mutex<Option<PageBuffer>>>);

/// A body that is being written.
#[derive(Debug)]
pub(super) enum Body {
    /// Of less than [`STEP_BYTES`], or where the system has no more pages.
    Allocated(Vec<u8>),
    /// Of more.
    InPages(PageBuffer),
}

impl Body {
    /// Appends bytes, of no more in all than were asked for.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        match self {
            Self::Allocated(body) => body.extend_from_slice(bytes),
            Self::InPages(body) => body.extend_from_slice(bytes),
        }
    }
}

impl Spare {
    /// An empty body with room for `len` bytes.
    pub fn take(&self, len: usize) -> Body {
        if len < STEP_BYTES {
            return Body::Allocated(Vec::with_capacity(len));
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spare) = kept.take_if(|spare| (len..=len.saturating_mul(2)).contains(&spare.capacity())) {
            return Body::InPages(spare);
        }
        // What does not fit what is needed now would only lie there.
        kept.take_if(|spare| spare.capacity() <= len);
        // Bodies of one service are about as long as each other, hardly ever exactly.
        PageBuffer::with_capacity(len.next_multiple_of(STEP_BYTES)).map_or_else(|_| Body::Allocated(Vec::with_capacity(len)), Body::InPages)
    }

    /// The body, whose pages come back here when nobody has a part of it any more.
    pub fn lend(&self, body: Body) -> Bytes {
        match body {
            Body::Allocated(body) => Bytes::from(body),
            Body::InPages(body) => Bytes::from_owner(Lent { body: Some(body), home: self.clone() }),
        }
    }

    /// Gives all that is kept back to the system.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

struct Lent {
    /// There until this is dropped.
    body: Option<PageBuffer>,
    home: Spare,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.body.as_ref().map_or(&[], PageBuffer::as_ref)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut body) = self.body.take() else { return };
        body.clear();
        self.home.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(spare: &Spare, len: usize) -> Bytes {
        let mut body = spare.take(len);
        body.extend_from_slice(&vec![7; len]);
        spare.lend(body)
    }

    fn place(body: &[u8]) -> usize {
        body.as_ptr().addr()
    }

    #[test]
    fn an_allocation_is_used_again_once_its_body_is_gone() {
        let spare = Spare::default();
        let first = full(&spare, 100_000);
        let (first_place, part) = (place(&first), first.slice(5..10));
        drop(first);
        let second = full(&spare, 100_000);
        assert_ne!(place(&second), first_place, "a part of the first is still in use");
        drop(part);
        assert_eq!(place(&full(&spare, 110_000)), first_place);
    }

    #[test]
    fn little_is_kept_and_nothing_that_is_much_too_large() {
        let spare = Spare::default();
        let bodies: Vec<_> = (0..5).map(|_| full(&spare, 100_000)).collect();
        drop(bodies);
        assert!(spare.0.lock().unwrap().is_some());
        assert!(matches!(spare.take(10_000), Body::Allocated(_)));
        assert!(matches!(spare.take(70_000), Body::InPages(body) if body.capacity() < 140_000));
        drop((0..2).map(|_| full(&spare, 100_000)).collect::<Vec<_>>());
        drop(full(&spare, 1_000_000));
        assert!(spare.0.lock().unwrap().iter().all(|kept| kept.capacity() >= 1_000_000), "the smaller ones made room");
        spare.clear();
        assert!(spare.0.lock().unwrap().is_none());
    }
}
