//! Batches kept in memory, for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Outcome, Payload, Request, Transport};

/// The most encoded bytes that are kept; the oldest batches give way.
pub const MAX_MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// Where the memory exporter keeps its batches: a handle that may be cloned and used from any thread.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    payloads: VecDeque<Payload>,
    bytes: usize,
    dropped_spans: u64,
}

impl MemoryStore {
    /// The batches that are kept, oldest first. Their bytes are shared, not copied.
    pub fn payloads(&self) -> Vec<Payload> {
        self.kept().payloads.iter().cloned().collect()
    }

    /// The spans that gave way to newer ones since the last [`clear`](Self::clear).
    pub fn dropped_spans(&self) -> u64 {
        self.kept().dropped_spans
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    fn push(&self, payload: Payload) {
        let mut kept = self.kept();
        kept.bytes += payload.body.len();
        kept.payloads.push_back(payload);
        while kept.bytes > MAX_MEMORY_BYTES {
            let Some(oldest) = kept.payloads.pop_front() else { break };
            kept.bytes -= oldest.body.len();
            kept.dropped_spans += u64::from(oldest.spans);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for MemoryStore {
    async fn send(&self, request: &Request) -> Outcome {
        self.push(Payload { body: request.body.clone(), spans: request.spans });
        Outcome::ACCEPTED
    }

    fn forget_connections(&self) {}
}
