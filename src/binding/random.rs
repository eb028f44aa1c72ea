//! Random bytes.

use napi_derive::napi;
use rustls::crypto::ring;

/// The most that is given at a time: these are seeds.
const MAX_BYTES: usize = 64;

/// Bytes from the system's source of randomness; `null` where that fails.
#[napi(catch_unwind)]
pub fn random_bytes(count: u32) -> Option<Vec<u8>> {
    let mut bytes = vec![0; (count as usize).min(MAX_BYTES)];
    ring::default_provider().secure_random.fill(&mut bytes).ok()?;
    Some(bytes)
}
