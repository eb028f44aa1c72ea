//! The store's bounds, and that no bytes whatever end it.

mod receiver_support;

use observability_ts::receiver::decode::{Format, grpc_frame, gunzip, logs as decode_logs, traces as decode_traces};
use observability_ts::receiver::{Store, StoreLimits};
use proptest::prelude::*;
use prost::Message;
use receiver_support::{attribute, event, failed, gzip, hex_id, log, logs, span, traces};

fn ids(store: &Store) -> Vec<String> {
    store.traces().into_iter().map(|trace| trace.trace_id).collect()
}

#[test]
fn the_oldest_trace_is_dropped_first_and_counted() {
    let mut store = Store::new(StoreLimits { max_spans: 4, max_bytes: usize::MAX });
    for trace in 1..=2 {
        store.add_traces(traces("api", vec![span(trace, 1, 0, "a", 0, 1), span(trace, 2, 1, "b", 0, 1)]));
    }
    store.add_logs(logs(vec![log(3, 1, "INFO", "a log counts, too", 0)]));
    assert_eq!(ids(&store), [hex_id(3), hex_id(2)]);
    assert_eq!((store.stats().traces_dropped, store.stats().spans_dropped, store.stats().spans), (1, 2, 2));
}

#[test]
fn a_trace_that_grows_drops_others_and_then_its_own_new_spans() {
    let mut store = Store::new(StoreLimits { max_spans: 3, max_bytes: usize::MAX });
    store.add_traces(traces("api", vec![span(1, 1, 0, "first", 0, 1)]));
    store.add_traces(traces("api", vec![span(2, 1, 0, "other", 0, 1)]));
    store.add_traces(traces("api", (2..=10).map(|id| span(1, id, 1, "more", 0, 1)).collect()));
    assert_eq!(ids(&store), [hex_id(1)]);
    let stats = store.stats();
    assert_eq!((stats.spans, stats.spans_dropped, stats.traces_dropped), (3, 8, 1), "one of the other trace, seven of its own");
    assert_eq!(stats.spans_received, stats.spans + stats.spans_dropped + stats.spans_rejected + stats.spans_repeated);
}

#[test]
fn bytes_are_bounded_with_what_spans_share() {
    let max_bytes = 200_000;
    let mut store = Store::new(StoreLimits { max_spans: usize::MAX, max_bytes });
    for trace in 1..=200 {
        let mut long = span(trace, 1, 0, "long", 0, 1);
        long.attributes.push(attribute("text", &"x".repeat(10_000)));
        store.add_traces(traces(&"service".repeat(1_000), vec![long]));
        assert!(store.stats().bytes <= max_bytes as u64);
    }
    assert!(store.stats().traces > 5 && store.stats().traces_dropped > 150, "{:?}", store.stats());
}

#[test]
fn a_span_that_is_larger_than_all_memory_is_refused() {
    let mut store = Store::new(StoreLimits { max_spans: 10, max_bytes: 10_000 });
    store.add_traces(traces("api", vec![span(1, 1, 0, &"n".repeat(20_000), 0, 1)]));
    assert_eq!((store.stats().spans, store.stats().spans_dropped, store.traces().len()), (0, 1, 0));
}

/// Bytes that are nearly a request: a few of them changed.
fn broken(whole: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let len = whole.len();
    (proptest::collection::vec((0..len, any::<u8>()), 0..6), 0..=len).prop_map(move |(changes, end)| {
        let mut bytes = whole.clone();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes.truncate(end);
        bytes
    })
}

fn sample() -> Vec<u8> {
    let mut root = span(1, 1, 0, "GET /", 0, 50);
    root.events = vec![event("exception", 3, &[("exception.message", "no")]), event("log", 4, &[("log.message", "hi")])];
    root.status = failed("no");
    traces("api", vec![root, span(1, 2, 1, "query", 1, 2), span(1, 3, 7, "orphan", 1, 2)]).encode_to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn broken_requests_are_an_error_or_a_trace_that_can_be_shown(bytes in broken(sample()), width in 0usize..400, colour: bool) {
        let mut store = Store::new(StoreLimits { max_spans: 10, max_bytes: 100_000 });
        if let Ok(request) = decode_traces(Format::Protobuf, &bytes) {
            store.add_traces(request);
        }
        for id in ids(&store) {
            let text = store.waterfall(&id, width, colour).expect("a trace that is listed");
            prop_assert!(colour || !text.chars().any(|char| char.is_control() && char != '\n'), "{:?}", text);
            prop_assert!(store.trace_data(&id).is_some());
        }
        prop_assert!(store.stats().bytes <= 100_000);
    }

    #[test]
    fn parsers_take_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode_traces(Format::Protobuf, &bytes);
        let _ = decode_traces(Format::Json, &bytes);
        let _ = decode_logs(Format::Protobuf, &bytes);
        let _ = decode_logs(Format::Json, &bytes);
        let _ = gunzip(&bytes, 1_000);
        if let Ok((_, message)) = grpc_frame(&bytes) {
            prop_assert_eq!(message.len() + 5, bytes.len());
        }
    }

    #[test]
    fn gunzip_gives_back_what_was_zipped_up_to_the_bound(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert_eq!(gunzip(&gzip(&bytes), bytes.len()), Ok(bytes.clone()));
        if !bytes.is_empty() {
            prop_assert!(gunzip(&gzip(&bytes), bytes.len() - 1).is_err());
        }
    }
}
