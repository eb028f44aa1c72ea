//! AWS X-Ray headers.

use observability_ts::propagation::{MAX_XRAY_BYTES, MAX_XRAY_REST_BYTES, Malformed, Sampling, parse_xray};
use proptest::prelude::*;

const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";
const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const SPAN: &str = "53995c3f42cd8ad8";

#[test]
fn reads_a_parent_whatever_else_is_there() {
    use Sampling::{Accept, Deferred, Deny};
    let long = format!("A={}", "x".repeat(MAX_XRAY_REST_BYTES));
    let rows: &[(&str, String, Sampling, &str)] = &[
        ("the usual one", format!("{ROOT};Parent={SPAN};Sampled=1"), Accept, ""),
        ("not sampled", format!("{ROOT};Parent={SPAN};Sampled=0"), Deny, ""),
        ("the caller asks us to decide", format!("{ROOT};Parent={SPAN};Sampled=?"), Deferred, ""),
        ("no decision", format!("{ROOT};Parent={SPAN}"), Deferred, ""),
        ("an empty decision is none", format!("{ROOT};Parent={SPAN};Sampled="), Deferred, ""),
        ("another order", format!("Sampled=1;Parent={SPAN};{ROOT}"), Accept, ""),
        ("white space around fields, as some write it", format!(" {ROOT} ; Parent = {SPAN} ;\tSampled=1 "), Accept, ""),
        ("empty fields", format!(";{ROOT};;Parent={SPAN};Sampled=1;"), Accept, ""),
        (
            "a load balancer's own mark is not passed on",
            format!("Self=1-67891234-12456789abcdef012345678;{ROOT};Parent={SPAN};Sampled=1"),
            Accept,
            "",
        ),
        ("Lambda's lineage is", format!("{ROOT};Parent={SPAN};Sampled=1;Lineage=2:a87bd80c:1|68fd508a:5"), Accept, "Lineage=2:a87bd80c:1|68fd508a:5"),
        ("and so are fields of the application", format!("CalledFrom=app;{ROOT};Parent={SPAN};Sampled=1;X=1=2"), Accept, "CalledFrom=app;X=1=2"),
        ("a field that could break a header is left out", format!("{ROOT};Parent={SPAN};Sampled=1;A=b c;B=é;C=a,b;D=1"), Accept, "D=1"),
        ("fields that are too long are left out", format!("{ROOT};Parent={SPAN};Sampled=1;{long};B=1"), Accept, "B=1"),
        ("digits in capitals are the same number", format!("{};Parent={};Sampled=1", ROOT.replace('b', "B"), SPAN.to_uppercase()), Accept, ""),
    ];
    for (reason, header, sampling, rest) in rows {
        let found =
            parse_xray(header.as_bytes()).unwrap_or_else(|fault| panic!("{reason}: {fault}")).unwrap_or_else(|| panic!("{reason}: no parent"));
        assert_eq!(found.parent.trace_id.to_string(), TRACE, "{reason}");
        assert_eq!(found.parent.span_id.to_string(), SPAN, "{reason}");
        assert_eq!((found.parent.sampling, found.rest.as_str()), (*sampling, *rest), "{reason}");
    }
}

#[test]
fn finds_no_parent_where_none_is_named() {
    let rows = [
        ("empty", String::new()),
        ("a load balancer's root, below which it has no span", ROOT.to_owned()),
        ("a root and a decision", format!("{ROOT};Sampled=1")),
        ("an empty parent", format!("{ROOT};Parent=;Sampled=1")),
        ("no root", format!("Parent={SPAN};Sampled=1")),
        ("other fields alone", "Self=1-5759e988-bd862e3fe1be46a994272793".to_owned()),
    ];
    for (reason, header) in rows {
        assert_eq!(parse_xray(header.as_bytes()), Ok(None), "{reason}");
    }
}

#[test]
fn rejects_the_rest_with_the_reason() {
    use Malformed::{Length, Sampling, Shape, SpanId, TraceId};
    let rows = [
        ("a field without a value", format!("{ROOT};Parent={SPAN};Sampled"), Shape),
        ("two roots", format!("{ROOT};{ROOT};Parent={SPAN}"), Shape),
        ("two parents", format!("{ROOT};Parent={SPAN};Parent={SPAN}"), Shape),
        ("another version", format!("{};Parent={SPAN}", ROOT.replace("=1-", "=2-")), TraceId),
        ("no hyphen", format!("Root=1-{TRACE};Parent={SPAN}"), TraceId),
        ("hyphen at another place", format!("Root=1-5759e98-8bd862e3fe1be46a994272793;Parent={SPAN}"), TraceId),
        ("a root of zeros", format!("Root=1-00000000-000000000000000000000000;Parent={SPAN}"), TraceId),
        ("a digit short", format!("{};Parent={SPAN}", &ROOT[..ROOT.len() - 1]), TraceId),
        ("a letter that is no digit", format!("{};Parent={SPAN}", ROOT.replace('e', "g")), TraceId),
        ("a letter of two bytes", format!("{};Parent={SPAN}", ROOT.replace("dd", "é")).replace("bd", "é"), TraceId),
        ("a parent of zeros", format!("{ROOT};Parent=0000000000000000"), SpanId),
        ("a short parent", format!("{ROOT};Parent=53995c3f42cd8ad"), SpanId),
        ("a number for a decision", format!("{ROOT};Parent={SPAN};Sampled=2"), Sampling),
        ("a word for a decision", format!("{ROOT};Parent={SPAN};Sampled=true"), Sampling),
        ("longer than any", format!("{ROOT};Parent={SPAN};A={}", "x".repeat(MAX_XRAY_BYTES)), Length),
    ];
    for (reason, header, fault) in rows {
        assert_eq!(parse_xray(header.as_bytes()), Err(fault), "{reason}: {header:.120}");
        assert!(!fault.to_string().is_empty());
    }
}

proptest! {
    #[test]
    fn never_panics_and_passes_on_little(header in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b';'), Just(b'='), b'a'..b'f'], 0..300)) {
        if let Ok(Some(found)) = parse_xray(&header) {
            prop_assert!(found.rest.len() <= MAX_XRAY_REST_BYTES);
        }
    }

    #[test]
    fn reads_every_id(trace in 1..=u128::MAX, span in 1..=u64::MAX) {
        let digits = format!("{trace:032x}");
        let header = format!("Root=1-{}-{};Parent={span:016x};Sampled=1", &digits[..8], &digits[8..]);
        let found = parse_xray(header.as_bytes()).unwrap().unwrap();
        prop_assert_eq!((found.parent.trace_id.to_string(), found.parent.span_id.to_string()), (digits, format!("{span:016x}")));
    }
}
