//! Addresses and headers from the settings, checked before anything is sent.

use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::ExportError;

/// Names this exporter to servers (OTLP exporter specification, "User Agent").
const USER_AGENT: &str = concat!("OTel-OTLP-Exporter-Rust/", env!("CARGO_PKG_VERSION"), " observability-ts/", env!("CARGO_PKG_VERSION"));

const ENDPOINT_ADVICE: &str = "set the endpoint to http://host:port or https://host:port (OTEL_EXPORTER_OTLP_ENDPOINT)";

/// Where to send: scheme `http` or `https`, an authority with host, and a path.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    path_and_query: String,
}

impl Endpoint {
    /// Checks an endpoint. Messages never repeat credentials.
    pub(super) fn parse(endpoint: &str) -> Result<Self, ExportError> {
        let invalid = |why: &str| Err(ExportError::new("OBS_ENDPOINT_INVALID", format!("the exporter's endpoint {why}"), ENDPOINT_ADVICE));
        let Ok(uri) = endpoint.trim().parse::<Uri>() else { return invalid("is not a URL") };
        let parts = uri.into_parts();
        let scheme = match parts.scheme {
            Some(scheme) if scheme == Scheme::HTTP || scheme == Scheme::HTTPS => scheme,
            Some(scheme) => return invalid(&format!("has the scheme '{scheme}', which OTLP is not spoken over")),
            None => return invalid("has no scheme"),
        };
        let Some(authority) = parts.authority.filter(|authority| !authority.host().is_empty()) else { return invalid("has no host") };
        if authority.as_str().contains('@') {
            return Err(ExportError::new(
                "OBS_ENDPOINT_CREDENTIALS",
                "the exporter's endpoint carries a user name or password",
                "send them as a header instead: authorization=Basic <base64> (OTEL_EXPORTER_OTLP_HEADERS)",
            ));
        }
        // `host:` and `host:99999` parse as authorities without a port.
        let after_host = &authority.as_str()[authority.host().len()..];
        if !after_host.is_empty() && authority.port_u16().is_none_or(|port| port == 0) {
            return invalid("has a port that is not between 1 and 65535");
        }
        let path_and_query = parts.path_and_query.map_or_else(|| "/".into(), |path| path.as_str().to_owned());
        Ok(Self { scheme, authority, path_and_query })
    }

    /// Whether TLS is asked for.
    pub(super) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The address with the path it was given.
    pub(super) fn uri(&self) -> Uri {
        self.uri_with_path(&self.path_and_query)
    }

    /// The address with another path, which must begin with a slash.
    pub(super) fn uri_with_path(&self, path: &str) -> Uri {
        let parts = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(path);
        parts.build().expect("the parts come from a URI that was parsed")
    }
}

/// Headers that belong to the transport: set by a user they would only break the request, so they are left out.
const TRANSPORT_HEADERS: [HeaderName; 9] = [
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::HOST,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Builds the headers that each request carries: the user's, and `User-Agent`, to which a user's own is put in front.
pub(super) fn headers(settings: &[(String, String)]) -> Result<HeaderMap, ExportError> {
    let invalid = |name: &str, what: &str| {
        ExportError::new(
            "OBS_HEADER_INVALID",
            format!("the exporter's header '{}' {what}", super::text::clean(name)),
            "names are letters, digits and hyphens, values are visible ASCII (OTEL_EXPORTER_OTLP_HEADERS)",
        )
    };
    let mut headers = HeaderMap::with_capacity(settings.len() + 4);
    let mut user_agent = None;
    for (name, value) in settings {
        let header_name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid(name, "has a name that HTTP does not allow"))?;
        if TRANSPORT_HEADERS.contains(&header_name) || header_name.as_str().starts_with("grpc-") {
            continue;
        }
        let mut header_value = HeaderValue::from_str(value).map_err(|_| invalid(name, "has a value that HTTP does not allow"))?;
        if header_name == header::USER_AGENT {
            user_agent = Some(value.as_str());
            continue;
        }
        // They are often API keys: keep them out of HPACK's tables and of debug output.
        header_value.set_sensitive(true);
        headers.append(header_name, header_value);
    }
    let user_agent = user_agent.map_or_else(|| USER_AGENT.to_owned(), |own| format!("{own} {USER_AGENT}"));
    headers.insert(header::USER_AGENT, HeaderValue::try_from(user_agent).map_err(|_| invalid("user-agent", "has a value that HTTP does not allow"))?);
    Ok(headers)
}
