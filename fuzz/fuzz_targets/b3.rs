//! B3 headers, both forms: ids are valid, and both forms of one parent read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observability_ts::propagation::{B3Headers, parse_b3, parse_b3_multi};
use observability_ts::span::{SpanId, TraceId};

fuzz_target!(|header: &[u8]| {
    // Lines are the headers of the other form.
    let mut lines = header.split(|byte| *byte == b'\n');
    let headers = B3Headers { trace_id: lines.next(), span_id: lines.next(), sampled: lines.next(), flags: lines.next() };
    for found in [parse_b3(header), parse_b3_multi(&headers)] {
        let Ok(Some(parent)) = found else { continue };
        assert!(parent.trace_id != TraceId::INVALID && parent.span_id != SpanId::INVALID);
        let (trace_id, span_id) = (parent.trace_id.to_string(), parent.span_id.to_string());
        let one = parse_b3(format!("{trace_id}-{span_id}-1").as_bytes());
        let several = B3Headers { trace_id: Some(trace_id.as_bytes()), span_id: Some(span_id.as_bytes()), sampled: Some(b"1"), flags: None };
        assert_eq!(one, parse_b3_multi(&several));
    }
});
