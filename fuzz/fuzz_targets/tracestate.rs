//! `tracestate`: what is accepted is in its normal form already.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observability_ts::propagation::{MAX_TRACESTATE_BYTES, MAX_TRACESTATE_MEMBERS, normalise_tracestate};

fuzz_target!(|header: &[u8]| {
    if let Some(normal) = normalise_tracestate(header) {
        assert!(normal.len() <= MAX_TRACESTATE_BYTES);
        assert!(normal.split(',').count() <= MAX_TRACESTATE_MEMBERS);
        assert_eq!(normalise_tracestate(normal.as_bytes()).as_deref(), Some(normal.as_str()));
    }
});
