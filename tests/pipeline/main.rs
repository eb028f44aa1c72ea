//! The pipeline: one worker, its wake-ups, deliveries, flushes and its end; and the ledger, which always adds up.

#[path = "../arena_support/mod.rs"]
mod arena_support;
mod deliveries;
mod end;
mod flushes;
mod ledger;
mod notices;
#[cfg(unix)]
mod opening;
#[path = "../otlp_support/mod.rs"]
mod otlp_support;
mod rings;
mod sink;

use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use arena_support::{Times, Writer, Written};
use observability_ts::config::{BatchSettings, ExporterKind, ExporterSettings, QueueSettings, Settings};
use observability_ts::pipeline::{FlushKind, Notice, Pipeline, RingId, Stats};
use observability_ts::span::Scope;
use otlp_support::{OwnedAttribute, OwnedSpan, OwnedValue};

/// Long enough for anything on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(30);

/// Batches of ten, sent soon, with retries after some milliseconds.
fn settings(kind: ExporterKind, endpoint: impl Into<String>) -> Settings {
    Settings {
        exporter: ExporterSettings { kind, endpoint: endpoint.into(), retry_first_wait: Duration::from_millis(10), ..ExporterSettings::default() },
        batch: BatchSettings { max_spans: 10, max_delay: Duration::from_millis(20), ..BatchSettings::default() },
        ..Settings::default()
    }
}

fn memory() -> Settings {
    settings(ExporterKind::Memory, "")
}

/// Batches are closed only by their ten spans or a flush.
fn by_count(mut settings: Settings) -> Settings {
    settings.batch.max_delay = Duration::from_secs(3600);
    settings
}

/// Notices as they came.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Notice>>>);

impl Heard {
    fn codes(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().iter().map(|notice| notice.code).collect()
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().iter().map(|notice| format!("{}: {}\n", notice.code, notice.message)).collect()
    }
}

fn start(settings: Settings) -> (Pipeline, Heard) {
    let heard = Heard::default();
    let sink = heard.clone();
    let pipeline = Pipeline::start(settings, Box::new(move |notice| sink.0.lock().unwrap().push(notice))).expect("a thread");
    (pipeline, heard)
}

/// A JS thread: its ring and what it does there.
struct Thread<'p> {
    pipeline: &'p Pipeline,
    ring: RingId,
    writer: Writer,
    scope: Scope,
    next: u64,
}

impl<'p> Thread<'p> {
    fn attach(pipeline: &'p Pipeline) -> Self {
        let (ring, arena) = pipeline.attach(0.0).expect("memory");
        Self { pipeline, ring, writer: Writer::new(arena), scope: Scope { name: "test".into(), ..Scope::default() }, next: 1 }
    }

    /// Starts and ends that many spans.
    fn spans(&mut self, count: u32) {
        for _ in 0..count {
            self.writer.count_started();
            self.end_span(0);
        }
    }

    /// Ends a span that was started, with an attribute of that many bytes.
    fn end_span(&mut self, bytes: usize) {
        let attributes = if bytes == 0 { Vec::new() } else { vec![OwnedAttribute { key: "text".into(), value: OwnedValue::Str("x".repeat(bytes)) }] };
        let span = OwnedSpan { span_id: self.next, attributes, ..otlp_support::plain_span() };
        self.next += 1;
        match self.writer.write(&span.borrow(&self.scope), Times::Epoch) {
            Written::Published { wake: true } => self.pipeline.wake(),
            Written::Large(record) => _ = self.pipeline.submit(self.ring, &record),
            Written::Published { .. } | Written::Full | Written::Unwritable => {}
        }
    }

    /// The thread ends.
    fn close(self) {
        self.pipeline.detach(self.writer.arena());
    }
}

/// Waits for a condition, and says what the ledger was when it does not come about.
#[track_caller]
fn eventually(pipeline: &Pipeline, what: &str, condition: impl Fn(&Stats) -> bool) -> Stats {
    let begin = Instant::now();
    loop {
        let stats = pipeline.stats();
        assert!(stats.adds_up(), "{stats:#?}");
        if condition(&stats) {
            return stats;
        }
        assert!(begin.elapsed() < PATIENCE, "{what} did not come about: {stats:#?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Asks for a flush without waiting.
fn ask(pipeline: &Pipeline, kind: FlushKind, timeout: Duration) -> mpsc::Receiver<bool> {
    let (sender, receiver) = mpsc::channel();
    pipeline.flush(kind, timeout, Box::new(move |settled| sender.send(settled).expect("the test waits")));
    receiver
}

/// Flushes, and checks that the ledger adds up with nothing on its way.
#[track_caller]
fn settle(pipeline: &Pipeline) -> Stats {
    assert!(pipeline.flush_blocking(FlushKind::Ordinary, PATIENCE), "{:#?}", pipeline.stats());
    let stats = pipeline.stats();
    assert!(stats.adds_up() && stats.queued.total() == 0, "{stats:#?}");
    stats
}

/// Spans in the memory exporter.
fn kept(pipeline: &Pipeline) -> u64 {
    pipeline.memory_store().map_or(0, |store| store.payloads().iter().map(|payload| u64::from(payload.spans)).sum())
}

fn tiny_queue(max_spans: usize, max_in_flight: usize) -> QueueSettings {
    QueueSettings { max_spans, max_in_flight, ..QueueSettings::default() }
}
