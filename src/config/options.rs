//! The options that exist, and what a misspelt one most likely meant.

use serde_json::Value;

use super::{
    sources::{MAX_WARNINGS, Sources},
    warning::{codes, shown},
};

/// The options that take effect, by path, in the order of docs/configuration.md.
pub const KNOWN: &[&str] = &[
    "serviceName",
    "serviceVersion",
    "environment",
    "resource",
    "exporter.type",
    "exporter.endpoint",
    "exporter.headers",
    "exporter.compression",
    "exporter.timeoutMillis",
    "exporter.tls",
    "exporter.proxy",
    "sampling.rate",
    "sampling.parentBased",
    "batch.maxSpans",
    "batch.maxBytes",
    "batch.maxDelayMillis",
    "queue.maxBytes",
    "queue.maxSpans",
    "queue.maxInFlight",
    "limits.attributeCount",
    "limits.attributeValueLength",
    "limits.eventCount",
    "limits.linkCount",
    "limits.attributePerEventCount",
    "limits.attributePerLinkCount",
    "propagators",
    "exitTimeoutMillis",
    "signals",
    "logLevel",
];

/// The keys of `exporter.tls`.
pub const TLS: &[&str] = &["caFile", "certFile", "keyFile", "serverName"];

/// The options that the JS side alone acts on. They are known here so that they are not called misspelt.
pub const JS_SIDE: &[&str] = &["instrumentations", "spanProcessors", "http", "http.fetch", "libraries"];

/// The options of later versions: accepted, so that one configuration serves several versions, and without effect.
pub const LATER: &[&str] = &["sampling.keepErrors", "sampling.rules", "sampling.maxTracesPerSecond", "sampling.dropHealthChecks", "spool", "redact"];

/// Warns of options that do not exist or have no effect yet.
pub(super) fn check(sources: &mut Sources) {
    let mut unknown = Vec::new();
    let mut not_groups = Vec::new();
    let mut later = Vec::new();
    for (key, value) in sources.options() {
        if JS_SIDE.contains(&key.as_str()) || KNOWN.contains(&key.as_str()) {
            continue;
        }
        if LATER.contains(&key.as_str()) {
            later.extend(asks_for_something(value).then(|| key.clone()));
            continue;
        }
        let is_group = KNOWN.iter().any(|path| path.split_once('.').is_some_and(|(group, _)| group == key));
        match value {
            _ if !is_group => unknown.push(key.clone()),
            Value::Null => {}
            Value::Object(members) => {
                for (member, value) in members {
                    let path = format!("{key}.{member}");
                    if LATER.contains(&path.as_str()) {
                        later.extend(asks_for_something(value).then_some(path));
                    } else if !KNOWN.contains(&path.as_str()) {
                        unknown.push(path);
                    }
                }
            }
            _ => not_groups.push(key.clone()),
        }
    }
    if let Some(Value::Object(tls)) = sources.option("exporter.tls") {
        unknown.extend(tls.keys().filter(|key| !TLS.contains(&key.as_str())).map(|key| format!("exporter.tls.{key}")));
    }
    for path in unknown.into_iter().take(MAX_WARNINGS) {
        let advice = nearest(&path).map_or("docs/configuration.md lists them all".to_owned(), |known| format!("did you mean {known}?"));
        sources.warn(codes::OPTION_UNKNOWN, format!("option {} does not exist and was ignored; {advice}", shown(&path)));
    }
    for path in not_groups {
        sources.wrong_type::<()>(&path, "an object");
    }
    if !later.is_empty() {
        let message = format!("accepted, but without effect in version {}: option {}", env!("CARGO_PKG_VERSION"), later.join(", "));
        sources.warn(codes::OPTION_NOT_YET, message);
    }
}

/// Whether a value asks for anything: `spool: false` and `redact: []` do not, so nobody needs to be told.
fn asks_for_something(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value.as_array().is_none_or(|members| !members.is_empty())
}

/// The known path nearest to an unknown one: at most a third of it differs, or it is right but in another group.
fn nearest(path: &str) -> Option<String> {
    let tls = TLS.iter().map(|key| format!("exporter.tls.{key}"));
    let known = KNOWN.iter().chain(JS_SIDE).chain(LATER).map(|path| (*path).to_owned()).chain(tls);
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let wanted = last(path);
    let same_group = |known: &str| known.rsplit_once('.').map(|(group, _)| group) == path.rsplit_once('.').map(|(group, _)| group);
    known
        .map(|known| (distance(&wanted, &last(&known)), !same_group(&known), known))
        .filter(|(distance, _, known)| *distance * 3 <= last(known).len())
        .min()
        .map(|(_, _, known)| known)
}

/// The edits (insert, remove, replace) between two words, the first of them cut at 40 characters so that a hostile key costs nothing.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, char) in left.chars().take(40).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for column in 0..right.len() {
            let replaced = diagonal + usize::from(char != right[column]);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
