//! Endpoints: from what people write to a URL that can be called.

use std::{fmt, net::Ipv6Addr};

use http::uri::Authority;

/// Why a text is no endpoint. The text itself is not in it: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoEndpoint {
    Scheme,
    Host,
    Port,
    Character,
}

impl fmt::Display for NoEndpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Scheme => "its scheme must be http:// or https://",
            Self::Host => "it has no valid host name or address",
            Self::Port => "its port must be a number from 1 to 65535",
            Self::Character => "it holds a space or another character that a URL cannot have",
        })
    }
}

/// A parsed endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// Whether the scheme is `https`; `None` when none was written.
    pub tls: Option<bool>,
    /// The host, an IPv6 address in its brackets.
    pub host: String,
    /// The port, when one was written.
    pub port: Option<u16>,
    /// The path as written; empty when none was.
    pub path: String,
    /// The query without its question mark; empty when there is none.
    pub query: String,
    /// Whether a user name or password stood before the host. It is not kept.
    pub had_userinfo: bool,
}

impl Endpoint {
    /// Parses `[http[s]://][user[:password]@]host[:port][/path][?query][#fragment]`. Linear in the text.
    pub fn parse(text: &str) -> Result<Self, NoEndpoint> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NoEndpoint::Character);
        }
        let (tls, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
            Some(_) => return Err(NoEndpoint::Scheme),
            None => (None, text),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let (userinfo, authority) = authority.rsplit_once('@').map_or((None, authority), |(userinfo, host)| (Some(userinfo), host));
        let (host, port) = split_port(authority)?;
        Ok(Self { tls, host, port, path: path.to_owned(), query: query.to_owned(), had_userinfo: userinfo.is_some() })
    }

    /// The URL with the given path, and with its query where there is one.
    pub fn url(&self, tls: bool, path: &str) -> String {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        format!("{}{path}{query}", self.origin(tls))
    }

    /// Scheme, host and port.
    pub fn origin(&self, tls: bool) -> String {
        let scheme = if tls { "https" } else { "http" };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.host)
    }

    /// Whether a path was written that says more than the root.
    pub fn has_path(&self) -> bool {
        !matches!(self.path.as_str(), "" | "/")
    }
}

fn split_port(authority: &str) -> Result<(String, Option<u16>), NoEndpoint> {
    let after_address = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match authority[after_address..].rfind(':') {
        None => (authority, None),
        Some(colon) => (&authority[..after_address + colon], Some(&authority[after_address + colon + 1..])),
    };
    let port = match port {
        None => None,
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse::<u16>().ok().filter(|port| *port > 0).ok_or(NoEndpoint::Port)?)
        }
        Some(_) => return Err(NoEndpoint::Port),
    };
    let is_address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(|inner| inner.parse::<Ipv6Addr>().is_ok());
    let is_host = is_address.unwrap_or_else(|| !host.is_empty() && !host.contains(':') && host.parse::<Authority>().is_ok());
    if is_host { Ok((host.to_owned(), port)) } else { Err(NoEndpoint::Host) }
}

/// A URL as a message or a log may show it: without user name, password, query and fragment.
///
/// People write passwords as they are. Where an `@` comes after a `?` or `#`, nothing tells such a password from a query: then the host is not shown either.
pub(super) fn without_secrets(url: &str) -> String {
    let (shown, hidden) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let scheme = || shown.split_once("://").map(|(scheme, _)| format!("{scheme}://")).unwrap_or_default();
    match shown.rsplit_once('@') {
        _ if hidden.contains('@') => format!("{}***", scheme()),
        Some((_, host)) => format!("{}***@{host}", scheme()),
        None => shown.to_owned(),
    }
}
