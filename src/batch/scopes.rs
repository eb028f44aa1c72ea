//! The scopes of a batch.

use crate::span::{Scope, SpanEncoder};

/// The most scopes of a batch, and the number whose encoded heads are kept. A process has one for each instrumentation, so a dozen is usual;
/// a batch is closed before it gets more.
pub(super) const MAX_SCOPES: usize = 64;

/// Marks that a scope has no segment yet.
pub(super) const NO_SEGMENT: u32 = u32::MAX;

/// A scope with what its group in the batch looks like so far.
#[derive(Debug)]
pub(super) struct Group {
    scope: Scope,
    /// What the content of the group begins with, encoded once and kept from batch to batch.
    pub(super) head: Vec<u8>,
    /// The bytes of its spans.
    pub(super) span_bytes: usize,
    /// The first segment of its spans; [`NO_SEGMENT`] in a batch that has none of them.
    pub(super) first: u32,
    /// The last of them.
    pub(super) last: u32,
}

impl Group {
    /// The length of the group's content with `more` bytes of spans.
    pub(super) fn content_len(&self, more: usize) -> usize {
        self.head.len() + self.span_bytes + more
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first == NO_SEGMENT
    }
}

/// The scopes seen, each with its group.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    groups: Vec<Group>,
    /// The one found last: spans of a scope come in runs.
    recent: usize,
}

impl Scopes {
    /// The group of `scope`, made when it is new: in the place of one that the batch does not use when there are many.
    pub(super) fn find(&mut self, scope: &Scope, encoder: &impl SpanEncoder) -> &mut Group {
        if self.groups.get(self.recent).is_none_or(|group| group.scope != *scope) {
            self.recent = match self.groups.iter().position(|group| group.scope == *scope) {
                Some(index) => index,
                None => self.insert(scope, encoder),
            };
        }
        &mut self.groups[self.recent]
    }

    fn insert(&mut self, scope: &Scope, encoder: &impl SpanEncoder) -> usize {
        let mut head = Vec::new();
        encoder.append_scope(scope, &mut head);
        let group = Group { scope: scope.clone(), head, span_bytes: 0, first: NO_SEGMENT, last: NO_SEGMENT };
        if self.groups.len() >= MAX_SCOPES
            && let Some(unused) = self.groups.iter().position(Group::is_empty)
        {
            self.groups[unused] = group;
            return unused;
        }
        self.groups.push(group);
        self.groups.len() - 1
    }

    /// Whether as many groups have spans as a batch may have.
    pub(super) fn is_full(&self) -> bool {
        self.groups.len() >= MAX_SCOPES && self.filled().count() >= MAX_SCOPES
    }

    /// The groups that have spans.
    pub(super) fn filled(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| !group.is_empty())
    }

    /// Empties each group and keeps the scopes.
    pub(super) fn clear(&mut self) {
        for group in &mut self.groups {
            group.span_bytes = 0;
            group.first = NO_SEGMENT;
            group.last = NO_SEGMENT;
        }
    }
}
