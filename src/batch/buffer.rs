//! The open batch: encoded spans in one buffer, in the order they came, chained by scope.

use super::scopes::{Group, NO_SEGMENT, Scopes};
use super::spare::Spare;
use crate::span::{FinishedSpan, Scope, SpanEncoder};
use bytes::Bytes;

/// Room for most batches. What is not written of it costs no memory; the buffers on the way there, each twice as long, would leave holes.
const FIRST_CAPACITY: usize = 1024 * 1024;

/// A run of spans of one scope in the buffer.
#[derive(Debug, Clone, Copy)]
struct Segment {
    start: usize,
    end: usize,
    /// The next segment of the same scope.
    next: u32,
}

/// One buffer for the spans of all scopes, so that its memory is bounded by the batch's bytes whatever the scopes are, and is used again for
/// each batch. Closing copies each run of spans once, into a body of about its size.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    spare: Spare,
    segments: Vec<Segment>,
    scopes: Scopes,
    /// The groups that have spans, heads and content.
    groups_len: usize,
    spans: u32,
}

impl Buffer {
    pub(super) fn spans(&self) -> u32 {
        self.spans
    }

    /// The bytes of the spans, a staged one included.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The length of the body that [`close`](Self::close) would make; 0 without spans.
    pub(super) fn body_len(&self, encoder: &impl SpanEncoder) -> usize {
        if self.spans == 0 { 0 } else { encoder.body_head_len(self.groups_len) + self.groups_len }
    }

    /// Writes a span behind the others without making it one of them, and returns where it begins.
    pub(super) fn stage(&mut self, span: &FinishedSpan<'_>, encoder: &impl SpanEncoder) -> usize {
        let start = self.bytes.len();
        if self.bytes.capacity() == 0 {
            self.bytes.reserve(FIRST_CAPACITY);
        }
        encoder.append_span(span, &mut self.bytes);
        start
    }

    /// The length of the body that has the staged span alone.
    pub(super) fn body_len_alone(&mut self, scope: &Scope, start: usize, encoder: &impl SpanEncoder) -> usize {
        let content_len = self.scopes.find(scope, encoder).head.len() + self.bytes.len() - start;
        let groups_len = framed(content_len, encoder);
        encoder.body_head_len(groups_len) + groups_len
    }

    /// Makes the staged span one of the batch's, unless the body would be longer than `max_bytes` or the batch has as many scopes as it may have.
    pub(super) fn keep_within(&mut self, max_bytes: usize, scope: &Scope, start: usize, encoder: &impl SpanEncoder) -> bool {
        let end = self.bytes.len();
        let full = self.scopes.is_full();
        let group = self.scopes.find(scope, encoder);
        let groups_len = self.groups_len + growth(group, end - start, encoder);
        if (full && group.is_empty()) || encoder.body_head_len(groups_len) + groups_len > max_bytes {
            return false;
        }
        self.groups_len = groups_len;
        group.span_bytes += end - start;
        self.spans += 1;
        let newest = self.segments.len() as u32;
        if !group.is_empty() && group.last + 1 == newest {
            self.segments[group.last as usize].end = end;
            return true;
        }
        if group.is_empty() {
            group.first = newest;
        } else {
            self.segments[group.last as usize].next = newest;
        }
        group.last = newest;
        self.segments.push(Segment { start, end, next: NO_SEGMENT });
        true
    }

    /// Forgets the staged span.
    pub(super) fn unstage(&mut self, start: usize) {
        self.bytes.truncate(start);
    }

    /// The body of what was kept, with nothing of it left here but a staged span from `staged` on, which moves to the front.
    pub(super) fn close(&mut self, staged: usize, encoder: &impl SpanEncoder) -> Bytes {
        let mut body = self.spare.take(self.body_len(encoder));
        let mut head = Vec::new();
        encoder.append_body_head(self.groups_len, &mut head);
        for group in self.scopes.filled() {
            encoder.append_group_head(group.content_len(0), &mut head);
            body.extend_from_slice(&head);
            head.clear();
            body.extend_from_slice(&group.head);
            let mut index = group.first;
            while index != NO_SEGMENT {
                let segment = self.segments[index as usize];
                body.extend_from_slice(&self.bytes[segment.start..segment.end]);
                index = segment.next;
            }
        }
        self.bytes.drain(..staged);
        self.segments.clear();
        self.scopes.clear();
        self.groups_len = 0;
        self.spans = 0;
        self.spare.lend(body)
    }

    /// Gives back what is only kept to be used again.
    pub(super) fn rest(&mut self) {
        self.spare.clear();
        if self.bytes.is_empty() {
            self.bytes = Vec::new();
        }
    }

    /// Gives memory back that a huge span needed and no usual batch does.
    pub(super) fn shrink_to(&mut self, max_bytes: usize) {
        if self.bytes.capacity() > 2 * max_bytes {
            self.bytes.shrink_to(max_bytes);
        }
    }
}

/// What `added` bytes of spans add to the length of all groups.
fn growth(group: &Group, added: usize, encoder: &impl SpanEncoder) -> usize {
    let before = if group.is_empty() { 0 } else { framed(group.content_len(0), encoder) };
    framed(group.content_len(added), encoder) - before
}

/// The length of a group with its head.
fn framed(content_len: usize, encoder: &impl SpanEncoder) -> usize {
    encoder.group_head_len(content_len) + content_len
}
