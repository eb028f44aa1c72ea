//! Allocations of request bodies, used again.

use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// How many allocations are kept: a batch that is closed while the one before it is sent needs a second.
const MAX_KEPT: usize = 2;
/// Allocations are multiples of this. Smaller ones are the allocator's to find again.
const STEP_BYTES: usize = 64 * 1024;

/// Allocations of bodies that were sent, for the bodies to come.
///
/// A busy service makes a body of half a megabyte several times a second. Each from the system, its pages cost more than what is written to them; each
/// from the allocator, holes of that size are left between smaller things and never given back.
#[derive(Debug, Clone, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    /// An empty allocation of at least `len` bytes, and of not many more.
    pub fn take(&self, len: usize) -> Vec<u8> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |spare: &Vec<u8>| (len..=len.saturating_mul(2)).contains(&spare.capacity());
        match kept.iter().position(fits) {
            Some(at) => kept.swap_remove(at),
            None => {
                // What does not fit what is needed now would only lie there.
                kept.retain(|spare| spare.capacity() > len);
                // Bodies of one service are about as long as each other, hardly ever exactly.
                Vec::with_capacity(if len < STEP_BYTES { len } else { len.next_multiple_of(STEP_BYTES) })
            }
        }
    }

    /// The body, whose allocation comes back here when nobody has a part of it any more.
    pub fn lend(&self, body: Vec<u8>) -> Bytes {
        if body.capacity() < STEP_BYTES {
            return Bytes::from(body);
        }
        Bytes::from_owner(Lent { body, home: self.clone() })
    }

    /// Gives all that is kept back to the system.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

struct Lent {
    body: Vec<u8>,
    home: Spare,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        let mut kept = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT {
            kept.push(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(spare: &Spare, len: usize) -> Bytes {
        let mut body = spare.take(len);
        body.resize(len, 7);
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
        assert_eq!(spare.0.lock().unwrap().len(), MAX_KEPT);
        assert!(spare.take(10_000).capacity() < 100_000);
        drop((0..2).map(|_| full(&spare, 100_000)).collect::<Vec<_>>());
        drop(full(&spare, 1_000_000));
        assert!(spare.0.lock().unwrap().iter().all(|kept| kept.capacity() >= 1_000_000), "the smaller ones made room");
        spare.clear();
        assert!(spare.0.lock().unwrap().is_empty());
    }
}
