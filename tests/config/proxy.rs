//! Proxies.

use crate::{codes, messages, resolved};

fn proxy(endpoint: &str, environment: &[(&str, &str)]) -> Option<String> {
    resolved(&format!(r#"{{"exporter":{{"endpoint":"{endpoint}"}}}}"#), environment).settings.exporter.proxy
}

#[test]
fn the_environment_gives_the_proxy_of_the_endpoints_scheme() {
    let both = [("HTTP_PROXY", "http://plain:1"), ("HTTPS_PROXY", "http://secure:2")];
    assert_eq!(proxy("http://c:4317", &both).as_deref(), Some("http://plain:1"));
    assert_eq!(proxy("https://c:4317", &both).as_deref(), Some("http://secure:2"));
    assert_eq!(proxy("http://c:4317", &both[1..]), None, "a proxy for https is none for http");
    let cases = [("HTTP_PROXY", "http://upper:1"), ("http_proxy", "http://lower:1")];
    assert_eq!(proxy("http://c:4317", &cases).as_deref(), Some("http://lower:1"), "lower case wins, as for curl");
    assert_eq!(proxy("http://c:4317", &[("HTTP_PROXY", "plain:1")]).as_deref(), Some("http://plain:1"), "the scheme may be left out");
    assert_eq!(proxy("http://c:4317", &[("HTTP_PROXY", "http://u:p@plain:1/")]).as_deref(), Some("http://u:p@plain:1"));
}

#[test]
fn what_is_local_is_never_sent_to_the_environments_proxy() {
    for endpoint in ["http://localhost:4317", "http://127.0.0.1:4317", "http://127.8.0.1:4317", "http://[::1]:4317", "http://LOCALHOST:4317"] {
        assert_eq!(proxy(endpoint, &[("HTTP_PROXY", "http://p:1")]), None, "{endpoint}");
    }
}

#[test]
fn exceptions_are_hosts_domains_addresses_and_networks() {
    let rows = [
        ("everything", "*", "http://c:4317", true),
        ("the host", "c", "http://c:4317", true),
        ("the host in other case", "C", "http://c:4317", true),
        ("another host that ends alike", "c", "http://abc:4317", false),
        ("a domain below", "example.com", "http://otel.example.com", true),
        ("a domain with a dot", ".example.com", "http://otel.example.com", true),
        ("a domain with a star", "*.example.com", "http://otel.example.com", true),
        ("a domain that ends alike", "example.com", "http://badexample.com", false),
        ("one of several", "a, c ,b", "http://c:4317", true),
        ("the port", "c:4317", "http://c:4317", true),
        ("another port", "c:4318", "http://c:4317", false),
        ("the scheme's port", "c:80", "http://c", true),
        ("an address", "10.1.2.3", "http://10.1.2.3:4317", true),
        ("an address and a port", "10.1.2.3:4317", "http://10.1.2.3:4317", true),
        ("another address", "10.1.2.4", "http://10.1.2.3:4317", false),
        ("a network", "10.0.0.0/8", "http://10.1.2.3:4317", true),
        ("another network", "10.0.0.0/16", "http://10.1.2.3:4317", false),
        ("every network", "0.0.0.0/0", "http://10.1.2.3:4317", true),
        ("a network of no size", "10.0.0.0/99", "http://10.1.2.3:4317", false),
        ("a network and a name", "10.0.0.0/8", "http://ten:4317", false),
        ("IPv6", "fd00::1", "http://[fd00::1]:4317", true),
        ("a network of IPv6", "fd00::/8", "http://[fd00::1]:4317", true),
        ("every network of IPv6", "::/0", "http://[fd00::1]:4317", true),
        ("a dot alone", ".", "http://c:4317", false),
    ];
    for (reason, exceptions, endpoint, is_direct) in rows {
        let found = proxy(endpoint, &[("HTTP_PROXY", "http://p:1"), ("NO_PROXY", exceptions)]);
        assert_eq!(found.is_none(), is_direct, "{reason}: {exceptions} for {endpoint}");
    }
}

#[test]
fn the_option_wins_in_both_directions() {
    let environment = [("HTTP_PROXY", "http://p:1"), ("NO_PROXY", "*")];
    let found = resolved(r#"{"exporter":{"endpoint":"http://c:4317","proxy":"http://option:3128"}}"#, &environment);
    assert_eq!(found.settings.exporter.proxy.as_deref(), Some("http://option:3128"));
    let found = resolved(r#"{"exporter":{"endpoint":"http://c:4317","proxy":false}}"#, &environment[..1]);
    assert_eq!(found.settings.exporter.proxy, None);
}

#[test]
fn a_bad_proxy_is_told_without_its_password() {
    for bad in ["https://u:hunter2@p:1", "socks5://u:hunter2@p:1", "http://u:hunter2@p:99999", "http://u:hunter2@", "http://u:hunter2 @p:1"] {
        let found = resolved(r#"{"exporter":{"endpoint":"http://c:4317"}}"#, &[("HTTP_PROXY", bad)]);
        assert_eq!(codes(&found), ["OBS_PROXY_INVALID"], "{bad}");
        assert!(!messages(&found).contains("hunter2"), "{bad}: {}", messages(&found));
        assert_eq!(found.settings.exporter.proxy, None);
    }
}
