//! What a batch asks of a wire format.

use super::{FinishedSpan, Scope};

/// A wire format that groups spans by scope under one resource, appended piece by piece.
///
/// The batch stage is written against this trait, so that it knows no format and the format knows no batch; `pipeline` joins the two.
/// A body is `body_head(groups)`, then for each scope `group_head(content)`, the content being what [`append_scope`](Self::append_scope)
/// and [`append_span`](Self::append_span) appended for it. Nothing follows, so that a piece is never moved once it is written.
pub trait SpanEncoder {
    /// Appends one span.
    fn append_span(&self, span: &FinishedSpan<'_>, out: &mut Vec<u8>);
    /// Appends what the content of a scope's group begins with.
    fn append_scope(&self, scope: &Scope, out: &mut Vec<u8>);
    /// Appends the framing of a group with this many bytes of content.
    fn append_group_head(&self, content_len: usize, out: &mut Vec<u8>);
    /// The bytes that [`append_group_head`](Self::append_group_head) appends.
    fn group_head_len(&self, content_len: usize) -> usize;
    /// Appends the resource and the framing of a body whose groups, heads included, take this many bytes.
    fn append_body_head(&self, groups_len: usize, out: &mut Vec<u8>);
    /// The bytes that [`append_body_head`](Self::append_body_head) appends.
    fn body_head_len(&self, groups_len: usize) -> usize;
}
