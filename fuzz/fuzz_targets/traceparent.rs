//! `traceparent`: whatever is accepted is written again as a version-00 header that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observability_ts::propagation::{KNOWN_FLAGS, TRACEPARENT_LENGTH, format_traceparent, parse_traceparent};

fuzz_target!(|header: &[u8]| {
    if let Ok(parent) = parse_traceparent(header) {
        let written = format_traceparent(&parent);
        assert_eq!(written.len(), TRACEPARENT_LENGTH);
        assert_eq!(parse_traceparent(written.as_bytes()), Ok(parent));
        assert_eq!(parent.flags.to_u8() & !KNOWN_FLAGS, 0);
    }
});
