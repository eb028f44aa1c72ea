//! The pipeline of the process. Node unloads an addon only with its process, so this lives as long.

use std::sync::{Arc, Mutex, PoisonError};

use crate::pipeline::Pipeline;

static PIPELINE: Mutex<Option<Arc<Pipeline>>> = Mutex::new(None);

/// The running pipeline; also one that has ended, until another is started.
pub(super) fn pipeline() -> Option<Arc<Pipeline>> {
    PIPELINE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The running pipeline, or the one that `start` makes now. The flag says whether it was made now.
pub(super) fn pipeline_or_start(start: impl FnOnce() -> std::io::Result<Pipeline>) -> std::io::Result<(Arc<Pipeline>, bool)> {
    let mut slot = PIPELINE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = slot.as_ref().filter(|pipeline| pipeline.is_alive()) {
        return Ok((Arc::clone(running), false));
    }
    let made = Arc::new(start()?);
    *slot = Some(Arc::clone(&made));
    Ok((made, true))
}
