//! The spans of a trace as a tree, flattened into rows.

use crate::receiver::id::valid_id;
use crate::receiver::store::StoredSpan;
use std::collections::HashMap;

/// How deep the lines of the tree are drawn. Deeper spans stand at this depth, with a mark.
const MAX_DEPTH: usize = 14;

/// A row: a span and the lines of the tree around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The index of the span.
    pub(super) span: usize,
    /// What stands before its name.
    pub(super) before: String,
    /// What stands before the notes beneath it.
    pub(super) below: String,
}

/// A span whose row is to be made.
struct Pending {
    span: usize,
    depth: usize,
    /// What the lines of its ancestors leave for it.
    indent: String,
    last: bool,
    orphan: bool,
}

/// The rows of the spans: roots by start, children beneath their parents by start, at most `max` rows. Any input ends: a span whose parent
/// is not here is a root with a mark, and so is the earliest span of a circle. Nothing here calls itself, since chains may be long.
pub(super) fn rows(spans: &[StoredSpan], max: usize) -> Vec<Row> {
    let index: HashMap<[u8; 8], usize> = spans.iter().enumerate().filter_map(|(at, stored)| Some((valid_id(&stored.span.span_id)?, at))).collect();
    let parent = |at: usize| valid_id::<8>(&spans[at].span.parent_span_id).map(|id| index.get(&id).copied().filter(|parent| *parent != at));
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    let mut roots = Vec::new();
    let mut by_start: Vec<usize> = (0..spans.len()).collect();
    by_start.sort_by_key(|at| (spans[*at].span.start_time_unix_nano, *at));
    for at in &by_start {
        match parent(*at) {
            Some(Some(parent)) => children[parent].push(*at),
            Some(None) => roots.push((*at, true)),
            None => roots.push((*at, false)),
        }
    }
    let mut rows = Vec::new();
    let mut seen = vec![false; spans.len()];
    for (root, orphan) in roots {
        branch(root, orphan, &children, &mut seen, &mut rows, max);
    }
    for at in by_start {
        branch(at, true, &children, &mut seen, &mut rows, max);
    }
    rows
}

/// Adds the rows of a root and of all beneath it that have none yet.
fn branch(root: usize, orphan: bool, children: &[Vec<usize>], seen: &mut [bool], rows: &mut Vec<Row>, max: usize) {
    let mut stack = vec![Pending { span: root, depth: 0, indent: String::new(), last: true, orphan }];
    while let Some(pending) = stack.pop() {
        if rows.len() >= max {
            return;
        }
        if std::mem::replace(&mut seen[pending.span], true) {
            continue;
        }
        let own = match (pending.depth, pending.last) {
            (0, _) => "",
            (_, true) => "└─",
            (_, false) => "├─",
        };
        let mark = if pending.orphan {
            "…→ "
        } else if pending.depth > MAX_DEPTH {
            "⋯ "
        } else {
            ""
        };
        let next = match (pending.depth, pending.last) {
            (0, _) => String::new(),
            (depth, _) if depth >= MAX_DEPTH => pending.indent.clone(),
            (_, true) => format!("{}  ", pending.indent),
            (_, false) => format!("{}│ ", pending.indent),
        };
        let before = format!("{}{own}{mark}", pending.indent);
        let kids = &children[pending.span];
        let below = format!("{next}{}", if kids.is_empty() { "  " } else { "│ " });
        rows.push(Row { span: pending.span, before, below });
        let depth = pending.depth + 1;
        // The stack gives back the last first.
        for (position, child) in kids.iter().enumerate().rev() {
            stack.push(Pending { span: *child, depth, indent: next.clone(), last: position + 1 == kids.len(), orphan: false });
        }
    }
}
