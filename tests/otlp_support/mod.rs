//! Generated spans, and what the oracle is expected to make of them.
#![allow(dead_code, unused_imports, reason = "each test binary uses its own part")]

mod expected;
mod generate;

use proptest::test_runner::Config as ProptestConfig;

pub use expected::{assert_resource, assert_same, expected_scope, expected_span};
pub use generate::{OwnedAttribute, OwnedEvent, OwnedSpan, OwnedStatus, OwnedValue, plain_span, resources, scopes, spans};

/// How properties are tried: `PROPTEST_CASES` times, or often enough to meet every branch within seconds. What fails is printed, not kept in
/// a file: generated spans are large, and a bug found belongs in a test of its own.
pub fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(128);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}
