//! The batcher: what bounds a batch, and that nothing is lost or sent twice.

mod otlp_support;

use observability_ts::batch::{Batcher, EncodedBatch, MAX_REQUEST_BYTES, Push};
use observability_ts::config::{BatchSettings, ResourceSettings};
use observability_ts::otlp::TraceEncoder;
use observability_ts::span::{Attribute, FinishedSpan, Scope, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use otlp_support::{OwnedSpan, expected_scope, expected_span, plain_span};
use proptest::prelude::*;
use prost::Message;
use std::time::{Duration, Instant};

const SETTINGS: BatchSettings = BatchSettings { max_spans: 512, max_bytes: 3 << 20, max_delay: Duration::from_secs(5) };

fn batcher(settings: BatchSettings) -> Batcher<TraceEncoder> {
    Batcher::new(TraceEncoder::new(&ResourceSettings::default()), settings)
}

fn scope(name: &str) -> Scope {
    Scope { name: name.into(), version: "1".into(), schema_url: "".into() }
}

fn decode(batch: &EncodedBatch) -> Vec<(String, Vec<Span>)> {
    let request = ExportTraceServiceRequest::decode(batch.body.clone()).expect("a batch is a request");
    let [resource_spans] = request.resource_spans.try_into().expect("one resource");
    let named = |spans: opentelemetry_proto::tonic::trace::v1::ScopeSpans| (spans.scope.expect("a scope").name, spans.spans);
    resource_spans.scope_spans.into_iter().map(named).collect()
}

/// A span whose only attribute makes it about `bytes` long.
fn push_sized(batcher: &mut Batcher<TraceEncoder>, scope: &Scope, bytes: usize, now: Instant) -> Push {
    let owned = plain_span();
    let text = "x".repeat(bytes);
    let span = FinishedSpan { attributes: vec![Attribute { key: "pad", value: Value::Str(&text) }], ..owned.borrow(scope) };
    batcher.push(&span, now)
}

fn push_named(batcher: &mut Batcher<TraceEncoder>, scope: &Scope, name: &str, now: Instant) -> Push {
    let owned = OwnedSpan { name: name.to_owned(), ..plain_span() };
    batcher.push(&owned.borrow(scope), now)
}

#[track_caller]
fn closed(push: Push) -> EncodedBatch {
    match push {
        Push::Closed(batch) => batch,
        other => panic!("expected a closed batch, got {other:?}"),
    }
}

#[test]
fn the_span_that_fills_the_count_closes_its_batch() {
    let mut batcher = batcher(BatchSettings { max_spans: 3, ..SETTINGS });
    let (scope, now) = (scope("a"), Instant::now());
    assert_eq!(push_named(&mut batcher, &scope, "1", now), Push::Kept);
    assert_eq!(push_named(&mut batcher, &scope, "2", now), Push::Kept);
    let batch = closed(push_named(&mut batcher, &scope, "3", now));
    assert_eq!(batch.spans, 3);
    let groups = decode(&batch);
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].1.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!((batcher.len_spans(), batcher.len_bytes(), batcher.deadline()), (0, 0, None));
}

#[test]
fn a_count_of_zero_is_a_count_of_one() {
    let mut batcher = batcher(BatchSettings { max_spans: 0, ..SETTINGS });
    assert_eq!(closed(push_named(&mut batcher, &scope("a"), "1", Instant::now())).spans, 1);
}

#[test]
fn a_batch_is_closed_before_its_bytes_pass_the_bound() {
    let mut batcher = batcher(BatchSettings { max_bytes: 10_000, ..SETTINGS });
    let (scope, now) = (scope("a"), Instant::now());
    for _ in 0..2 {
        assert_eq!(push_sized(&mut batcher, &scope, 4_000, now), Push::Kept);
    }
    let open = batcher.len_bytes();
    let batch = closed(push_sized(&mut batcher, &scope, 4_000, now));
    assert_eq!((batch.spans, batch.body.len()), (2, open));
    assert_eq!(batcher.len_spans(), 1, "the span that had no room waits in the next batch");
    assert_eq!(batcher.take().expect("the third span").spans, 1);
}

#[test]
fn the_bytes_counted_are_the_bytes_made() {
    // The bound falls exactly on a batch of two, then one byte below it.
    let (scope, now) = (scope("a"), Instant::now());
    let mut measuring = batcher(SETTINGS);
    let _ = push_sized(&mut measuring, &scope, 500, now);
    let _ = push_sized(&mut measuring, &scope, 500, now);
    let exact = measuring.len_bytes();
    assert_eq!(measuring.take().expect("two spans").body.len(), exact);
    for (max_bytes, spans) in [(exact, 2), (exact - 1, 1)] {
        let mut batcher = batcher(BatchSettings { max_bytes, ..SETTINGS });
        assert_eq!(push_sized(&mut batcher, &scope, 500, now), Push::Kept);
        let second = push_sized(&mut batcher, &scope, 500, now);
        assert_eq!(matches!(second, Push::Kept), spans == 2, "bound {max_bytes}");
    }
}

#[test]
fn a_span_larger_than_the_bound_goes_alone() {
    let mut batcher = batcher(BatchSettings { max_bytes: 1_000, ..SETTINGS });
    let (scope, now) = (scope("a"), Instant::now());
    assert_eq!(push_named(&mut batcher, &scope, "small", now), Push::Kept);
    let before = closed(push_sized(&mut batcher, &scope, 50_000, now));
    assert_eq!(before.spans, 1);
    assert_eq!(batcher.deadline(), Some(now), "it has nothing to wait for");
    let alone = closed(push_named(&mut batcher, &scope, "small", now));
    assert_eq!(alone.spans, 1);
    assert!(alone.body.len() > 50_000);
    assert_eq!(batcher.deadline(), Some(now + SETTINGS.max_delay));
}

#[test]
fn a_span_larger_than_the_bound_with_nothing_before_it_is_closed_at_once() {
    let mut batcher = batcher(BatchSettings { max_bytes: 1_000, ..SETTINGS });
    assert_eq!(closed(push_sized(&mut batcher, &scope("a"), 50_000, Instant::now())).spans, 1);
    assert_eq!((batcher.len_spans(), batcher.deadline()), (0, None));
}

#[test]
fn a_span_that_no_request_can_carry_is_refused_and_the_others_stay() {
    let mut batcher = batcher(SETTINGS);
    let (scope, now) = (scope("a"), Instant::now());
    assert_eq!(push_named(&mut batcher, &scope, "small", now), Push::Kept);
    let before = batcher.len_bytes();
    let Push::TooLarge { bytes } = push_sized(&mut batcher, &scope, MAX_REQUEST_BYTES, now) else { panic!("it was taken") };
    assert!(bytes > MAX_REQUEST_BYTES);
    assert_eq!((batcher.len_spans(), batcher.len_bytes()), (1, before));
    assert_eq!(decode(&batcher.take().expect("the small span"))[0].1[0].name, "small");
}

#[test]
fn a_bound_above_what_a_server_takes_is_lowered() {
    let mut batcher = batcher(BatchSettings { max_bytes: usize::MAX, ..SETTINGS });
    let (scope, now) = (scope("a"), Instant::now());
    assert_eq!(push_sized(&mut batcher, &scope, 3 << 20, now), Push::Kept);
    assert!(closed(push_sized(&mut batcher, &scope, 3 << 20, now)).body.len() <= MAX_REQUEST_BYTES);
}

#[test]
fn age_counts_from_the_first_span_and_the_next_push_sees_it() {
    let mut batcher = batcher(SETTINGS);
    let (scope, now) = (scope("a"), Instant::now());
    assert_eq!(batcher.deadline(), None);
    assert_eq!(push_named(&mut batcher, &scope, "1", now), Push::Kept);
    assert_eq!(push_named(&mut batcher, &scope, "2", now + Duration::from_millis(4_999)), Push::Kept);
    assert_eq!(batcher.deadline(), Some(now + SETTINGS.max_delay));
    assert_eq!(closed(push_named(&mut batcher, &scope, "3", now + SETTINGS.max_delay)).spans, 3);
    assert_eq!(batcher.deadline(), None);
}

#[test]
fn a_delay_past_the_clock_is_no_deadline() {
    let mut batcher = batcher(BatchSettings { max_delay: Duration::MAX, ..SETTINGS });
    assert_eq!(push_named(&mut batcher, &scope("a"), "1", Instant::now()), Push::Kept);
    assert_eq!(batcher.deadline(), None);
}

#[test]
fn nothing_pushed_is_nothing_taken() {
    assert_eq!(batcher(SETTINGS).take(), None);
}

#[test]
fn spans_of_a_scope_stand_together_in_their_order() {
    let mut batcher = batcher(SETTINGS);
    let (a, b, now) = (scope("a"), scope("b"), Instant::now());
    for (scope, name) in [(&a, "1"), (&a, "2"), (&b, "3"), (&a, "4"), (&b, "5"), (&b, "6"), (&a, "7")] {
        assert_eq!(push_named(&mut batcher, scope, name, now), Push::Kept);
    }
    let groups = decode(&batcher.take().expect("seven spans"));
    let names: Vec<(&str, String)> = groups.iter().map(|(scope, spans)| (scope.as_str(), spans.iter().map(|s| s.name.as_str()).collect())).collect();
    assert_eq!(names, [("a", "1247".to_owned()), ("b", "356".to_owned())]);
}

#[test]
fn scopes_that_differ_in_one_part_are_not_merged() {
    let mut batcher = batcher(SETTINGS);
    let now = Instant::now();
    let schema = Scope { schema_url: "https://example.test/1".into(), ..scope("a") };
    let version = Scope { version: "2".into(), ..scope("a") };
    for scope in [&scope("a"), &schema, &version, &scope("a")] {
        assert_eq!(push_named(&mut batcher, scope, "1", now), Push::Kept);
    }
    assert_eq!(decode(&batcher.take().expect("four spans")).iter().map(|(_, spans)| spans.len()).collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn scopes_without_end_close_batches_early_and_lose_nothing() {
    let mut batcher = batcher(SETTINGS);
    let now = Instant::now();
    let mut batches = Vec::new();
    for round in 0..2 {
        for index in 0..300 {
            if let Push::Closed(batch) = push_named(&mut batcher, &scope(&format!("{round} {index}")), &index.to_string(), now) {
                batches.push(batch);
            }
        }
    }
    batches.extend(batcher.take());
    assert_eq!(batches.iter().map(|batch| batch.spans).sum::<u32>(), 600);
    assert!(batches.iter().all(|batch| batch.spans <= 64), "at most 64 scopes in a batch");
    for batch in &batches {
        for (scope, spans) in decode(batch) {
            assert!(scope.ends_with(&format!(" {}", spans[0].name)), "a span under its own scope");
        }
    }
}

proptest! {
    #![proptest_config(otlp_support::config())]

    #[test]
    fn splits_lose_nothing_and_keep_every_bound(
        spans in proptest::collection::vec((otlp_support::spans(), 0usize..4), 0..16),
        resource in otlp_support::resources(),
        scopes in proptest::collection::vec(otlp_support::scopes(), 4),
        max_spans in 1usize..8,
        max_bytes in 200usize..40_000,
        step_millis in 0u64..2_000,
    ) {
        let settings = BatchSettings { max_spans, max_bytes, max_delay: Duration::from_secs(5) };
        let mut batcher = Batcher::new(TraceEncoder::new(&resource), settings);
        let mut now = Instant::now();
        let mut batches = Vec::new();
        for (span, scope) in &spans {
            now += Duration::from_millis(step_millis);
            match batcher.push(&span.borrow(&scopes[*scope]), now) {
                Push::Kept => {}
                Push::Closed(batch) => batches.push(batch),
                Push::TooLarge { bytes } => prop_assert!(false, "{} bytes were refused", bytes),
            }
            prop_assert!(batcher.deadline().is_none_or(|deadline| deadline > now || batcher.len_bytes() > max_bytes));
        }
        let open = (batcher.len_spans(), batcher.len_bytes());
        let last = batcher.take();
        prop_assert_eq!(last.as_ref().map_or((0, 0), |batch| (batch.spans as usize, batch.body.len())), open);
        batches.extend(last);

        let mut arrived = Vec::new();
        for batch in &batches {
            prop_assert!(batch.spans as usize <= max_spans);
            prop_assert!(batch.body.len() <= max_bytes || batch.spans == 1, "{} bytes in {} spans", batch.body.len(), batch.spans);
            let request = ExportTraceServiceRequest::decode(batch.body.clone()).expect("a batch is a request");
            prop_assert_eq!(request.resource_spans.len(), 1);
            otlp_support::assert_resource(request.resource_spans[0].resource.as_ref().expect("a resource"), &resource);
            let mut count = 0;
            for group in &request.resource_spans[0].scope_spans {
                count += group.spans.len();
                arrived.extend(group.spans.iter().map(|span| (group.scope.clone().expect("a scope"), group.schema_url.clone(), span.clone())));
            }
            prop_assert_eq!(count, batch.spans as usize);
        }
        prop_assert_eq!(arrived.len(), spans.len());
        for (span, index) in &spans {
            let (scope, expected) = (&scopes[*index], expected_span(&span.borrow(&scopes[*index])));
            let position = arrived.iter().position(|(arrived_scope, schema_url, arrived)| {
                *arrived_scope == expected_scope(scope) && **schema_url == *scope.schema_url && arrived.span_id == expected.span_id && arrived.trace_id == expected.trace_id
            });
            let (_, _, arrived) = arrived.swap_remove(position.expect("each span arrives once, under its scope"));
            otlp_support::assert_same(&arrived, &expected);
        }
    }
}
