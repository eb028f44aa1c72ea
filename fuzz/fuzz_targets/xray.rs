//! X-Ray headers: what is passed on of one is a header again, which reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observability_ts::propagation::{MAX_XRAY_REST_BYTES, parse_xray};

fuzz_target!(|header: &[u8]| {
    let Ok(Some(found)) = parse_xray(header) else { return };
    assert!(found.rest.len() <= MAX_XRAY_REST_BYTES);
    assert!(found.rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b','));
    let (trace_id, span_id) = (found.parent.trace_id.to_string(), found.parent.span_id);
    let written = format!("Root=1-{}-{};Parent={span_id};{}", &trace_id[..8], &trace_id[8..], found.rest);
    let again = parse_xray(written.as_bytes()).expect("what was read can be read").expect("a parent");
    assert_eq!((again.parent.trace_id, again.parent.span_id, again.rest), (found.parent.trace_id, span_id, found.rest));
});
