//! Counting spans by walking over the framing of a request; nothing is decoded or kept.

use bytes::Buf;
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// `resource_spans`, `scope_spans`, `spans`: the field numbers on the way from a request to its spans.
const PATH: [u64; 3] = [1, 2, 2];

/// The spans of a body: of the one message of a gRPC call or of an HTTP request. `None` when it is not what it should be.
pub fn spans_of(body: &[u8], grpc: bool, gzip: bool) -> Option<u64> {
    let (compressed, message) = if grpc {
        let (head, message) = body.split_at_checked(5)?;
        (head[0] == 1, message)
    } else {
        (gzip, body)
    };
    if !compressed {
        return count(message, &PATH);
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(message).read_to_end(&mut plain).ok()?;
    count(&plain, &PATH)
}

fn count(mut message: &[u8], path: &[u64]) -> Option<u64> {
    let (field, rest) = path.split_first()?;
    let mut spans = 0;
    while message.has_remaining() {
        let tag = prost::encoding::decode_varint(&mut message).ok()?;
        let len = match tag & 7 {
            0 => {
                prost::encoding::decode_varint(&mut message).ok()?;
                0
            }
            1 => 8,
            2 => usize::try_from(prost::encoding::decode_varint(&mut message).ok()?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (content, after) = message.split_at_checked(len)?;
        if tag == field << 3 | 2 {
            spans += if rest.is_empty() { 1 } else { count(content, rest)? };
        }
        message = after;
    }
    Some(spans)
}
