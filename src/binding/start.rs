//! Options and environment in, a running pipeline and the resolved settings out.

use napi::bindgen_prelude::{Error, FnArgs, Function, Result, Status};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use serde::Deserialize;
use serde_json::json;

use super::exit::ExitSettings;
use super::process::{pipeline, pipeline_or_start};
use crate::arena::layout::LAYOUT_VERSION;
use crate::config::{ProcessFacts, resolve};
use crate::export::json_line;
use crate::pipeline::{Notice, NoticeSink, Pipeline};

/// Calls into JS without keeping its event loop alive.
type NoticeFunction = ThreadsafeFunction<(String, String), (), FnArgs<(String, String)>, Status, false, true>;

#[derive(Deserialize)]
struct StartRequest {
    /// The JSON text of the options; empty for none.
    options: String,
    environment: Vec<(String, String)>,
    facts: ProcessFacts,
}

/// The layout that this addon was built with.
#[napi(catch_unwind)]
pub fn layout_version() -> u32 {
    LAYOUT_VERSION
}

/// Resolves the settings and starts the process' pipeline, or joins the one that runs. Returns JSON: `started`, `failure` and `settings`.
#[napi(catch_unwind)]
pub fn start(request_json: String, on_notice: Function<'_, FnArgs<(String, String)>, ()>) -> Result<String> {
    let request: StartRequest = serde_json::from_str(&request_json).map_err(|error| Error::from_reason(error.to_string()))?;
    let resolved = resolve(&request.options, &request.environment, &request.facts);
    let for_js = resolved.for_js();
    let (mut started, mut failure) = (false, None);
    if !resolved.settings.disabled {
        let function: NoticeFunction =
            on_notice.build_threadsafe_function::<(String, String)>().weak::<true>().build_callback(|call| Ok(call.value.into()))?;
        let sink: NoticeSink = Box::new(move |Notice { code, message }| {
            function.call((code.to_owned(), message), ThreadsafeFunctionCallMode::NonBlocking);
        });
        let exit = ExitSettings::of(&resolved.settings);
        match pipeline_or_start(|| Pipeline::start(resolved.settings, sink)) {
            Ok((_, made_now)) => {
                started = made_now;
                if made_now {
                    exit.apply();
                }
            }
            Err(error) => failure = Some(error.to_string()),
        }
    }
    Ok(json!({ "started": started, "failure": failure, "settings": for_js }).to_string())
}

/// The ledger as JSON; empty when no pipeline was ever started.
#[napi(catch_unwind)]
pub fn stats() -> String {
    pipeline().and_then(|pipeline| serde_json::to_string(&pipeline.stats()).ok()).unwrap_or_default()
}

/// What the memory exporter keeps, as one OTLP JSON document a line; empty for other exporters.
#[napi(catch_unwind)]
pub fn memory_spans() -> String {
    let payloads = pipeline().and_then(|pipeline| pipeline.memory_store()).map(|store| store.payloads()).unwrap_or_default();
    let lines = payloads.iter().filter_map(|payload| json_line(&payload.body).ok());
    lines.map(|line| String::from_utf8_lossy(&line).into_owned()).collect()
}
