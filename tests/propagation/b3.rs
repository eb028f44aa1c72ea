//! B3 headers.

use observability_ts::propagation::{B3Headers, Malformed, RemoteSpan, Sampling, parse_b3, parse_b3_multi};
use proptest::prelude::*;

const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
const SPAN: &str = "e457b5a2e4d86bd1";
const PARENT: &str = "05e3ac9a4f6e3b90";

#[test]
fn reads_one_header() {
    use Sampling::{Accept, Debug, Deferred, Deny};
    let short = format!("{}{}", "0".repeat(16), &TRACE[16..]);
    let rows = [
        ("all of it", format!("{TRACE}-{SPAN}-1-{PARENT}"), TRACE, Accept),
        ("no grandparent", format!("{TRACE}-{SPAN}-1"), TRACE, Accept),
        ("denied", format!("{TRACE}-{SPAN}-0"), TRACE, Deny),
        ("debug", format!("{TRACE}-{SPAN}-d-{PARENT}"), TRACE, Debug),
        ("no decision", format!("{TRACE}-{SPAN}"), TRACE, Deferred),
        ("a trace id of 64 bits", format!("{}-{SPAN}-1", &TRACE[16..]), &short, Accept),
        ("in capitals", format!("{}-{}-1", TRACE.to_uppercase(), SPAN.to_uppercase()), TRACE, Accept),
        ("white space around", format!(" {TRACE}-{SPAN}-1\t"), TRACE, Accept),
    ];
    for (reason, header, trace, sampling) in rows {
        check(reason, parse_b3(header.as_bytes()), trace, sampling);
    }
    for decision in ["0", "1", "d"] {
        assert_eq!(parse_b3(decision.as_bytes()), Ok(None), "a decision alone names no parent");
    }
}

#[test]
fn rejects_one_header_with_the_reason() {
    use Malformed::{Length, Sampling, Shape, SpanId, TraceId};
    let rows = [
        ("empty", String::new(), Sampling),
        ("a word", "true".to_owned(), Sampling),
        ("a trace id alone", TRACE.to_owned(), Sampling),
        ("a trace id of zeros", format!("{}-{SPAN}-1", "0".repeat(32)), TraceId),
        ("a short trace id of zeros", format!("{}-{SPAN}-1", "0".repeat(16)), TraceId),
        ("a trace id of 24 digits", format!("{}-{SPAN}-1", &TRACE[8..]), TraceId),
        ("a letter that is no digit", format!("{}-{SPAN}-1", TRACE.replace('f', "g")), TraceId),
        ("no trace id", format!("-{SPAN}-1"), TraceId),
        ("a span id of zeros", format!("{TRACE}-{}-1", "0".repeat(16)), SpanId),
        ("a short span id", format!("{TRACE}-{}-1", &SPAN[1..]), SpanId),
        ("a decision of another kind", format!("{TRACE}-{SPAN}-2"), Sampling),
        ("an empty decision", format!("{TRACE}-{SPAN}--{PARENT}"), Sampling),
        ("a grandparent that is no id", format!("{TRACE}-{SPAN}-1-{}", &PARENT[1..]), SpanId),
        ("one field too many", format!("{}-{SPAN}-1-{PARENT}-", &TRACE[16..]), Shape),
        ("too long", format!("{TRACE}-{SPAN}-1-{PARENT}-"), Length),
    ];
    for (reason, header, fault) in rows {
        assert_eq!(parse_b3(header.as_bytes()), Err(fault), "{reason}");
    }
}

#[test]
fn reads_several_headers() {
    use Sampling::{Accept, Debug, Deferred, Deny};
    let ids = B3Headers { trace_id: Some(TRACE.as_bytes()), span_id: Some(SPAN.as_bytes()), ..B3Headers::default() };
    let rows = [
        ("no decision", ids, Deferred),
        ("sampled", B3Headers { sampled: Some(b"1"), ..ids }, Accept),
        ("sampled, as older tracers write it", B3Headers { sampled: Some(b"true"), ..ids }, Accept),
        ("denied", B3Headers { sampled: Some(b"0"), ..ids }, Deny),
        ("denied, as older tracers write it", B3Headers { sampled: Some(b"false"), ..ids }, Deny),
        ("debug implies sampled", B3Headers { flags: Some(b"1"), ..ids }, Debug),
        ("debug wins over a denial", B3Headers { sampled: Some(b"0"), flags: Some(b"1"), ..ids }, Debug),
        ("other flags mean nothing", B3Headers { sampled: Some(b"1"), flags: Some(b"0"), ..ids }, Accept),
    ];
    for (reason, headers, sampling) in rows {
        check(reason, parse_b3_multi(&headers), TRACE, sampling);
    }
    assert_eq!(parse_b3_multi(&B3Headers::default()), Ok(None), "no header");
    assert_eq!(parse_b3_multi(&B3Headers { sampled: Some(b"0"), ..B3Headers::default() }), Ok(None), "a decision alone");
}

#[test]
fn rejects_several_headers_with_the_reason() {
    let ids = B3Headers { trace_id: Some(TRACE.as_bytes()), span_id: Some(SPAN.as_bytes()), ..B3Headers::default() };
    let rows = [
        ("a trace id alone", B3Headers { span_id: None, ..ids }, Malformed::Shape),
        ("a span id alone", B3Headers { trace_id: None, ..ids }, Malformed::Shape),
        ("an empty trace id", B3Headers { trace_id: Some(b""), ..ids }, Malformed::TraceId),
        (
            "two trace ids joined",
            B3Headers { trace_id: Some(b"80f198ee56343ba864fe8b2a57d3eff7, 80f198ee56343ba864fe8b2a57d3eff7"), ..ids },
            Malformed::TraceId,
        ),
        ("an empty span id", B3Headers { span_id: Some(b""), ..ids }, Malformed::SpanId),
        ("a decision of another kind", B3Headers { sampled: Some(b"yes"), ..ids }, Malformed::Sampling),
    ];
    for (reason, headers, fault) in rows {
        assert_eq!(parse_b3_multi(&headers), Err(fault), "{reason}");
    }
}

fn check(reason: &str, found: Result<Option<RemoteSpan>, Malformed>, trace: &str, sampling: Sampling) {
    let found = found.unwrap_or_else(|fault| panic!("{reason}: {fault}")).unwrap_or_else(|| panic!("{reason}: no parent"));
    assert_eq!((found.trace_id.to_string().as_str(), found.span_id.to_string().as_str(), found.sampling), (trace, SPAN, sampling), "{reason}");
}

proptest! {
    #[test]
    fn never_panics(header in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'-'), b'0'..=b'9'], 0..80)) {
        let _ = parse_b3(&header);
        let _ = parse_b3_multi(&B3Headers { trace_id: Some(&header), span_id: Some(&header), sampled: Some(&header), flags: None });
    }

    #[test]
    fn both_forms_say_the_same(trace in 1..=u128::MAX, span in 1..=u64::MAX) {
        let (trace, span) = (format!("{trace:032x}"), format!("{span:016x}"));
        let one = parse_b3(format!("{trace}-{span}-1").as_bytes());
        let several = parse_b3_multi(&B3Headers { trace_id: Some(trace.as_bytes()), span_id: Some(span.as_bytes()), sampled: Some(b"1"), flags: None });
        prop_assert!(one.is_ok_and(|found| found.is_some()));
        prop_assert_eq!(one, several);
    }
}
