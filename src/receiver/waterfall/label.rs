//! What a span is called in the picture.

use super::text::clean;
use crate::receiver::store::attribute;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

/// Its name. A client span that has only its method for one (semantic conventions, "HTTP client span") says where the request went, too.
pub(super) fn label(span: &Span) -> String {
    let name = clean(&span.name);
    match host(span) {
        Some(host) => format!("{name} {}", clean(&host)),
        None => name,
    }
}

/// Where a request went whose span does not say so by its name.
fn host(span: &Span) -> Option<String> {
    if span.kind != SpanKind::Client as i32 || text(span, "http.request.method") != Some(span.name.as_str()) {
        return None;
    }
    let address = text(span, "server.address")?;
    Some(match attribute(&span.attributes, "server.port") {
        Some(Value::IntValue(port)) => format!("{address}:{port}"),
        _ => address.to_owned(),
    })
}

fn text<'a>(span: &'a Span, key: &str) -> Option<&'a str> {
    match attribute(&span.attributes, key)? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}
