//! gzip, a piece at a time.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
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
