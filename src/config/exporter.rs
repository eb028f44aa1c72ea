//! The exporter: which one, where to and how.

use std::time::Duration;

use super::{
    defaults,
    endpoint::{Endpoint, without_secrets},
    headers, proxy,
    settings::{Compression, ExporterKind, ExporterSettings, TlsSettings},
    sources::{Integer, MAX_MILLIS, Sources},
    variables as var,
    warning::{codes, shown},
};

/// The ports that IANA lists for OTLP.
const GRPC_PORT: u16 = 4317;
const HTTP_PORT: u16 = 4318;

/// The path of traces (OTLP specification, "OTLP/HTTP Request").
const TRACES_PATH: &str = "/v1/traces";

/// What stands for "no limit" (0) in a time: a day, which a timer can hold.
const NO_LIMIT: Duration = Duration::from_secs(86_400);

/// Where an endpoint was given; the path rules differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The option: a base URL, or a whole one when it ends in `/v1/traces`.
    Option,
    /// The variable for traces: taken as it is.
    Traces,
    /// The variable for every signal: a base URL.
    General,
}

struct Given {
    origin: Origin,
    source: &'static str,
    endpoint: Endpoint,
}

pub(super) fn resolve(sources: &mut Sources) -> ExporterSettings {
    let chosen = chosen_kind(sources);
    let mut settings = ExporterSettings { kind: chosen.unwrap_or(ExporterKind::OtlpGrpc), ..ExporterSettings::default() };
    match settings.kind {
        ExporterKind::OtlpGrpc | ExporterKind::OtlpHttp => {}
        ExporterKind::File => {
            settings.endpoint = sources.text_option("exporter.endpoint").unwrap_or_else(|| defaults::FILE_PATH.to_owned());
            return settings;
        }
        ExporterKind::Console | ExporterKind::Memory | ExporterKind::None => {
            settings.endpoint = String::new();
            return settings;
        }
    }
    let given = given_endpoint(sources);
    let protocol = protocol(sources);
    settings.kind = chosen.or(protocol).unwrap_or_else(|| kind_by_endpoint(given.as_ref()));
    settings.tls = tls_material(sources);
    let default = if settings.kind == ExporterKind::OtlpHttp { defaults::HTTP_ENDPOINT } else { defaults::GRPC_ENDPOINT };
    let given = given.or_else(|| Some(Given { origin: Origin::Traces, source: "the default", endpoint: Endpoint::parse(default).ok()? }));
    if let Some(given) = given {
        let tls = given.endpoint.tls.unwrap_or_else(|| tls_without_scheme(sources, &settings));
        settings.endpoint = url(sources, &given, settings.kind, tls);
        settings.proxy = proxy::resolve(sources, &given.endpoint, tls);
        if !tls && settings.tls != TlsSettings::default() {
            let message = format!("certificates are set, but {} is not https: nothing is encrypted; write https:// in the endpoint", given.source);
            sources.warn(codes::TLS_INVALID, message);
        }
    }
    settings.headers = headers::resolve(sources);
    settings.compression = compression(sources);
    settings.retry_window = retry_window(sources);
    settings.timeout = timeout(sources).unwrap_or(defaults::EXPORT_TIMEOUT).min(settings.retry_window);
    settings
}

/// The exporter that was asked for by name; `None` where it is OTLP and the protocol is still open.
fn chosen_kind(sources: &mut Sources) -> Option<ExporterKind> {
    const OPTION_WORDS: &str = "otlp-grpc, otlp-http, console, file, memory, none";
    if let Some(word) = sources.text_option("exporter.type") {
        match word.as_str() {
            "otlp-grpc" => return Some(ExporterKind::OtlpGrpc),
            "otlp-http" => return Some(ExporterKind::OtlpHttp),
            "console" => return Some(ExporterKind::Console),
            "file" => return Some(ExporterKind::File),
            "memory" => return Some(ExporterKind::Memory),
            "none" => return Some(ExporterKind::None),
            _ => sources.warn_word("option exporter.type", &word, OPTION_WORDS, "it was ignored"),
        }
    }
    let list = sources.variable(var::OTEL_TRACES_EXPORTER)?;
    let mut words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    let word = words.next()?;
    if words.next().is_some() {
        let message = format!("{} names several exporters; only the first, {}, is used", var::OTEL_TRACES_EXPORTER, shown(word));
        sources.warn(codes::VALUE_UNKNOWN, message);
    }
    match word.to_ascii_lowercase().as_str() {
        "otlp" => None,
        "console" => Some(ExporterKind::Console),
        "none" => Some(ExporterKind::None),
        _ => {
            sources.warn_word(var::OTEL_TRACES_EXPORTER, word, "otlp, console, none", "otlp is used");
            None
        }
    }
}

/// The protocol that was asked for by a variable.
fn protocol(sources: &mut Sources) -> Option<ExporterKind> {
    for name in [var::OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, var::OTEL_EXPORTER_OTLP_PROTOCOL] {
        let Some(word) = sources.variable(name) else { continue };
        match word.to_ascii_lowercase().as_str() {
            "grpc" => return Some(ExporterKind::OtlpGrpc),
            "http/protobuf" => return Some(ExporterKind::OtlpHttp),
            "http/json" => {
                let message = format!("{name}=http/json is not supported; http/protobuf is used, which every OTLP server takes on the same path");
                sources.warn(codes::VALUE_UNKNOWN, message);
                return Some(ExporterKind::OtlpHttp);
            }
            _ => sources.warn_word(name, word, "grpc, http/protobuf", "it was ignored"),
        }
    }
    None
}

/// The endpoint of the strongest source that holds a good one.
fn given_endpoint(sources: &mut Sources) -> Option<Given> {
    let candidates = [
        (Origin::Option, "option exporter.endpoint", sources.text_option("exporter.endpoint")),
        (Origin::Traces, var::OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, sources.variable(var::OTEL_EXPORTER_OTLP_TRACES_ENDPOINT).map(str::to_owned)),
        (Origin::General, var::OTEL_EXPORTER_OTLP_ENDPOINT, sources.variable(var::OTEL_EXPORTER_OTLP_ENDPOINT).map(str::to_owned)),
    ];
    for (origin, source, text) in candidates {
        let Some(text) = text else { continue };
        match Endpoint::parse(&text) {
            Ok(endpoint) => {
                if endpoint.had_userinfo {
                    let advice = "write it as a header instead: authorization=Basic%20<base64 of user:password>";
                    let message = format!("the user name and password in {source} were left out; {advice}");
                    sources.warn(codes::ENDPOINT_SUSPICIOUS, message);
                }
                return Some(Given { origin, source, endpoint });
            }
            Err(reason) => {
                let text = shown(&without_secrets(&text));
                let message = format!("{source} is {text} and was ignored: {reason}; write it like {}", defaults::GRPC_ENDPOINT);
                sources.warn(codes::ENDPOINT_INVALID, message);
            }
        }
    }
    None
}

/// The protocol of an endpoint when nothing names one: port 4318 and any path mean HTTP, since gRPC has neither; all else gRPC.
fn kind_by_endpoint(given: Option<&Given>) -> ExporterKind {
    let is_http = given.is_some_and(|given| match given.endpoint.port {
        Some(HTTP_PORT) => true,
        Some(GRPC_PORT) => false,
        _ => given.endpoint.has_path(),
    });
    if is_http { ExporterKind::OtlpHttp } else { ExporterKind::OtlpGrpc }
}

/// Whether an endpoint without a scheme is spoken to over TLS: as the insecure variables say, else when certificates are set.
fn tls_without_scheme(sources: &mut Sources, settings: &ExporterSettings) -> bool {
    let has_certificates = settings.tls != TlsSettings::default();
    if settings.kind == ExporterKind::OtlpHttp {
        let advice = if has_certificates { "https:// was assumed, since certificates are set" } else { "http:// was assumed" };
        sources.warn(codes::ENDPOINT_SUSPICIOUS, format!("the endpoint has no scheme and {advice}; write http:// or https:// in front of it"));
        return has_certificates;
    }
    let insecure = sources.bool_variable(&[var::OTEL_EXPORTER_OTLP_TRACES_INSECURE, var::OTEL_EXPORTER_OTLP_INSECURE]);
    insecure.map_or(has_certificates, |insecure| !insecure)
}

/// The URL to call, and warnings of what was most likely meant otherwise.
fn url(sources: &mut Sources, given: &Given, kind: ExporterKind, tls: bool) -> String {
    let Given { origin, source, endpoint } = given;
    let is_grpc = kind == ExporterKind::OtlpGrpc;
    let other = if is_grpc { (HTTP_PORT, "gRPC", "otlp-http") } else { (GRPC_PORT, "HTTP", "otlp-grpc") };
    if endpoint.port == Some(other.0) {
        let (port, spoken, wanted) = other;
        let message = format!("{source} has port {port}, and {spoken} will be spoken there; if exports fail, set exporter.type to {wanted}");
        sources.warn(codes::ENDPOINT_SUSPICIOUS, message);
    }
    if is_grpc {
        if endpoint.has_path() || !endpoint.query.is_empty() {
            let message = format!("the path of {source} was left out: gRPC has none; for OTLP over HTTP set exporter.type to otlp-http");
            sources.warn(codes::ENDPOINT_SUSPICIOUS, message);
        }
        return endpoint.origin(tls);
    }
    let base = endpoint.path.trim_end_matches('/');
    let path = match origin {
        Origin::Traces if endpoint.path.is_empty() => "/".to_owned(),
        Origin::Traces => endpoint.path.clone(),
        Origin::Option if base.ends_with(TRACES_PATH) => base.to_owned(),
        Origin::Option => format!("{base}{TRACES_PATH}"),
        Origin::General => {
            if base.ends_with(TRACES_PATH) {
                let message = format!(
                    "{source} ends in {TRACES_PATH}, and {TRACES_PATH} is appended to it as the specification says; write it without, or set {} instead",
                    var::OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
                );
                sources.warn(codes::ENDPOINT_SUSPICIOUS, message);
            }
            format!("{base}{TRACES_PATH}")
        }
    };
    endpoint.url(tls, &path)
}

fn tls_material(sources: &mut Sources) -> TlsSettings {
    if sources.option("exporter.tls").is_some_and(|tls| !tls.is_object()) {
        sources.wrong_type::<()>("exporter.tls", "an object of caFile, certFile, keyFile and serverName");
    }
    let mut file = |option: &'static str, variables: [&'static str; 2]| {
        tls_text(sources, option).or_else(|| sources.first_variable(&variables).map(|(_, path)| path.to_owned()))
    };
    let mut tls = TlsSettings {
        ca_file: file("caFile", [var::OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE, var::OTEL_EXPORTER_OTLP_CERTIFICATE]),
        certificate_file: file("certFile", [var::OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE, var::OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE]),
        key_file: file("keyFile", [var::OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY, var::OTEL_EXPORTER_OTLP_CLIENT_KEY]),
        server_name: tls_text(sources, "serverName"),
    };
    if tls.certificate_file.is_some() != tls.key_file.is_some() {
        let missing = if tls.key_file.is_none() { "key" } else { "certificate" };
        let message = format!("mTLS is off: the client's {missing} is not set; it takes both exporter.tls.certFile and exporter.tls.keyFile");
        sources.warn(codes::TLS_INVALID, message);
        tls.certificate_file = None;
        tls.key_file = None;
    }
    tls
}

fn tls_text(sources: &mut Sources, key: &'static str) -> Option<String> {
    let value = sources.option("exporter.tls")?.get(key).filter(|value| !value.is_null())?;
    match value.as_str() {
        Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        None => sources.wrong_type(&format!("exporter.tls.{key}"), "a string"),
    }
}

fn compression(sources: &mut Sources) -> Compression {
    const WORDS: &str = "gzip, none";
    if let Some(word) = sources.text_option("exporter.compression") {
        match word.as_str() {
            "gzip" => return Compression::Gzip,
            "none" => return Compression::None,
            _ => sources.warn_word("option exporter.compression", &word, WORDS, "it was ignored"),
        }
    }
    for name in [var::OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, var::OTEL_EXPORTER_OTLP_COMPRESSION] {
        let Some(word) = sources.variable(name) else { continue };
        match word.to_ascii_lowercase().as_str() {
            "gzip" => return Compression::Gzip,
            "none" => return Compression::None,
            _ => sources.warn_word(name, word, WORDS, "it was ignored"),
        }
    }
    Compression::default()
}

fn timeout(sources: &mut Sources) -> Option<Duration> {
    let setting = Integer {
        option: Some("exporter.timeoutMillis"),
        variables: &[var::OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, var::OTEL_EXPORTER_OTLP_TIMEOUT],
        min: 0,
        max: MAX_MILLIS,
        unit: "milliseconds",
    };
    sources.integer(&setting).map(or_no_limit)
}

fn retry_window(sources: &mut Sources) -> Duration {
    let setting = Integer { option: None, variables: &[var::OTEL_BSP_EXPORT_TIMEOUT], min: 0, max: MAX_MILLIS, unit: "milliseconds" };
    sources.integer(&setting).map_or(defaults::RETRY_WINDOW, or_no_limit)
}

/// Milliseconds; 0 is no limit (specification, "Timeout").
fn or_no_limit(millis: u64) -> Duration {
    if millis == 0 { NO_LIMIT } else { Duration::from_millis(millis) }
}
