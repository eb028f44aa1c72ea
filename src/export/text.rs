//! Text from elsewhere, made fit for a log line.

use std::error::Error;
use std::io;

/// The most characters that are kept of a text that a server chose.
const MAX_CHARS: usize = 300;

/// Bounded, on one line, and without control characters, so that a server can't forge log lines.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned: String = text.trim().chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().chars().nth(MAX_CHARS).is_some() {
        cleaned.push('…');
    }
    cleaned
}

/// An error and its causes, outermost first, each said once, with a hint where the cause is a usual mistake.
pub(super) fn explain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut hint = None;
    let mut next = Some(error);
    while let Some(cause) = next {
        let said = cause.to_string();
        if !parts.iter().any(|part| part.contains(&said)) {
            parts.push(said);
        }
        hint = hint.or_else(|| hint_for(cause));
        next = next_cause(cause);
    }
    // "transport error" and the like say nothing when the cause follows.
    if parts.len() > 1 && ["transport error", "client error (Connect)", "client error (SendRequest)"].contains(&parts[0].as_str()) {
        parts.remove(0);
    }
    let text = clean(&parts.join(": "));
    match hint {
        Some(hint) => format!("{text} ({hint})"),
        None => text,
    }
}

/// `io::Error::source` skips the error that it carries: this does not.
fn next_cause<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(carried) => Some(carried),
        None => cause.source(),
    }
}

fn hint_for(cause: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        use rustls::CertificateError::{BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer};
        return match error {
            rustls::Error::InvalidMessage(_) => Some("the server does not speak TLS here: is http:// meant?"),
            rustls::Error::InvalidCertificate(UnknownIssuer | BadSignature) => {
                Some("the server's certificate is not signed by a trusted authority: name its file in OTEL_EXPORTER_OTLP_CERTIFICATE")
            }
            rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
                Some("the server's certificate is for another name: use that name in the endpoint, or set tls.serverName")
            }
            rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => Some("the server's certificate has expired"),
            rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired | rustls::AlertDescription::HandshakeFailure) => {
                Some("the server wants a client certificate: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY")
            }
            rustls::Error::NoApplicationProtocol | rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol) => {
                Some(OTHER_PROTOCOL)
            }
            _ => None,
        };
    }
    let not_http1 = cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
    let not_http2 = cause
        .downcast_ref::<h2::Error>()
        .is_some_and(|error| error.is_library() && matches!(error.reason(), Some(h2::Reason::FRAME_SIZE_ERROR | h2::Reason::PROTOCOL_ERROR)));
    (not_http1 || not_http2).then_some(OTHER_PROTOCOL)
}

/// What to say when the other end does not speak HTTP/1.1, or not HTTP/2.
const OTHER_PROTOCOL: &str = "the server speaks another protocol here: gRPC is usually on port 4317, HTTP on 4318";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_cannot_forge_log_lines_nor_flood_them() {
        assert_eq!(clean(" one\r\ntwo\u{1b}[31m "), "one  two [31m");
        let long = clean(&"ü".repeat(10_000));
        assert_eq!(long.chars().count(), MAX_CHARS + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn each_cause_is_said_once() {
        let inner = io::Error::other("deepest");
        let outer = io::Error::other(inner);
        assert_eq!(explain(&outer), "deepest");
    }
}
