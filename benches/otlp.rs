//! What it costs to encode a span and to batch it, beside the generated types of `opentelemetry-proto` encoding the same span.
//!
//! `cargo bench --bench otlp`. The spans are those of the project's comparison: a server span with 8 attributes, a client span with 3.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use observability_ts::batch::{Batcher, Push};
use observability_ts::config::{BatchSettings, ResourceSettings};
use observability_ts::otlp::TraceEncoder;
use observability_ts::span::{Attribute, Event, FinishedSpan, Scope, SpanEncoder, SpanId, SpanKind, Status, TraceFlags, TraceId, Value};
use opentelemetry_proto::tonic::trace::v1::ScopeSpans;
use prost::Message;
use std::hint::black_box;
use std::time::{Duration, Instant};

fn attribute<'a>(key: &'a str, value: impl Into<Text<'a>>) -> Attribute<'a> {
    Attribute { key, value: value.into().0 }
}

/// Lets the attributes below be written as they read.
struct Text<'a>(Value<'a>);

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Value::Str(text))
    }
}

impl From<i64> for Text<'_> {
    fn from(int: i64) -> Self {
        Self(Value::I64(int))
    }
}

fn server_span(scope: &Scope) -> FinishedSpan<'_> {
    FinishedSpan {
        scope,
        trace_id: TraceId::from_bytes([7; 16]),
        span_id: SpanId::from_bytes([9; 8]),
        parent_span_id: SpanId::from_bytes([3; 8]),
        parent_is_remote: true,
        trace_flags: TraceFlags::SAMPLED,
        trace_state: "",
        name: "GET /api/products/:id",
        kind: SpanKind::Server,
        start_unix_nanos: 1_700_000_000_000_000_000,
        end_unix_nanos: 1_700_000_000_004_200_000,
        attributes: vec![
            attribute("http.request.method", "GET"),
            attribute("url.path", "/api/products/4711"),
            attribute("url.scheme", "http"),
            attribute("http.route", "/api/products/:id"),
            attribute("server.address", "api.example.test"),
            attribute("server.port", 8080),
            attribute("http.response.status_code", 200),
            attribute("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
        ],
        dropped_attributes: 0,
        events: Vec::new(),
        dropped_events: 0,
        links: Vec::new(),
        dropped_links: 0,
        status: Status::Unset,
    }
}

fn client_span(scope: &Scope) -> FinishedSpan<'_> {
    FinishedSpan {
        name: "GET",
        kind: SpanKind::Client,
        parent_is_remote: false,
        attributes: vec![
            attribute("http.request.method", "GET"),
            attribute("server.address", "db.example.test"),
            attribute("http.response.status_code", 200),
        ],
        ..server_span(scope)
    }
}

fn failed_span(scope: &Scope) -> FinishedSpan<'_> {
    let exception = Event {
        name: "exception",
        time_unix_nanos: 1_700_000_000_003_000_000,
        attributes: vec![
            attribute("exception.type", "TypeError"),
            attribute("exception.message", "Cannot read properties of undefined"),
            attribute(
                "exception.stacktrace",
                "TypeError: Cannot read properties of undefined\n    at handler (/srv/app/dist/routes/products.js:41:17)",
            ),
        ],
        dropped_attributes: 0,
    };
    FinishedSpan { events: vec![exception], status: Status::Error { message: "Cannot read properties of undefined" }, ..server_span(scope) }
}

fn encoding(criterion: &mut Criterion) {
    let scope = Scope { name: "@manifest-cyber/observability-ts/http".into(), version: "0.3.0".into(), schema_url: "".into() };
    let encoder = TraceEncoder::new(&ResourceSettings::default());
    let mut group = criterion.benchmark_group("encode");
    for (name, span) in [
        ("server span, 8 attributes", server_span(&scope)),
        ("client span, 3 attributes", client_span(&scope)),
        ("failed span, 8 attributes and an exception", failed_span(&scope)),
    ] {
        let mut out = Vec::new();
        encoder.append_span(&span, &mut out);
        let decoded = ScopeSpans::decode(out.as_slice()).expect("our bytes decode");
        group.throughput(Throughput::Bytes(out.len() as u64));
        group.bench_function(format!("{name}: ours"), |bencher| {
            bencher.iter(|| {
                out.clear();
                encoder.append_span(black_box(&span), &mut out);
                black_box(out.len())
            });
        });
        // The generated types have to be filled before they are encoded; a clone stands for that, without the conversions.
        let mut prost_out = Vec::new();
        group.bench_function(format!("{name}: prost"), |bencher| {
            bencher.iter(|| {
                prost_out.clear();
                black_box(&decoded).clone().encode(&mut prost_out).expect("a vector has room");
                black_box(prost_out.len())
            });
        });
    }
    group.finish();
}

fn batching(criterion: &mut Criterion) {
    let http = Scope { name: "@manifest-cyber/observability-ts/http".into(), version: "0.3.0".into(), schema_url: "".into() };
    let app = Scope { name: "app".into(), ..Scope::default() };
    let settings = BatchSettings { max_spans: 512, max_bytes: 3 << 20, max_delay: Duration::from_secs(5) };
    let mut group = criterion.benchmark_group("batch of 512");
    group.throughput(Throughput::Elements(512));
    for (name, spans) in [("one scope", [server_span(&http), client_span(&http)]), ("two scopes in turn", [server_span(&http), client_span(&app)])] {
        let mut batcher = Batcher::new(TraceEncoder::new(&ResourceSettings::default()), settings);
        let now = Instant::now();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for index in 0..512 {
                    if let Push::Closed(batch) = batcher.push(black_box(&spans[index % 2]), now) {
                        black_box(batch);
                    }
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, encoding, batching);
criterion_main!(benches);
