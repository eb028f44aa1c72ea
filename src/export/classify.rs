//! Which failures are worth another attempt: the rules of OTLP as pure functions, apart from the loop that acts on them.
//!
//! Source: OpenTelemetry Protocol specification 1.x, "OTLP/gRPC Response", "OTLP/HTTP Response" and their "Failures" sections.

use std::time::{Duration, SystemTime};

use tonic::Code;

use super::Outcome;
use super::rpc_status::retry_info;
use super::text::clean;

/// The longest wait that a server is believed to mean; it is past every retry window anyway.
const MAX_SERVER_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Classifies a gRPC status other than `OK`. `details` are the decoded bytes of `grpc-status-details-bin`.
pub fn classify_grpc(code: Code, message: &str, details: &[u8]) -> Outcome {
    let server_delay = retry_info(details).map(|delay| delay.min(MAX_SERVER_DELAY));
    let retryable = match code {
        Code::Cancelled | Code::DeadlineExceeded | Code::Aborted | Code::OutOfRange | Code::Unavailable | Code::DataLoss => true,
        // Without RetryInfo the server does not say that it will recover.
        Code::ResourceExhausted => server_delay.is_some(),
        _ => false,
    };
    let said = with_message(format!("the server answered {code:?} ({})", code as i32), message);
    if retryable {
        return Outcome::Retryable { reason: said, server_delay };
    }
    let hint = match code {
        Code::Unauthenticated | Code::PermissionDenied => " (check the headers of the exporter)",
        Code::Unimplemented => " (is this the OTLP/gRPC port, usually 4317?)",
        _ => "",
    };
    Outcome::Fatal { reason: said + hint }
}

/// The gRPC code that stands for an HTTP status where `grpc-status` is missing (gRPC "HTTP to gRPC Status Code Mapping").
pub fn grpc_code_of_http(status: u16) -> Code {
    match status {
        400 => Code::Internal,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::Unimplemented,
        429 | 502 | 503 | 504 => Code::Unavailable,
        _ => Code::Unknown,
    }
}

/// Classifies an HTTP status outside 2xx. `retry_after` is the parsed header, `location` that of a redirect without query and credentials.
pub fn classify_http(status: u16, retry_after: Option<Duration>, location: Option<&str>, message: &str) -> Outcome {
    let said = with_message(format!("the server answered {status}"), message);
    match status {
        429 | 502 | 503 | 504 => Outcome::Retryable { reason: said, server_delay: retry_after },
        300..=399 => Outcome::Fatal {
            reason: format!(
                "the server redirects ({status}) to {}, and redirects are not followed: set the endpoint to the final address",
                location.map_or_else(|| "another place".into(), clean)
            ),
        },
        401 | 403 => Outcome::Fatal { reason: said + " (check the headers of the exporter)" },
        404 | 405 => Outcome::Fatal { reason: said + " (is the path of the endpoint right, usually /v1/traces?)" },
        413 => Outcome::Fatal { reason: said + " (make batches smaller: batch.maxBytes)" },
        _ => Outcome::Fatal { reason: said },
    }
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3): whole seconds, or a date in any of the three HTTP forms. A date in the past is no wait.
pub fn parse_retry_after(value: &[u8], now: SystemTime) -> Option<Duration> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        let seconds = value.iter().fold(0_u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        return Some(Duration::from_secs(seconds).min(MAX_SERVER_DELAY));
    }
    let date = httpdate::parse_http_date(std::str::from_utf8(value).ok()?).ok()?;
    Some(date.duration_since(now).unwrap_or_default().min(MAX_SERVER_DELAY))
}

fn with_message(said: String, message: &str) -> String {
    if message.is_empty() { said } else { format!("{said}: {}", clean(message)) }
}
