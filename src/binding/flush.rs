//! Flushing, awaited by JavaScript.

use std::time::Duration;

use napi::bindgen_prelude::{Env, Object, Result};
use napi_derive::napi;

use super::process::pipeline;
use crate::pipeline::FlushKind;

/// A promise that settles once everything that has ended is exported or given up, at most after `timeout_millis`: with true when it was. It keeps the event
/// loop alive until then.
#[napi(catch_unwind)]
pub fn flush(env: &Env, timeout_millis: f64) -> Result<Object<'_>> {
    promise(env, FlushKind::Ordinary, timeout_millis)
}

/// Flushes and ends the worker.
#[napi(catch_unwind)]
pub fn shutdown(env: &Env, timeout_millis: f64) -> Result<Object<'_>> {
    promise(env, FlushKind::Shutdown, timeout_millis)
}

fn promise(env: &Env, kind: FlushKind, timeout_millis: f64) -> Result<Object<'_>> {
    let (deferred, promise) = env.create_deferred::<bool, _>()?;
    let reply: Box<dyn FnOnce(bool) + Send> = Box::new(move |settled| deferred.resolve(move |_| Ok(settled)));
    match pipeline() {
        Some(pipeline) => pipeline.flush(kind, duration(timeout_millis), reply),
        None => reply(true),
    }
    Ok(promise)
}

/// Milliseconds as JavaScript gives them; what is none is zero, what is long is an hour.
fn duration(millis: f64) -> Duration {
    Duration::try_from_secs_f64((millis / 1e3).clamp(0.0, 3600.0)).unwrap_or_default()
}
