//! What a span costs the worker, from the ring to the bytes of its batch: read, decoded, encoded, batched.
//!
//! `cargo bench --bench pipeline`. The spans are those of the project's comparison: a server span with 8 attributes, a client span with 3. What
//! is measured is the CPU time of the thread, so that a machine that is busy with other things shows the same.

#[path = "../tests/arena_support/mod.rs"]
mod arena_support;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arena_support::{Times, Writer, Written};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use observability_ts::arena::{Arena, Reader, ThreadClock};
use observability_ts::batch::{Batcher, EncodedBatch, Push};
use observability_ts::config::{BatchSettings, ResourceSettings};
use observability_ts::otlp::TraceEncoder;
use observability_ts::span::{Attribute, FinishedSpan, Scope, SpanId, SpanKind, Status, TraceFlags, TraceId, Value};

/// Spans of one measurement: some megabyte of the ring.
const SPANS: u64 = 8_192;

/// CPU time of this thread so far. Not from /proc: what that shows of a thread that runs is as old as the last tick of the scheduler.
fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of ours, which the call fills in.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn span<'a>(scope: &'a Scope, number: u64, kind: SpanKind, name: &'a str, attributes: Vec<Attribute<'a>>) -> FinishedSpan<'a> {
    FinishedSpan {
        scope,
        trace_id: TraceId::from_bytes((u128::from(number) | 7 << 100).to_be_bytes()),
        span_id: SpanId::from_bytes((number + 1).to_be_bytes()),
        parent_span_id: SpanId::from_bytes([3; 8]),
        parent_is_remote: kind == SpanKind::Server,
        trace_flags: TraceFlags::SAMPLED,
        trace_state: "",
        name,
        kind,
        start_unix_nanos: 1_000_000 + number * 1_000,
        end_unix_nanos: 5_200_000 + number * 1_000,
        attributes,
        dropped_attributes: 0,
        events: Vec::new(),
        dropped_events: 0,
        links: Vec::new(),
        dropped_links: 0,
        status: Status::Unset,
    }
}

fn text<'a>(key: &'a str, value: &'a str) -> Attribute<'a> {
    Attribute { key, value: Value::Str(value) }
}

fn int(key: &str, value: i64) -> Attribute<'_> {
    Attribute { key, value: Value::I64(value) }
}

/// A server span whose path is another each time, so that it is written in line.
fn server_span<'a>(scope: &'a Scope, number: u64, path: &'a str) -> FinishedSpan<'a> {
    let attributes = vec![
        text("http.request.method", "GET"),
        text("url.path", path),
        text("url.scheme", "http"),
        text("http.route", "/api/products/:id"),
        text("server.address", "api.example.test"),
        int("server.port", 8080),
        int("http.response.status_code", 200),
        text("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
    ];
    span(scope, number, SpanKind::Server, "GET /api/products/:id", attributes)
}

fn client_span(scope: &Scope, number: u64) -> FinishedSpan<'_> {
    let attributes = vec![text("http.request.method", "GET"), text("server.address", "db.example.test"), int("http.response.status_code", 200)];
    span(scope, number, SpanKind::Client, "GET", attributes)
}

fn measure(criterion: &mut Criterion, group: &str, write: impl Fn(&mut Writer, &Scope, u64)) {
    let scope = Scope { name: "@manifest-cyber/observability-ts/http".into(), version: "0.3.0".into(), schema_url: "".into() };
    let mut group = criterion.benchmark_group(group);
    group.throughput(Throughput::Elements(1));
    for (name, batched) in [("read and decoded", false), ("to the bytes of a batch", true)] {
        let mut batcher = Batcher::new(TraceEncoder::new(&ResourceSettings::default()), BatchSettings::default());
        let mut take = |span: &FinishedSpan<'_>, now| {
            if !batched {
                black_box(span);
            } else if let Push::Closed(EncodedBatch { body, spans }) = batcher.push(span, now) {
                black_box((body, spans));
            }
        };
        let arena = Arc::new(Arena::new().expect("memory"));
        let mut writer = Writer::new(Arc::clone(&arena));
        let mut reader = Reader::new(arena, ThreadClock::anchored_at(0.0));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let mut spent = Duration::ZERO;
                let mut left = iterations;
                while left > 0 {
                    let count = left.min(SPANS);
                    left -= count;
                    for number in 0..count {
                        write(&mut writer, &scope, number);
                    }
                    let now = Instant::now();
                    let before = thread_time();
                    let drained = reader.drain(u32::MAX, |span| take(span, now));
                    spent += thread_time().saturating_sub(before);
                    assert_eq!((drained.spans, drained.malformed), (count, 0));
                }
                spent
            });
        });
    }
    group.finish();
}

fn put(writer: &mut Writer, span: &FinishedSpan<'_>) {
    assert!(matches!(writer.write(span, Times::Monotonic), Written::Published { .. }), "the ring has room");
}

fn pipeline(criterion: &mut Criterion) {
    let paths: Vec<_> = (0..SPANS).map(|number| format!("/api/products/{number}")).collect();
    measure(criterion, "server span, 8 attributes", |writer, scope, number| put(writer, &server_span(scope, number, &paths[number as usize])));
    measure(criterion, "client span, 3 attributes", |writer, scope, number| put(writer, &client_span(scope, number)));
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
