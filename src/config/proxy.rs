//! Whether exports go through a proxy, and through which.
//!
//! The rules are those that curl and Go follow: the lower-case variable wins, `NO_PROXY` lists hosts, domains, addresses and networks, and what
//! is local is never sent to a proxy, so that a sidecar's endpoint keeps working where a proxy is set for the outside.

use std::net::IpAddr;

use http::Uri;
use serde_json::Value;

use super::{endpoint::Endpoint, sources::Sources, variables as var, warning::codes};

/// The proxy for an endpoint, as `http://[user:password@]host:port`.
pub(super) fn resolve(sources: &mut Sources, endpoint: &Endpoint, tls: bool) -> Option<String> {
    match sources.option("exporter.proxy") {
        Some(Value::Bool(false)) => return None,
        Some(Value::String(proxy)) => {
            let proxy = proxy.trim().to_owned();
            return checked(sources, "option exporter.proxy", &proxy);
        }
        Some(_) => {
            sources.wrong_type::<()>("exporter.proxy", "a URL such as http://proxy:3128, or false for none");
        }
        None => {}
    }
    let names = if tls { [var::HTTPS_PROXY_LOWER, var::HTTPS_PROXY] } else { [var::HTTP_PROXY_LOWER, var::HTTP_PROXY] };
    let (name, proxy) = sources.first_variable(&names)?;
    let port = endpoint.port.unwrap_or(if tls { 443 } else { 80 });
    let (_, exceptions) = sources.first_variable(&[var::NO_PROXY_LOWER, var::NO_PROXY]).unwrap_or_default();
    if is_local(&endpoint.host) || is_excepted(exceptions, &endpoint.host, port) {
        return None;
    }
    checked(sources, name, proxy)
}

/// A proxy that can be spoken to, or a warning. The text is not repeated: it often holds a password.
fn checked(sources: &mut Sources, source: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Endpoint::parse(&url) {
        Ok(Endpoint { tls: Some(false), .. }) if url.parse::<Uri>().is_ok() => Some(url.trim_end_matches('/').to_owned()),
        Ok(_) => refuse(sources, source, "only proxies that are spoken to over http:// are supported"),
        Err(reason) => refuse(sources, source, &reason.to_string()),
    }
}

fn refuse(sources: &mut Sources, source: &str, reason: &str) -> Option<String> {
    let message = format!("{source} was ignored and exports go directly: {reason}; write http://[user:password@]host:port");
    sources.warn(codes::PROXY_INVALID, message);
    None
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|address| address.is_loopback())
}

/// Whether `NO_PROXY` names the host: `*`, a host, a domain with all below it (a dot in front changes nothing), an address or a network in CIDR
/// notation, each but the last with an optional port.
fn is_excepted(exceptions: &str, host: &str, port: u16) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    exceptions.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| matches(&entry.to_ascii_lowercase(), &host, port))
}

fn matches(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Some((network, bits)) = entry.split_once('/') {
        return address(network).zip(bits.parse().ok()).zip(address(host)).is_some_and(|((network, bits), host)| contains(network, bits, host));
    }
    if let Some(wanted) = address(entry) {
        return address(host) == Some(wanted);
    }
    let (name, only_port) = entry.rsplit_once(':').map_or((entry, None), |(name, port)| (name, Some(port)));
    if only_port.is_some_and(|only| only.parse() != Ok(port)) {
        return false;
    }
    if let Some(wanted) = address(name) {
        return address(host) == Some(wanted);
    }
    let domain = name.trim_start_matches("*").trim_start_matches('.');
    !domain.is_empty() && (host == domain || host.strip_suffix(domain).is_some_and(|below| below.ends_with('.')))
}

/// Whether an address is of a network, by its leading bits.
fn contains(network: IpAddr, bits: u32, host: IpAddr) -> bool {
    match (network, host) {
        (IpAddr::V4(network), IpAddr::V4(host)) if bits <= 32 => {
            let shift = 32 - bits;
            u64::from(network.to_bits()) >> shift == u64::from(host.to_bits()) >> shift
        }
        (IpAddr::V6(network), IpAddr::V6(host)) if bits <= 128 => bits == 0 || network.to_bits() >> (128 - bits) == host.to_bits() >> (128 - bits),
        _ => false,
    }
}
