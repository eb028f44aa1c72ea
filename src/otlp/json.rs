//! OTLP JSON: what the crate's serialiser gives, and the one thing that it gets wrong.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::Value as Json;

/// A request as OTLP JSON on one line, without a line feed (OTLP specification, "JSON Protobuf Encoding").
///
/// JSON has no number for NaN and the infinities; ProtoJSON writes them as strings, `opentelemetry-proto` 0.33 as `null`.
pub(crate) fn request_json(request: &ExportTraceServiceRequest) -> serde_json::Result<String> {
    if every_list(request).flatten().any(|attribute| attribute.value.as_ref().is_some_and(is_unwritable)) {
        serde_json::to_string(&repaired(request)?)
    } else {
        serde_json::to_string(request)
    }
}

/// Every list of attributes, in an order of its own.
fn every_list(request: &ExportTraceServiceRequest) -> impl Iterator<Item = &Vec<KeyValue>> {
    let resources = request.resource_spans.iter().filter_map(|spans| spans.resource.as_ref()).map(|resource| &resource.attributes);
    let scope_spans = || request.resource_spans.iter().flat_map(|spans| &spans.scope_spans);
    let scopes = scope_spans().filter_map(|spans| spans.scope.as_ref()).map(|scope| &scope.attributes);
    let spans = || scope_spans().flat_map(|spans| &spans.spans);
    let events = spans().flat_map(|span| &span.events).map(|event| &event.attributes);
    let links = spans().flat_map(|span| &span.links).map(|link| &link.attributes);
    resources.chain(scopes).chain(spans().map(|span| &span.attributes)).chain(events).chain(links)
}

fn is_unwritable(value: &AnyValue) -> bool {
    match &value.value {
        Some(Value::DoubleValue(number)) => !number.is_finite(),
        Some(Value::ArrayValue(array)) => array.values.iter().any(is_unwritable),
        Some(Value::KvlistValue(list)) => list.values.iter().filter_map(|item| item.value.as_ref()).any(is_unwritable),
        _ => false,
    }
}

/// The request as a tree of JSON in which the numbers that have no JSON are strings.
fn repaired(request: &ExportTraceServiceRequest) -> serde_json::Result<Json> {
    let mut json = serde_json::to_value(request)?;
    for (resource_spans, json) in request.resource_spans.iter().zip(items(&mut json["resourceSpans"])) {
        if let Some(resource) = &resource_spans.resource {
            repair_list(&resource.attributes, &mut json["resource"]["attributes"]);
        }
        for (scope_spans, json) in resource_spans.scope_spans.iter().zip(items(&mut json["scopeSpans"])) {
            if let Some(scope) = &scope_spans.scope {
                repair_list(&scope.attributes, &mut json["scope"]["attributes"]);
            }
            for (span, json) in scope_spans.spans.iter().zip(items(&mut json["spans"])) {
                repair_list(&span.attributes, &mut json["attributes"]);
                for (event, json) in span.events.iter().zip(items(&mut json["events"])) {
                    repair_list(&event.attributes, &mut json["attributes"]);
                }
                for (link, json) in span.links.iter().zip(items(&mut json["links"])) {
                    repair_list(&link.attributes, &mut json["attributes"]);
                }
            }
        }
    }
    Ok(json)
}

fn repair_list(attributes: &[KeyValue], json: &mut Json) {
    for (attribute, json) in attributes.iter().zip(items(json)) {
        if let Some(value) = attribute.value.as_ref().filter(|value| is_unwritable(value)) {
            repair(value, &mut json["value"]);
        }
    }
}

fn repair(value: &AnyValue, json: &mut Json) {
    match &value.value {
        Some(Value::DoubleValue(number)) if number.is_nan() => json["doubleValue"] = "NaN".into(),
        Some(Value::DoubleValue(number)) if number.is_infinite() => {
            json["doubleValue"] = if number.is_sign_positive() { "Infinity" } else { "-Infinity" }.into();
        }
        Some(Value::ArrayValue(array)) => {
            array.values.iter().zip(items(&mut json["arrayValue"]["values"])).for_each(|(value, json)| repair(value, json));
        }
        Some(Value::KvlistValue(list)) => repair_list(&list.values, &mut json["kvlistValue"]["values"]),
        _ => {}
    }
}

fn items(json: &mut Json) -> impl Iterator<Item = &mut Json> {
    json.as_array_mut().into_iter().flatten()
}
