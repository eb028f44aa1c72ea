//! The waterfall, as it is read in a terminal.

mod receiver_support;

use observability_ts::receiver::{Store, StoreLimits};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use receiver_support::{MILLI, START, attribute, event, failed, hex_id, log, logs, port, span, traces};

fn store() -> Store {
    Store::new(StoreLimits::default())
}

/// The trace of the demo in small: a request, a message, a job that fails once.
fn order() -> Store {
    let mut store = store();
    let mut publish = span(1, 2, 1, "orders publish", 12, 14);
    publish.events.push(event("log", 13, &[("log.severity", "info"), ("log.message", "order 42 queued")]));
    store.add_traces(traces("shop-api", vec![span(1, 1, 0, "POST /orders", 0, 20), publish]));
    let mut charge = span(1, 4, 3, "charge card", 40, 95);
    charge.status = failed("card declined");
    charge.events.push(event("exception", 94, &[("exception.type", "CardError"), ("exception.message", "card declined")]));
    let process = span(1, 3, 2, "orders process", 30, 100);
    store.add_traces(traces("shop-job", vec![process, charge, span(1, 5, 3, "write invoice", 96, 99)]));
    store.add_logs(logs(vec![log(1, 3, "WARN", "retrying with another card", 95)]));
    store
}

#[test]
fn a_trace_reads_from_request_to_finished_job() {
    let text = order().waterfall(&hex_id(1), 92, false).expect("the trace");
    let expected = "\
trace 01010101010101010101010101010101  2 services · 5 spans · 100 ms · 1 error

  POST /orders        shop-api ██████████                                            20.0 ms
  └─orders publish    shop-api       █                                               2.00 ms
    │ INFO  order 42 queued                                                         +13.0 ms
    └─orders process  shop-job                ████████████████████████████████████   70.0 ms
      │ WARN  retrying with another card                                            +95.0 ms
✗     ├─charge card   shop-job                     ████████████████████████████      55.0 ms
      │   ! CardError: card declined                                                +94.0 ms
      └─write invoice shop-job                                                 ██    3.00 ms
";
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn a_client_span_with_only_its_method_for_a_name_says_where_it_went() {
    let client = |id: u8, name: &str, attributes: Vec<KeyValue>| {
        let mut client = span(1, id, 1, name, 1, 9);
        client.kind = 3;
        client.attributes = attributes;
        client
    };
    let method = attribute("http.request.method", "GET");
    let address = attribute("server.address", "api.example.com");
    let mut served = span(1, 1, 0, "GET", 0, 10);
    served.kind = 2;
    served.attributes = vec![method.clone(), address.clone()];
    let mut store = store();
    store.add_traces(traces(
        "job",
        vec![
            served,
            client(2, "GET", vec![method.clone(), address.clone(), port(8080)]),
            client(3, "GET", vec![method.clone(), address.clone()]),
            client(4, "GET", vec![method.clone()]),
            client(5, "GET", vec![address.clone()]),
            client(6, "GET /orders/:id", vec![method, address]),
        ],
    ));
    let text = store.waterfall(&hex_id(1), 100, false).expect("the trace");
    let labels: Vec<&str> = text.lines().skip(2).filter_map(|line| line.split(" job").next()).map(str::trim).collect();
    let expected = ["GET", "├─GET api.example.com:8080", "├─GET api.example.com", "├─GET", "├─GET", "└─GET /orders/:id"];
    assert_eq!(labels, expected, "\n{text}");
}

#[test]
fn colours_only_when_asked_for_and_nothing_else_changes() {
    let store = order();
    let plain = store.waterfall(&hex_id(1), 92, false).expect("the trace");
    let coloured = store.waterfall(&hex_id(1), 92, true).expect("the trace");
    assert!(coloured.contains("\u{1b}[31m✗ "), "{coloured}");
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').expect("a whole sequence").1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped.lines().map(str::trim_end).collect::<Vec<_>>(), plain.lines().map(str::trim_end).collect::<Vec<_>>());
}

#[test]
fn lines_keep_to_the_width() {
    let store = order();
    for (width, most) in [(0, 60), (60, 60), (80, 80), (140, 140), (usize::MAX, 320)] {
        let text = store.waterfall(&hex_id(1), width, false).expect("the trace");
        // The title tells what it has to; all else keeps to the columns.
        for line in text.lines().skip(1) {
            assert!(line.chars().count() <= most, "{width}: {} columns in {line:?}", line.chars().count());
        }
    }
}

#[test]
fn a_span_whose_parent_is_not_here_is_shown_with_a_mark() {
    let mut store = store();
    store.add_traces(traces("job", vec![span(1, 2, 1, "lost", 0, 5), span(1, 3, 2, "child", 1, 2)]));
    let text = store.waterfall(&hex_id(1), 80, false).expect("the trace");
    assert!(text.contains("…→ lost") && text.contains("└─child"), "{text}");
}

#[test]
fn circles_end() {
    let mut store = store();
    let spans = vec![span(1, 1, 2, "a", 0, 5), span(1, 2, 1, "b", 1, 2), span(1, 3, 3, "itself", 2, 3)];
    store.add_traces(traces("job", spans));
    let text = store.waterfall(&hex_id(1), 80, false).expect("the trace");
    for name in ["a", "└─b", "itself"] {
        assert_eq!(text.matches(&format!("{name} ")).count(), 1, "{name} once in\n{text}");
    }
}

#[test]
fn a_chain_of_thousands_is_cut_and_counted() {
    let mut store = store();
    let chain = (1..=5_000u64).map(|id| {
        let mut span = span(1, 0, 0, "step", id, id + 1);
        span.span_id = id.to_be_bytes().to_vec();
        span.parent_span_id = if id == 1 { Vec::new() } else { (id - 1).to_be_bytes().to_vec() };
        span
    });
    store.add_traces(traces("job", chain.collect()));
    let text = store.waterfall(&hex_id(1), 80, false).expect("the trace");
    assert!(text.contains("… and 4000 more spans"));
    assert!(text.lines().skip(1).all(|line| line.chars().count() <= 80));
}

#[test]
fn times_without_sense_are_drawn_all_the_same() {
    let mut store = store();
    let mut reversed = span(1, 1, 0, "reversed", 0, 0);
    reversed.end_time_unix_nano = START - MILLI;
    let mut far = span(1, 2, 1, "far", 0, 0);
    far.end_time_unix_nano = u64::MAX;
    let mut zero = span(1, 3, 1, "zero", 0, 0);
    zero.start_time_unix_nano = 0;
    zero.end_time_unix_nano = 0;
    store.add_traces(traces("job", vec![reversed, far, zero]));
    let text = store.waterfall(&hex_id(1), 80, false).expect("the trace");
    assert_eq!(text.lines().count(), 5, "{text}");
}

#[test]
fn names_cannot_write_to_the_terminal() {
    let mut store = store();
    let mut evil = span(1, 1, 0, "\u{1b}]0;owned\u{7}\nname\u{202e}", 0, 1);
    evil.status = failed("\u{9b}2J\r\n");
    evil.events.push(event("\u{1b}[H", 1, &[("k\u{8}", "\u{1b}c")]));
    store.add_traces(traces("se\u{0}rvice", vec![evil]));
    store.add_logs(logs(vec![log(1, 1, "\u{1b}[7m", "\u{1b}[2J", 1)]));
    let text = store.waterfall(&hex_id(1), 80, false).expect("the trace");
    assert!(!text.chars().any(|char| (char.is_control() && char != '\n') || char == '\u{202e}'), "{text:?}");
}

#[test]
fn what_is_no_trace_id_finds_nothing() {
    let store = order();
    for id in ["", "01", &"0".repeat(31), &"g".repeat(32), &"+1".repeat(16), "ünïcödeünïcödeünïcödeü", &hex_id(2)] {
        assert_eq!(store.waterfall(id, 80, false), None, "{id}");
    }
}
