//! `traceparent`.

use observability_ts::{
    propagation::{Rejected, TraceParent, format_traceparent, parse_traceparent},
    span::{SpanId, TraceFlags, TraceId},
};
use proptest::prelude::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

#[test]
fn takes_what_the_recommendation_allows() {
    let rows: &[(&str, String, u8)] = &[
        ("sampled", format!("00-{TRACE}-{SPAN}-01"), 1),
        ("not sampled", format!("00-{TRACE}-{SPAN}-00"), 0),
        ("sampled, random (level 2)", format!("00-{TRACE}-{SPAN}-03"), 3),
        ("random alone", format!("00-{TRACE}-{SPAN}-02"), 2),
        ("unknown flags read as zero", format!("00-{TRACE}-{SPAN}-fd"), 1),
        ("all flags", format!("00-{TRACE}-{SPAN}-ff"), 3),
        ("a future version of the same length", format!("01-{TRACE}-{SPAN}-01"), 1),
        ("a future version with more behind a hyphen", format!("cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like"), 1),
        ("a future version with a hyphen and nothing", format!("cc-{TRACE}-{SPAN}-01-"), 1),
        ("white space around", format!(" \t00-{TRACE}-{SPAN}-01\t "), 1),
        ("a trace id of zeros but one", "00-00000000000000000000000000000001-0000000000000001-00".to_owned(), 0),
    ];
    for (reason, header, flags) in rows {
        let parent = parse_traceparent(header.as_bytes()).unwrap_or_else(|rejected| panic!("{reason}: {rejected}"));
        assert_eq!(parent.flags.to_u8(), *flags, "{reason}");
        let digits = header.trim();
        assert_eq!(parent.trace_id.to_string(), &digits[3..35], "{reason}");
        assert_eq!(parent.span_id.to_string(), &digits[36..52], "{reason}");
    }
}

#[test]
fn rejects_the_rest_with_the_reason() {
    let rows: &[(&str, String, Rejected)] = &[
        ("empty", String::new(), Rejected::Length),
        ("white space alone", " \t ".to_owned(), Rejected::Length),
        ("one short", format!("00-{TRACE}-{SPAN}-0"), Rejected::Length),
        ("version 00 has nothing behind the flags", format!("00-{TRACE}-{SPAN}-01-"), Rejected::Length),
        ("version 00, two headers joined", format!("00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01"), Rejected::Length),
        ("version ff is forbidden", format!("ff-{TRACE}-{SPAN}-01"), Rejected::Version),
        ("version in capitals", format!("CC-{TRACE}-{SPAN}-01"), Rejected::Version),
        ("version with a sign, which a number parser would take", format!("+0-{TRACE}-{SPAN}-01"), Rejected::Version),
        ("version .0", format!(".0-{TRACE}-{SPAN}-01"), Rejected::Version),
        ("a future version with more and no hyphen", format!("cc-{TRACE}-{SPAN}-01.what"), Rejected::Separator),
        ("underscore", format!("00_{TRACE}-{SPAN}-01"), Rejected::Separator),
        ("trace id in capitals", format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), Rejected::TraceId),
        ("trace id of zeros", format!("00-{}-{SPAN}-01", "0".repeat(32)), Rejected::TraceId),
        ("trace id with a letter that is no digit", format!("00-{}-{SPAN}-01", TRACE.replace('f', "g")), Rejected::TraceId),
        ("span id in capitals", format!("00-{TRACE}-{}-01", SPAN.to_uppercase()), Rejected::SpanId),
        ("span id of zeros", format!("00-{TRACE}-{}-01", "0".repeat(16)), Rejected::SpanId),
        ("flags in capitals", format!("00-{TRACE}-{SPAN}-0A"), Rejected::Flags),
        ("flags that are no digits", format!("00-{TRACE}-{SPAN}-0."), Rejected::Flags),
        ("a letter of two bytes", format!("00-{}é-{SPAN}-01", &TRACE[..30]), Rejected::TraceId),
    ];
    for (reason, header, rejected) in rows {
        assert_eq!(parse_traceparent(header.as_bytes()), Err(*rejected), "{reason}: {header:?}");
        assert!(!rejected.to_string().is_empty());
    }
}

#[test]
fn writes_unknown_flags_as_zero() {
    let parent = TraceParent { trace_id: TraceId::from(1), span_id: SpanId::from(2), flags: TraceFlags::new(0xff) };
    assert_eq!(format_traceparent(&parent), "00-00000000000000000000000000000001-0000000000000002-03");
}

/// Bytes near a header: what a test of arbitrary bytes alone would never reach.
fn nearly_a_header() -> impl Strategy<Value = Vec<u8>> {
    (any::<u128>(), any::<u64>(), any::<u8>(), proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3)).prop_map(
        |(trace, span, flags, faults)| {
            let mut header = format!("00-{trace:032x}-{span:016x}-{flags:02x}").into_bytes();
            for (at, byte) in faults {
                let at = at.index(header.len());
                header[at] = byte;
            }
            header
        },
    )
}

proptest! {
    #[test]
    fn never_panics(header in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = parse_traceparent(&header);
    }

    /// The grammar once more, as a walk over characters instead of fields.
    #[test]
    fn takes_exactly_the_grammar(header in nearly_a_header()) {
        let is_shaped = header.iter().enumerate().all(|(at, byte)| match at {
            2 | 35 | 52 => *byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
        let nonzero = |range: std::ops::Range<usize>| header[range].iter().any(|byte| *byte != b'0');
        prop_assume!(header.iter().all(|byte| !matches!(byte, b' ' | b'\t')));
        let expected = is_shaped && !header.starts_with(b"ff") && nonzero(3..35) && nonzero(36..52);
        prop_assert_eq!(parse_traceparent(&header).is_ok(), expected);
    }

    #[test]
    fn round_trips(trace in 1..=u128::MAX, span in 1..=u64::MAX, flags in 0..4_u8) {
        let parent = TraceParent { trace_id: TraceId::from(trace), span_id: SpanId::from(span), flags: TraceFlags::new(flags) };
        prop_assert_eq!(parse_traceparent(format_traceparent(&parent).as_bytes()), Ok(parent));
    }
}
