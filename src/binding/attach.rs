//! A JS thread gets its arena, and speaks to the worker.

use std::sync::Arc;

use napi::bindgen_prelude::{ArrayBuffer, Env, Result};
use napi_derive::napi;

use super::process::pipeline;
use crate::arena::{ARENA_BYTES, Arena};
use crate::pipeline::Pipeline;

/// What a thread is attached with.
#[napi(object, object_from_js = false)]
pub struct Attachment<'env> {
    /// The number of its ring.
    pub ring: u32,
    /// Its arena.
    pub memory: ArrayBuffer<'env>,
}

/// Attaches the calling thread to the process' pipeline. `null` when there is none, where this runtime shares no memory with addons, or where there is
/// no memory to share.
#[napi(catch_unwind)]
pub fn attach<'env>(env: &'env Env, now_millis: f64) -> Result<Option<Attachment<'env>>> {
    let Some(pipeline) = pipeline().filter(|pipeline| pipeline.is_alive()) else { return Ok(None) };
    let Ok((ring, arena)) = pipeline.attach(now_millis) else { return Ok(None) };
    let start = arena.as_ptr();
    let lent = (Arc::clone(&pipeline), Arc::clone(&arena));
    // SAFETY: the memory is ARENA_BYTES long and lives until the finalizer has dropped its reference; JavaScript and Rust both write to it, which is
    // sound because Rust only ever accesses it through atomics.
    let memory = unsafe {
        ArrayBuffer::from_external(env, start, ARENA_BYTES, lent, |env, (pipeline, arena): (_, Arc<Arena>)| {
            Pipeline::detach(&pipeline, &arena);
            count_for_gc(env, true);
        })
    }?;
    count_for_gc(*env, false);
    if !std::ptr::eq(memory.as_ptr(), start) {
        // The runtime refuses external memory and was given a copy, which nobody would read.
        pipeline.detach(&arena);
        return Ok(None);
    }
    // Whichever comes first, the end of the thread or of its buffer, closes it; the hook, which stays for as long as the thread, must keep neither the memory
    // of a buffer that is gone nor a pipeline that another one has followed.
    env.add_env_cleanup_hook((Arc::downgrade(&pipeline), Arc::downgrade(&arena)), |(pipeline, arena)| {
        if let (Some(pipeline), Some(arena)) = (pipeline.upgrade(), arena.upgrade()) {
            pipeline.detach(&arena);
        }
    })?;
    Ok(Some(Attachment { ring, memory }))
}

/// The first major version of Node whose V8 ends the process where the sum that follows would be below zero, if only for the moment between V8's own subtraction
/// at a buffer's end and ours.
const SUM_IS_CHECKED: u32 = 24;

/// Takes the arena out of what V8 counts as memory that a collection could free, or puts it back where V8 has taken it out itself. Counted, it makes V8 collect
/// everything early, while it still learns how the service runs, which costs a request time ever after (docs/adr/0002, "Noise to know of").
fn count_for_gc(env: Env, counted: bool) {
    if env.get_node_version().is_ok_and(|version| version.major < SUM_IS_CHECKED) {
        let bytes = ARENA_BYTES as i64;
        // It fails only where the environment is torn down, and nobody counts any more.
        let _ = env.adjust_external_memory(if counted { bytes } else { -bytes });
    }
}

/// Wakes the worker.
#[napi(catch_unwind)]
pub fn wake() {
    if let Some(pipeline) = pipeline() {
        pipeline.wake();
    }
}

/// Hands over one record that does not fit a slot; false when too many wait.
#[napi(catch_unwind)]
pub fn submit(ring: u32, record: &[u8], length: u32) -> bool {
    let Some(record) = record.get(..length as usize) else { return false };
    pipeline().is_some_and(|pipeline| pipeline.submit(ring, record))
}
