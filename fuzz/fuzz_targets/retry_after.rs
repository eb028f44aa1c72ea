//! What a server says about when to try again: `Retry-After`, and `RetryInfo` in the details of a gRPC status.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use libfuzzer_sys::fuzz_target;
use observability_ts::export::classify::{classify_grpc, parse_retry_after};
use tonic::Code;

fuzz_target!(|bytes: &[u8]| {
    let _ = parse_retry_after(bytes, UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let _ = classify_grpc(Code::ResourceExhausted, "", bytes);
});
