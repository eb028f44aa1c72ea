//! A whole trace as text: the tree of its spans beside their bars in time, with errors, events and log lines beneath.

mod label;
mod notes;
mod paint;
mod text;
mod tree;

use super::id::{TraceKey, hex};
use super::store::{StoredSpan, Trace};
use label::label;
use notes::{Note, NoteKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use paint::{Paint, Style};
use std::collections::HashMap;
use std::fmt::Write as _;
use text::{clean, duration, fit, pad_left, width_of};
use tree::Row;

/// The columns that a waterfall takes at least and at most, whatever the terminal says.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=320;
/// The columns of a duration with its unit.
const DURATION_WIDTH: usize = 9;
/// The columns that the name of a service takes at most.
const MAX_SERVICE_WIDTH: usize = 18;
/// The spans that are shown at most; the rest is counted.
const MAX_ROWS: usize = 1_000;

/// Where the columns are, and what the trace spans in time.
struct Frame {
    name_width: usize,
    service_width: usize,
    bar_width: usize,
    start: u64,
    length: u64,
    paint: Paint,
}

/// Renders a trace for a terminal of `width` columns.
pub(super) fn render(key: TraceKey, trace: &Trace, width: usize, colour: bool) -> String {
    let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let rows = tree::rows(&trace.spans, MAX_ROWS);
    let services = services(&trace.spans);
    let frame = Frame::new(trace, &rows, &services, width, Paint::new(colour));
    let mut out = String::new();
    frame.title(&mut out, key, trace, services.len());
    let logs = notes::by_span(&trace.logs);
    for row in &rows {
        let stored = &trace.spans[row.span];
        let colour = services[stored.origin.service()];
        frame.span(&mut out, row, stored, colour);
        for note in notes::of_span(&stored.span, &logs) {
            frame.note(&mut out, &row.below, &note, width);
        }
    }
    let hidden = trace.spans.len() - rows.len();
    if hidden > 0 {
        let _ = writeln!(out, "{}", frame.paint.dim(&format!("… and {hidden} more spans")));
    }
    let strays = notes::without_span(trace);
    if !strays.is_empty() {
        let _ = writeln!(out, "{}", frame.paint.dim("log lines of no span that is here"));
    }
    for note in &strays {
        frame.note(&mut out, "", note, width);
    }
    out
}

/// The services, numbered in the order in which they came.
fn services(spans: &[StoredSpan]) -> HashMap<&str, usize> {
    let mut services = HashMap::new();
    for stored in spans {
        let number = services.len();
        services.entry(stored.origin.service()).or_insert(number);
    }
    services
}

fn failed(stored: &StoredSpan) -> bool {
    stored.span.status.as_ref().is_some_and(|status| status.code == StatusCode::Error as i32)
}

impl Frame {
    fn new(trace: &Trace, rows: &[Row], services: &HashMap<&str, usize>, width: usize, paint: Paint) -> Self {
        let start = trace.spans.iter().map(|stored| stored.span.start_time_unix_nano).min().unwrap_or(0);
        let end = trace.spans.iter().map(|stored| stored.span.end_time_unix_nano.max(stored.span.start_time_unix_nano)).max().unwrap_or(0);
        let service_width = services.keys().map(|service| width_of(&clean(service))).max().unwrap_or(0).min(MAX_SERVICE_WIDTH);
        // Two columns for the error mark, one space between columns.
        let room = width - DURATION_WIDTH - service_width - 5;
        let longest = rows.iter().map(|row| width_of(&row.before) + width_of(&label(&trace.spans[row.span].span))).max().unwrap_or(0);
        let name_width = longest.clamp(8, room * 3 / 5);
        Self { name_width, service_width, bar_width: room - name_width, start, length: end - start, paint }
    }

    fn title(&self, out: &mut String, key: TraceKey, trace: &Trace, services: usize) {
        let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let errors = trace.spans.iter().filter(|stored| failed(stored)).count();
        let mut parts = vec![plural(services, "service"), plural(trace.spans.len(), "span"), duration(self.length)];
        if errors > 0 {
            parts.push(self.paint.style(Style::Error, &plural(errors, "error")));
        }
        let _ = writeln!(out, "{} {}  {}\n", self.paint.bold("trace"), self.paint.bold(&hex(&key)), parts.join(" · "));
    }

    fn span(&self, out: &mut String, row: &Row, stored: &StoredSpan, colour: usize) {
        let (span, failed) = (&stored.span, failed(stored));
        let style = if failed { Style::Error } else { Style::Service(colour) };
        let name = fit(&label(span), self.name_width.saturating_sub(width_of(&row.before)));
        let service = fit(&clean(stored.origin.service()), self.service_width);
        let mark = if failed { self.paint.style(Style::Error, "✗ ") } else { "  ".to_owned() };
        let took = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
        let name = if failed { self.paint.style(Style::Error, &name) } else { name };
        let line = format!(
            "{mark}{}{name} {} {} {}",
            self.paint.dim(&row.before),
            self.paint.style(Style::Service(colour), &service),
            self.paint.style(style, &self.bar(span.start_time_unix_nano, took)),
            pad_left(&duration(took), DURATION_WIDTH),
        );
        let _ = writeln!(out, "{line}");
    }

    /// The bar of a span: blank up to its start, at least one cell for itself, blank to the end.
    fn bar(&self, start: u64, took: u64) -> String {
        let cells = |nanos: u64| (nanos as f64 / self.length.max(1) as f64 * self.bar_width as f64).clamp(0.0, self.bar_width as f64);
        let before = (cells(start.saturating_sub(self.start)) as usize).min(self.bar_width - 1);
        let exact = cells(took);
        let filled = (exact.round() as usize).clamp(1, self.bar_width - before);
        // Less than half a cell is drawn thinner, so that what took no time does not look as if it did.
        let cell = if exact < 0.5 { "▏" } else { "█" };
        format!("{}{}{}", " ".repeat(before), cell.repeat(filled), " ".repeat(self.bar_width - before - filled))
    }

    fn note(&self, out: &mut String, below: &str, note: &Note, width: usize) {
        let offset = note.time_unix_nanos.map_or_else(String::new, |time| {
            let sign = if time < self.start { '-' } else { '+' };
            format!("{sign}{}", duration(time.abs_diff(self.start)))
        });
        let room = width - DURATION_WIDTH - 3 - width_of(below).min(width / 2);
        let text = fit(&note.text, room.saturating_sub(width_of(note.mark) + 1));
        let (mark, text) = match note.kind {
            NoteKind::Error => (self.paint.style(Style::Error, note.mark), self.paint.style(Style::Error, &text)),
            NoteKind::Warning => (self.paint.style(Style::Warning, note.mark), text),
            NoteKind::Plain => (self.paint.dim(note.mark), text),
        };
        let line = format!("  {}{mark} {text} {}", self.paint.dim(below), self.paint.dim(&pad_left(&offset, DURATION_WIDTH)));
        let _ = writeln!(out, "{}", line.trim_end());
    }
}
