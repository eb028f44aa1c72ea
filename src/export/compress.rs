//! gzip, a piece at a time.

use std::io::{self, Read, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// How much is compressed before the other tasks of the thread get their turn: some tenths of a millisecond.
const PIECE_BYTES: usize = 32 * 1024;

/// Compresses the body. It gives way between pieces, so that a 4 MiB body does not keep the thread from draining the rings.
pub(super) async fn gzip(body: &Bytes) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
    for (index, piece) in body.chunks(PIECE_BYTES).enumerate() {
        if index > 0 {
            tokio::task::yield_now().await;
        }
        encoder.write_all(piece)?;
    }
    Ok(encoder.finish()?.into())
}

/// Expands a short answer; `None` when it is no gzip or expands beyond the bound.
pub(super) fn gunzip(body: &[u8], max_bytes: usize) -> Option<Vec<u8>> {
    let mut expanded = Vec::new();
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    GzDecoder::new(body).take(limit.saturating_add(1)).read_to_end(&mut expanded).ok()?;
    (expanded.len() <= max_bytes).then_some(expanded)
}

#[cfg(test)]
mod tests {
    use super::{GzEncoder, gunzip};
    use std::io::Write;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    #[test]
    fn expands_up_to_the_bound() {
        let body = gzipped(&[7; 1000]);
        assert_eq!(gunzip(&body, 1000), Some(vec![7; 1000]));
        assert_eq!(gunzip(&body, 999), None, "a bomb is not expanded");
        assert_eq!(gunzip(&body[..body.len() - 9], 1000), None, "cut short");
        assert_eq!(gunzip(b"not gzip", 1000), None);
    }
}
