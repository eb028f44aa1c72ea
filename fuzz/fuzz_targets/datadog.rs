//! Datadog's headers: what is kept of them is a member that `tracestate` takes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observability_ts::propagation::{DatadogHeaders, MAX_DATADOG_STATE_BYTES, normalise_tracestate, parse_datadog};
use observability_ts::span::{SpanId, TraceId};

// A line for each header.
fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let headers =
        DatadogHeaders { trace_id: lines.next(), parent_id: lines.next(), sampling_priority: lines.next(), origin: lines.next(), tags: lines.next() };
    let Ok(Some(found)) = parse_datadog(&headers) else { return };
    assert!(found.parent.trace_id != TraceId::INVALID && found.parent.span_id != SpanId::INVALID);
    assert!(found.state.len() <= MAX_DATADOG_STATE_BYTES);
    if !found.state.is_empty() {
        let member = format!("dd={}", found.state);
        assert_eq!(normalise_tracestate(member.as_bytes()), Some(member));
    }
});
