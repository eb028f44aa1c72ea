//! Drains the ring of one arena.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::clock::ThreadClock;
use super::dictionary::Dictionary;
use super::layout::{R_VALUES, RECORD_MAX_BYTES, RECORD_SPAN, RECORD_WRAP, RING_BYTES, SLOT_BYTES, WAKE_BYTES};
use super::memory::Arena;
use super::record::{Malformed, decode};
use crate::span::{Attribute, FinishedSpan};

/// The tail is published at least this often while draining, so that a full ring gets room early.
const RELEASE_BYTES: u32 = 64 * 1024;
/// Every record starts at a multiple of this many bytes.
const RECORD_ALIGNMENT: u32 = 8;
/// The least bytes of a record.
const RECORD_MIN_BYTES: u32 = R_VALUES * 4;

/// What one call of [`Reader::drain`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Records read as spans.
    pub spans: u64,
    /// Records that could not be read, those skipped with an overwritten ring included.
    pub malformed: u64,
    /// Why the last of those could not be read.
    pub reason: Option<Malformed>,
    /// Whether the ring was empty at the end (else the bound was reached).
    pub emptied: bool,
}

/// The one reader of an arena.
pub struct Reader {
    arena: Arc<Arena>,
    dictionary: Dictionary,
    clock: ThreadClock,
    tail: u32,
    /// A head that cannot be one, seen at the last look.
    doubtful_head: Option<u32>,
    /// Records taken from the ring so far, well formed or not; the writer's count of published records is its other side.
    taken: u64,
    record: Vec<u32>,
    /// Room for the attributes of the next span.
    spare: Vec<Attribute<'static>>,
}

impl Reader {
    /// The reader of `arena`, whose thread's clock is `clock`.
    #[must_use]
    pub fn new(arena: Arc<Arena>, clock: ThreadClock) -> Self {
        Self {
            arena,
            dictionary: Dictionary::default(),
            clock,
            tail: 0,
            doubtful_head: None,
            taken: 0,
            record: Vec::with_capacity(256),
            spare: Vec::new(),
        }
    }

    /// The arena that is read.
    #[must_use]
    pub fn arena(&self) -> &Arc<Arena> {
        &self.arena
    }

    /// Records taken from the ring so far.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether everything published was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.published() == self.tail
    }

    /// The position behind the last published record.
    ///
    /// A head that cannot be one was written over. It is taken as nothing new, since the writer's next record sets it right.
    #[must_use]
    pub fn published(&self) -> u32 {
        let head = self.arena.header().head.load(Ordering::SeqCst);
        if self.is_plausible(head) { head } else { self.tail }
    }

    /// Whether everything before a [`published`](Self::published) position was read.
    #[must_use]
    pub fn has_read(&self, position: u32) -> bool {
        self.tail.wrapping_sub(position).cast_signed() >= 0
    }

    fn is_plausible(&self, head: u32) -> bool {
        head.is_multiple_of(RECORD_ALIGNMENT) && head.wrapping_sub(self.tail) <= RING_BYTES
    }

    /// Reads what was published, at most about `max_bytes` of it, and gives each span to `each`.
    pub fn drain(&mut self, max_bytes: u32, mut each: impl FnMut(&FinishedSpan<'_>)) -> Drained {
        let mut drained = Drained::default();
        let arena = Arc::clone(&self.arena);
        let header = arena.header();
        let head = header.head.load(Ordering::SeqCst);
        if head == self.tail {
            drained.emptied = true;
            return drained;
        }
        if !self.is_plausible(head) {
            // One that has moved since is the writer's: it was misled about the tail, and has written over what was not read.
            let moved = self.doubtful_head.replace(head).is_some_and(|before| before != head);
            if moved && head.is_multiple_of(RECORD_ALIGNMENT) {
                self.give_up_to(head, &mut drained);
                header.tail.store(self.tail, Ordering::Release);
            }
            drained.emptied = true;
            return drained;
        }
        self.doubtful_head = None;
        self.clock.follow();
        // What a published record refers to was published before it.
        if let Err(reason) = self.dictionary.read_to(arena.dictionary(), header.dictionary_length.load(Ordering::Acquire)) {
            drained.reason = Some(reason);
        }
        let (begin, mut released) = (self.tail, self.tail);
        while self.tail != head && self.tail.wrapping_sub(begin) < max_bytes {
            match self.copy_record(head) {
                Some(Copied::Span) => {
                    self.taken += 1;
                    match decode(&self.record, &self.dictionary, &self.clock, std::mem::take(&mut self.spare)) {
                        Ok(span) => {
                            drained.spans += 1;
                            each(&span);
                            self.spare = emptied(span.attributes);
                        }
                        Err(reason) => {
                            drained.malformed += 1;
                            drained.reason = Some(reason);
                        }
                    }
                }
                Some(Copied::Wrap) => {}
                None => self.give_up_to(head, &mut drained),
            }
            if self.tail.wrapping_sub(released) >= RELEASE_BYTES {
                released = self.tail;
                header.tail.store(self.tail, Ordering::Release);
            }
        }
        header.tail.store(self.tail, Ordering::Release);
        drained.emptied = self.tail == head;
        drained
    }

    /// The ring was overwritten and nothing tells where the next record begins, so all that was published is given up.
    ///
    /// A writer at work may have counted a record that it had not published when the head was read; the bytes say how many there can be.
    fn give_up_to(&mut self, head: u32, drained: &mut Drained) {
        let room = u64::from(head.wrapping_sub(self.tail) / RECORD_MIN_BYTES);
        let lost = self.arena.counts().published.saturating_sub(self.taken).min(room);
        drained.malformed += lost;
        drained.reason = Some(Malformed::Overwritten { position: self.tail });
        self.taken += lost;
        self.tail = head;
    }

    /// Decodes a record that was handed over by a call, outside the ring.
    ///
    /// # Errors
    /// When the record is not one.
    pub fn read_submitted(&mut self, bytes: &[u8], each: impl FnOnce(&FinishedSpan<'_>)) -> Result<(), Malformed> {
        self.clock.follow();
        let published = self.arena.header().dictionary_length.load(Ordering::Acquire);
        self.dictionary.read_to(self.arena.dictionary(), published)?;
        self.record.clear();
        self.record
            .extend(bytes.chunks_exact(4).take(RECORD_MAX_BYTES as usize / 4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])));
        each(&decode(&self.record, &self.dictionary, &self.clock, Vec::new())?);
        Ok(())
    }

    /// Asks to be woken at the next record. Returns false when there is one already.
    #[must_use]
    pub fn sleep(&self) -> bool {
        self.wake_at(self.tail.wrapping_add(1))
    }

    /// Asks to be woken only when [`WAKE_BYTES`] wait. Returns false when they do already.
    #[must_use]
    pub fn nap(&self) -> bool {
        self.wake_at(self.tail.wrapping_add(WAKE_BYTES))
    }

    /// Store first, look second; the writer publishes first and looks second. With both sequentially consistent, one of the two sees the other.
    fn wake_at(&self, position: u32) -> bool {
        let header = self.arena.header();
        // A tail that was written over would mislead the writer until the next record is read.
        header.tail.store(self.tail, Ordering::Release);
        header.wake_at.store(position, Ordering::SeqCst);
        self.published().wrapping_sub(position).cast_signed() < 0
    }

    /// Copies the record at the tail and steps over it; `None` when there is none.
    fn copy_record(&mut self, head: u32) -> Option<Copied> {
        let ring = self.arena.ring();
        let offset = self.tail & (RING_BYTES - 1);
        let index = (offset / 4) as usize;
        let first = ring.get(index)?.load(Ordering::Relaxed);
        let (kind, bytes) = (first & 0xFF, first >> 8);
        let available = head.wrapping_sub(self.tail);
        if bytes < RECORD_ALIGNMENT || !bytes.is_multiple_of(RECORD_ALIGNMENT) || bytes > available || bytes > RING_BYTES - offset {
            return None;
        }
        let copied = match kind {
            RECORD_SPAN if bytes <= SLOT_BYTES => {
                let words = ring.get(index..index + (bytes / 4) as usize)?;
                self.record.clear();
                self.record.extend(words.iter().map(|word| word.load(Ordering::Relaxed)));
                Copied::Span
            }
            RECORD_WRAP if bytes == RING_BYTES - offset => Copied::Wrap,
            _ => return None,
        };
        self.tail = self.tail.wrapping_add(bytes);
        Some(copied)
    }
}

enum Copied {
    Span,
    Wrap,
}

/// The allocation of a list for the next one: the standard library collects into the place that it takes from.
fn emptied(mut attributes: Vec<Attribute<'_>>) -> Vec<Attribute<'static>> {
    attributes.clear();
    attributes.into_iter().map(|_| unreachable!("it was cleared")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Value;

    #[test]
    fn a_list_of_attributes_keeps_its_allocation() {
        let mut attributes = Vec::with_capacity(8);
        attributes.push(Attribute { key: "key", value: Value::I64(1) });
        let place = attributes.as_ptr().addr();
        let next = emptied(attributes);
        assert_eq!((next.len(), next.capacity(), next.as_ptr().addr()), (0, 8, place));
    }
}
