//! Datadog's headers.

use observability_ts::propagation::{
    DatadogContext, DatadogHeaders, MAX_DATADOG_STATE_BYTES, MAX_DATADOG_TAGS_BYTES, Malformed, Sampling, normalise_tracestate, parse_datadog,
};
use proptest::prelude::*;

const IDS: DatadogHeaders<'_> = DatadogHeaders {
    trace_id: Some(b"1234567890123456789"),
    parent_id: Some(b"9876543210987654321"),
    sampling_priority: Some(b"1"),
    origin: None,
    tags: None,
};

fn read(headers: DatadogHeaders<'_>) -> DatadogContext {
    parse_datadog(&headers).expect("well formed").expect("a parent")
}

#[test]
fn reads_ids() {
    let found = read(IDS);
    assert_eq!(found.parent.trace_id.to_string(), "0000000000000000112210f47de98115", "64 bits, the upper half zero");
    assert_eq!(found.parent.span_id.to_string(), "891087b8e3b70cb1");
    let found = read(DatadogHeaders { tags: Some(b"_dd.p.tid=640cfd8d00000000,_dd.p.dm=-4"), ..IDS });
    assert_eq!(found.parent.trace_id.to_string(), "640cfd8d00000000112210f47de98115", "128 bits, the upper half from the tag");
    let found = read(DatadogHeaders { trace_id: Some(b"18446744073709551615"), ..IDS });
    assert_eq!(found.parent.trace_id.to_string(), "0000000000000000ffffffffffffffff", "the largest");
}

#[test]
fn reads_decision_origin_and_tags() {
    use Sampling::{Accept, Deferred, Deny};
    type Row<'a> = (&'a str, DatadogHeaders<'a>, Sampling, &'a str, bool);
    let long = format!("_dd.p.a={}", "x".repeat(MAX_DATADOG_TAGS_BYTES));
    let large = format!("_dd.p.a={},_dd.p.b=1", "x".repeat(MAX_DATADOG_STATE_BYTES));
    let rows: &[Row<'_>] = &[
        ("kept by the sampler", IDS, Accept, "s:1", false),
        ("kept by the user", DatadogHeaders { sampling_priority: Some(b"2"), ..IDS }, Accept, "s:2", false),
        ("dropped by the sampler", DatadogHeaders { sampling_priority: Some(b"0"), ..IDS }, Deny, "s:0", false),
        ("dropped by the user", DatadogHeaders { sampling_priority: Some(b"-1"), ..IDS }, Deny, "s:-1", false),
        ("no decision", DatadogHeaders { sampling_priority: None, ..IDS }, Deferred, "", false),
        ("a decision that is none", DatadogHeaders { sampling_priority: Some(b"yes"), ..IDS }, Deferred, "", true),
        ("a decision of two digits", DatadogHeaders { sampling_priority: Some(b"10"), ..IDS }, Deferred, "", true),
        ("origin", DatadogHeaders { origin: Some(b"synthetics"), ..IDS }, Accept, "s:1;o:synthetics", false),
        (
            "an origin that the trace state cannot hold as it is",
            DatadogHeaders { origin: Some("a=b,c;d~é".as_bytes()), ..IDS },
            Accept,
            "s:1;o:a~b_c_d___",
            false,
        ),
        ("an empty origin", DatadogHeaders { origin: Some(b""), ..IDS }, Accept, "s:1", false),
        ("the decision's maker", DatadogHeaders { tags: Some(b"_dd.p.dm=-4"), ..IDS }, Accept, "s:1;t.dm:-4", false),
        ("tags that are not to be passed on", DatadogHeaders { tags: Some(b"_dd.p.dm=-4,other=1,_dd.p.=2"), ..IDS }, Accept, "s:1;t.dm:-4", false),
        ("a value with an equals sign", DatadogHeaders { tags: Some(b"_dd.p.usr.id=YWJj=="), ..IDS }, Accept, "s:1;t.usr.id:YWJj~~", false),
        ("a tag without a value", DatadogHeaders { tags: Some(b"_dd.p.dm"), ..IDS }, Accept, "s:1", true),
        ("an upper half that is no number", DatadogHeaders { tags: Some(b"_dd.p.tid=xyz,_dd.p.dm=-4"), ..IDS }, Accept, "s:1", true),
        ("too many tags", DatadogHeaders { tags: Some(long.as_bytes()), ..IDS }, Accept, "s:1", true),
        ("a tag too large for the trace state", DatadogHeaders { tags: Some(large.as_bytes()), ..IDS }, Accept, "s:1;t.b:1", false),
    ];
    for (reason, headers, sampling, state, is_partial) in rows {
        let found = read(*headers);
        assert_eq!((found.parent.sampling, found.state.as_str(), found.is_partial), (*sampling, *state, *is_partial), "{reason}");
    }
}

#[test]
fn finds_no_parent_where_none_is_named() {
    assert_eq!(parse_datadog(&DatadogHeaders::default()), Ok(None), "no header");
    assert_eq!(parse_datadog(&DatadogHeaders { trace_id: None, ..IDS }), Ok(None), "no trace id");
    assert_eq!(parse_datadog(&DatadogHeaders { parent_id: None, ..IDS }), Ok(None), "no parent");
    assert_eq!(parse_datadog(&DatadogHeaders { parent_id: Some(b"0"), origin: Some(b"synthetics"), ..IDS }), Ok(None), "a test from a browser");
}

#[test]
fn rejects_ids_that_are_none() {
    let rows: &[(&str, &[u8])] = &[
        ("empty", b""),
        ("hexadecimal", b"4bf92f3577b34da6"),
        ("a sign", b"+1"),
        ("one too large", b"18446744073709551616"),
        ("much too large", b"99999999999999999999999999"),
        ("a fraction", b"1.5"),
        ("two joined", b"1, 2"),
    ];
    for (reason, id) in rows {
        assert_eq!(parse_datadog(&DatadogHeaders { trace_id: Some(id), ..IDS }), Err(Malformed::TraceId), "{reason}");
        assert_eq!(parse_datadog(&DatadogHeaders { parent_id: Some(id), ..IDS }), Err(Malformed::SpanId), "{reason}");
    }
    assert_eq!(parse_datadog(&DatadogHeaders { trace_id: Some(b"0"), ..IDS }), Err(Malformed::TraceId), "a trace id of zero");
}

proptest! {
    /// Whatever origin and tags hold, what is made of them is a member that `tracestate` takes.
    #[test]
    fn what_is_kept_fits_the_trace_state(origin in proptest::collection::vec(any::<u8>(), 0..80), tags in "(_dd\\.p\\.[ -~]{1,8}=[ -~é]{0,30},?){0,8}") {
        let headers = DatadogHeaders { origin: Some(&origin), tags: Some(tags.as_bytes()), ..IDS };
        let state = read(headers).state;
        prop_assert!(state.len() <= MAX_DATADOG_STATE_BYTES);
        let member = format!("dd={state}");
        prop_assert_eq!(normalise_tracestate(member.as_bytes()), Some(member));
    }
}
