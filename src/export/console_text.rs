//! How a span reads on a terminal.

use std::fmt::Write;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

/// The request's spans, each a block of lines, in their order.
///
/// ```text
/// GET /orders/:id  server  12.345 ms  ERROR: out of stock
///   at     2026-11-23T05:01:52.123456Z  shop 1.2.0
///   trace  4bf92f3577b34da6a3ce929d0e0e4736  span 00f067aa0ba902b7  parent 53995c3f42cd8ad8
///   http.route = "/orders/:id"
///   event +1.204 ms exception  exception.type = "Error"
///   link   4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7
/// ```
pub(super) fn render(request: &ExportTraceServiceRequest) -> String {
    let mut text = String::new();
    for scope_spans in request.resource_spans.iter().flat_map(|resource| &resource.scope_spans) {
        for span in &scope_spans.spans {
            // Writing to a String does not fail.
            let _ = render_span(&mut text, span, scope_spans.scope.as_ref());
        }
    }
    text
}

fn render_span(text: &mut String, span: &Span, scope: Option<&InstrumentationScope>) -> std::fmt::Result {
    let kind = match span.kind() {
        SpanKind::Unspecified | SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    };
    let millis = millis_between(span.start_time_unix_nano, span.end_time_unix_nano);
    writeln!(text, "{}  {kind}  {millis:.3} ms{}", visible(&span.name), status(span.status.as_ref()))?;
    write!(text, "  at     {}", utc(span.start_time_unix_nano))?;
    if let Some(scope) = scope.filter(|scope| !scope.name.is_empty()) {
        write!(text, "  {} {}", visible(&scope.name), visible(&scope.version))?;
    }
    write!(text, "\n  trace  {}  span {}", hex(&span.trace_id), hex(&span.span_id))?;
    if !span.parent_span_id.is_empty() {
        write!(text, "  parent {}", hex(&span.parent_span_id))?;
    }
    text.push('\n');
    for attribute in &span.attributes {
        text.push_str("  ");
        render_attribute(text, attribute)?;
        text.push('\n');
    }
    for event in &span.events {
        write!(text, "  event +{:.3} ms {}", millis_between(span.start_time_unix_nano, event.time_unix_nano), visible(&event.name))?;
        render_inline(text, &event.attributes)?;
        text.push('\n');
    }
    for link in &span.links {
        write!(text, "  link   {} {}", hex(&link.trace_id), hex(&link.span_id))?;
        render_inline(text, &link.attributes)?;
        text.push('\n');
    }
    Ok(())
}

fn status(status: Option<&Status>) -> String {
    match status.map_or(StatusCode::Unset, Status::code) {
        StatusCode::Unset => String::new(),
        StatusCode::Ok => "  OK".into(),
        StatusCode::Error => match status.map(|status| status.message.as_str()) {
            None | Some("") => "  ERROR".into(),
            Some(message) => format!("  ERROR: {}", visible(message)),
        },
    }
}

fn render_inline(text: &mut String, attributes: &[KeyValue]) -> std::fmt::Result {
    for (index, attribute) in attributes.iter().enumerate() {
        text.push_str(if index == 0 { "  " } else { ", " });
        render_attribute(text, attribute)?;
    }
    Ok(())
}

fn render_attribute(text: &mut String, attribute: &KeyValue) -> std::fmt::Result {
    write!(text, "{} = ", visible(&attribute.key))?;
    render_value(text, attribute.value.as_ref())
}

fn render_value(text: &mut String, value: Option<&AnyValue>) -> std::fmt::Result {
    match value.and_then(|value| value.value.as_ref()) {
        None => write!(text, "null"),
        Some(Value::StringValue(value)) => write!(text, "{value:?}"),
        Some(Value::BoolValue(value)) => write!(text, "{value}"),
        Some(Value::IntValue(value)) => write!(text, "{value}"),
        Some(Value::DoubleValue(value)) => write!(text, "{value:?}"),
        Some(Value::BytesValue(value)) => write!(text, "0x{}", hex(value)),
        Some(Value::ArrayValue(array)) => {
            text.push('[');
            for (index, item) in array.values.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                render_value(text, Some(item))?;
            }
            text.push(']');
            Ok(())
        }
        Some(Value::KvlistValue(list)) => {
            text.push('{');
            for (index, item) in list.values.iter().enumerate() {
                text.push_str(if index == 0 { " " } else { ", " });
                render_attribute(text, item)?;
            }
            text.push_str(" }");
            Ok(())
        }
        // Values of later OTLP versions, such as references into a string table, which traces do not use.
        Some(_) => write!(text, "?"),
    }
}

/// Names come from requests: nothing in them may steer the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn millis_between(start_unix_nanos: u64, end_unix_nanos: u64) -> f64 {
    // Clocks may have been set back in between.
    (i128::from(end_unix_nanos) - i128::from(start_unix_nanos)) as f64 / 1e6
}

/// RFC 3339 with microseconds. The calendar is the proleptic Gregorian one, computed in 400-year eras that begin on 1 March.
fn utc(unix_nanos: u64) -> String {
    let micros = unix_nanos / 1_000;
    let seconds = micros / 1_000_000;
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let of_day = seconds % 86_400;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}Z", of_day / 3600, of_day / 60 % 60, of_day % 60, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (unix_nanos, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_800_000_000_000, "2000-03-01T00:00:00.000000Z"),
            (1_735_689_599_999_999_999, "2024-12-31T23:59:59.999999Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551Z"),
        ] {
            assert_eq!(utc(unix_nanos), expected);
        }
    }

    #[test]
    fn a_span_that_ended_before_it_began_is_shown_as_it_is() {
        assert!((millis_between(2_000_000, 500_000) - -1.5).abs() < f64::EPSILON);
    }
}
