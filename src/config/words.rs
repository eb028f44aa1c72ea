//! Settings that are words of a short list: propagators and the log level.

use super::{
    defaults,
    settings::{LogLevel, Propagator},
    sources::Sources,
    variables as var,
};

const PROPAGATORS: &str = "tracecontext, baggage, xray, datadog, b3, b3multi, none";
const LOG_LEVELS: &str = "none, error, warn, info, debug, verbose";

/// The propagators, each once, in their order. An empty list in the options, or `none`, is none at all.
pub(super) fn propagators(sources: &mut Sources) -> Vec<Propagator> {
    if let Some(value) = sources.option("propagators") {
        let words: Option<Vec<String>> = value.as_array().and_then(|words| words.iter().map(|word| word.as_str().map(str::to_owned)).collect());
        match words {
            Some(words) => {
                if let Some(chosen) = chosen_propagators(sources, "option propagators", words.iter().map(String::as_str)) {
                    return chosen;
                }
            }
            None => {
                sources.wrong_type::<()>("propagators", "an array such as ['tracecontext', 'baggage']");
            }
        }
    }
    let list = sources.variable(var::OTEL_PROPAGATORS);
    list.and_then(|list| chosen_propagators(sources, var::OTEL_PROPAGATORS, list.split(','))).unwrap_or_else(|| defaults::PROPAGATORS.to_vec())
}

/// The known ones of the words; `None` when there were words and none was known.
fn chosen_propagators<'w>(sources: &mut Sources, source: &str, words: impl Iterator<Item = &'w str>) -> Option<Vec<Propagator>> {
    let mut chosen = Vec::new();
    let mut all_unknown = false;
    for word in words.map(str::trim).filter(|word| !word.is_empty()) {
        let propagator = match word.to_ascii_lowercase().as_str() {
            "tracecontext" => Propagator::TraceContext,
            "baggage" => Propagator::Baggage,
            "xray" => Propagator::XRay,
            "datadog" => Propagator::Datadog,
            "b3" => Propagator::B3,
            "b3multi" => Propagator::B3Multi,
            "none" => return Some(Vec::new()),
            _ => {
                sources.warn_word(source, word, PROPAGATORS, "it was ignored");
                all_unknown = true;
                continue;
            }
        };
        if !chosen.contains(&propagator) {
            chosen.push(propagator);
        }
    }
    (!chosen.is_empty() || !all_unknown).then_some(chosen)
}

/// What of our own messages is shown.
pub(super) fn log_level(sources: &mut Sources) -> LogLevel {
    let option = sources.text_option("logLevel").map(|word| ("option logLevel", word));
    let variable = sources.variable(var::OTEL_LOG_LEVEL).map(|word| (var::OTEL_LOG_LEVEL, word.to_owned()));
    for (source, word) in option.into_iter().chain(variable) {
        match word.to_ascii_lowercase().as_str() {
            "none" => return LogLevel::None,
            "error" => return LogLevel::Error,
            "warn" => return LogLevel::Warn,
            "info" => return LogLevel::Info,
            "debug" => return LogLevel::Debug,
            "verbose" | "all" => return LogLevel::Verbose,
            _ => sources.warn_word(source, &word, LOG_LEVELS, "it was ignored"),
        }
    }
    LogLevel::default()
}
