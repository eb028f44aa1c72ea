//! `baggage`: what is read stays within the limits, and what is written of it is a header that reads within them again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use observability_ts::propagation::{MAX_BAGGAGE_BYTES, MAX_BAGGAGE_ENTRIES, format_baggage, parse_baggage};

fuzz_target!(|header: &[u8]| {
    let entries = parse_baggage(header).entries;
    assert!(entries.len() <= MAX_BAGGAGE_ENTRIES);
    let written = format_baggage(&entries);
    assert!(written.len() <= MAX_BAGGAGE_BYTES);
    assert!(written.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')), "a header value: {written:?}");
    // Written once, it is in its normal form.
    let again = parse_baggage(written.as_bytes()).entries;
    assert_eq!(format_baggage(&again), written);
});
