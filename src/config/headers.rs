//! Headers of export requests. Their values are secrets: no message repeats one.

use http::header::{HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    sources::Sources,
    variables as var,
    warning::{codes, shown},
};

/// Headers that are the transport's own: one set by hand would break the request or the connection.
const RESERVED: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "grpc-encoding",
    "grpc-timeout",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// The headers of all sources, a stronger source replacing a header of the same name: options, then the variable for traces, then the
/// general one (as OpenTelemetry JS does). Names are lower case.
pub(super) fn resolve(sources: &mut Sources) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for name in [var::OTEL_EXPORTER_OTLP_HEADERS, var::OTEL_EXPORTER_OTLP_TRACES_HEADERS] {
        if let Some(list) = sources.variable(name) {
            add_list(sources, &mut headers, name, list);
        }
    }
    match sources.option("exporter.headers").cloned() {
        None => {}
        Some(Value::Object(members)) => {
            for (name, value) in members {
                match value {
                    Value::String(value) => add(sources, &mut headers, &name, &value, &format!("option exporter.headers, name {}", shown(&name))),
                    Value::Null => {}
                    _ => refuse(sources, &format!("option exporter.headers, name {}", shown(&name)), "its value must be a string"),
                }
            }
        }
        Some(_) => {
            sources.wrong_type::<()>("exporter.headers", "an object of names and values");
        }
    }
    headers
}

/// Reads `name=value,name=value`, values percent-encoded (specification, "Specifying headers via environment variables").
///
/// Entries are told by their number: where the `=` or a `,` is in the wrong place, what looks like a name may be half a secret.
fn add_list(sources: &mut Sources, headers: &mut Vec<(String, String)>, variable: &str, list: &str) {
    for (index, entry) in list.split(',').enumerate() {
        let source = format!("{variable}, entry {}", index + 1);
        let entry = entry.trim();
        if entry.is_empty() {
            continue;
        }
        let Some((name, value)) = entry.split_once('=') else {
            refuse(sources, &source, "it has no '='; write name=value, with %2C for a comma in a value");
            continue;
        };
        match percent_decode_str(value.trim()).decode_utf8() {
            Ok(value) => add(sources, headers, name.trim(), &value, &source),
            Err(_) => refuse(sources, &source, "its value is not UTF-8 after percent-decoding; write %25 for a percent sign"),
        }
    }
}

fn add(sources: &mut Sources, headers: &mut Vec<(String, String)>, name: &str, value: &str, source: &str) {
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
        return refuse(sources, source, "its name holds a character that a header name cannot have");
    };
    let name = name.as_str();
    if RESERVED.contains(&name) {
        return refuse(sources, source, &format!("{name} is set by the exporter itself"));
    }
    if name.ends_with("-bin") {
        return refuse(sources, source, "names that end in -bin are binary gRPC metadata, which cannot be set here");
    }
    // What HTTP/1.1 and gRPC metadata both carry: printable ASCII.
    if HeaderValue::from_str(value).is_err() || !value.is_ascii() {
        return refuse(sources, source, "its value holds a line break or a character that is not printable ASCII");
    }
    headers.retain(|(known, _)| known != name);
    headers.push((name.to_owned(), value.to_owned()));
}

fn refuse(sources: &mut Sources, source: &str, reason: &str) {
    sources.warn(codes::HEADER_INVALID, format!("a header was left out ({source}): {reason}"));
}
