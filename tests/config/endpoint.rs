//! Endpoints: the rules of paths, schemes and ports.

use observability_ts::config::ExporterKind::{self, OtlpGrpc, OtlpHttp};

use crate::{codes, messages, resolved};

const GENERAL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const SUSPICIOUS: &[&str] = &["OBS_ENDPOINT_SUSPICIOUS"];
const INVALID: &[&str] = &["OBS_ENDPOINT_INVALID"];

#[test]
fn variables_give_the_endpoint_that_the_specification_says() {
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], ExporterKind, &'a str, &'a [&'a str]);
    let rows: &[Row] = &[
        ("the default", &[], OtlpGrpc, "http://localhost:4317", &[]),
        ("the default of HTTP", &[(PROTOCOL, "http/protobuf")], OtlpHttp, "http://localhost:4318/v1/traces", &[]),
        ("port 4317 means gRPC", &[(GENERAL, "http://c:4317")], OtlpGrpc, "http://c:4317", &[]),
        ("port 4318 means HTTP", &[(GENERAL, "http://c:4318")], OtlpHttp, "http://c:4318/v1/traces", &[]),
        ("another port means gRPC", &[(GENERAL, "http://c:8080")], OtlpGrpc, "http://c:8080", &[]),
        ("a path means HTTP, since gRPC has none", &[(GENERAL, "https://c/otlp")], OtlpHttp, "https://c/otlp/v1/traces", &[]),
        ("a slash at the end is no second one", &[(GENERAL, "https://c/otlp/")], OtlpHttp, "https://c/otlp/v1/traces", &[]),
        ("the root is no path", &[(GENERAL, "http://c:4318/")], OtlpHttp, "http://c:4318/v1/traces", &[]),
        ("for traces: taken as it is", &[(TRACES, "http://c:4318/x/")], OtlpHttp, "http://c:4318/x/", &[]),
        ("for traces: no path is the root", &[(TRACES, "http://c:4318")], OtlpHttp, "http://c:4318/", &[]),
        ("for traces: wins", &[(TRACES, "http://t:4317"), (GENERAL, "http://g:4318")], OtlpGrpc, "http://t:4317", &[]),
        ("the query stays", &[(GENERAL, "http://c:4318/?a=b")], OtlpHttp, "http://c:4318/v1/traces?a=b", &[]),
        ("the fragment goes", &[(GENERAL, "http://c:4318/#f")], OtlpHttp, "http://c:4318/v1/traces", &[]),
        ("no scheme, gRPC", &[(GENERAL, "localhost:4317")], OtlpGrpc, "http://localhost:4317", &[]),
        ("no scheme, no port", &[(GENERAL, "collector")], OtlpGrpc, "http://collector", &[]),
        ("no scheme, HTTP", &[(GENERAL, "localhost:4318")], OtlpHttp, "http://localhost:4318/v1/traces", SUSPICIOUS),
        ("no scheme, insecure", &[(GENERAL, "c:4317"), ("OTEL_EXPORTER_OTLP_INSECURE", "true")], OtlpGrpc, "http://c:4317", &[]),
        ("no scheme, secure", &[(GENERAL, "c:4317"), ("OTEL_EXPORTER_OTLP_INSECURE", "false")], OtlpGrpc, "https://c:4317", &[]),
        (
            "no scheme, secure for traces",
            &[(GENERAL, "c:4317"), ("OTEL_EXPORTER_OTLP_INSECURE", "true"), ("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "false")],
            OtlpGrpc,
            "https://c:4317",
            &[],
        ),
        ("a scheme wins over insecure", &[(GENERAL, "https://c:4317"), ("OTEL_EXPORTER_OTLP_INSECURE", "true")], OtlpGrpc, "https://c:4317", &[]),
        ("certificates and no scheme", &[(GENERAL, "c:4317"), ("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem")], OtlpGrpc, "https://c:4317", &[]),
        ("scheme in capitals", &[(GENERAL, "HTTPS://c:4317")], OtlpGrpc, "https://c:4317", &[]),
        ("IPv6", &[(GENERAL, "http://[::1]:4318")], OtlpHttp, "http://[::1]:4318/v1/traces", &[]),
        ("the path is doubled as the rules say", &[(GENERAL, "http://c:4318/v1/traces")], OtlpHttp, "http://c:4318/v1/traces/v1/traces", SUSPICIOUS),
        ("gRPC has no path", &[(GENERAL, "http://c:4317/v1/traces"), (PROTOCOL, "grpc")], OtlpGrpc, "http://c:4317", SUSPICIOUS),
        ("gRPC on the port of HTTP", &[(GENERAL, "http://c:4318"), (PROTOCOL, "grpc")], OtlpGrpc, "http://c:4318", SUSPICIOUS),
        ("HTTP on the port of gRPC", &[(GENERAL, "http://c:4317"), (PROTOCOL, "http/protobuf")], OtlpHttp, "http://c:4317/v1/traces", SUSPICIOUS),
        ("user and password are left out", &[(GENERAL, "http://joe:pw@c:4317")], OtlpGrpc, "http://c:4317", SUSPICIOUS),
        ("another scheme", &[(GENERAL, "grpc://c:4317")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("a path of a socket", &[(GENERAL, "unix:///run/otel.sock")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("no host", &[(GENERAL, "http://")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("no host, a port", &[(GENERAL, "http://:4317")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("a port that cannot be", &[(GENERAL, "http://c:99999")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("port 0", &[(GENERAL, "http://c:0")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("a port with a sign", &[(GENERAL, "http://c:+80")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("a port that is none", &[(GENERAL, "http://c:")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("a scheme with one slash", &[(GENERAL, "http:/c:4317")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("a space", &[(GENERAL, "http://c d:4317")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("a bad address", &[(GENERAL, "http://[::g]:4317")], OtlpGrpc, "http://localhost:4317", INVALID),
        ("bad for traces, good in general", &[(TRACES, "ftp://c"), (GENERAL, "http://g:4318")], OtlpHttp, "http://g:4318/v1/traces", INVALID),
    ];
    for (reason, environment, kind, endpoint, warnings) in rows {
        let found = resolved("{}", environment);
        let exporter = &found.settings.exporter;
        assert_eq!((exporter.kind, exporter.endpoint.as_str(), codes(&found).as_slice()), (*kind, *endpoint, *warnings), "{reason}");
    }
}

#[test]
fn an_option_is_a_base_url_or_a_whole_one() {
    let rows = [
        ("a base", "otlp-http", "http://c:4318", "http://c:4318/v1/traces"),
        ("a base with a path", "otlp-http", "https://c/otlp/", "https://c/otlp/v1/traces"),
        ("the whole", "otlp-http", "http://c:4318/v1/traces", "http://c:4318/v1/traces"),
        ("the whole below a path", "otlp-http", "http://v:10428/insert/opentelemetry/v1/traces", "http://v:10428/insert/opentelemetry/v1/traces"),
        ("gRPC", "otlp-grpc", "https://c:4317", "https://c:4317"),
    ];
    for (reason, kind, endpoint, expected) in rows {
        let found = resolved(&format!(r#"{{"exporter":{{"type":"{kind}","endpoint":"{endpoint}"}}}}"#), &[]);
        assert_eq!(found.settings.exporter.endpoint, expected, "{reason}");
        assert!(codes(&found).is_empty(), "{reason}: {:?}", found.warnings);
    }
}

#[test]
fn messages_never_hold_a_password_or_a_query() {
    for endpoint in [
        "http://joe:hunter2@c:4317",
        "http://joe:hunter2@c:99999/p?key=hunter2",
        "ftp://joe:hunter2@c",
        "joe:hunter2@c d",
        "http://c:4318?k=hunter2",
        "http://joe:hunter2#x@c",
        "http://joe:hunter2?@c",
    ] {
        let found = resolved("{}", &[(GENERAL, endpoint)]);
        assert!(!messages(&found).contains("hunter2"), "{endpoint}: {}", messages(&found));
        assert!(!serde_json::to_string(&found.for_js()).expect("serialises").contains("hunter2"), "{endpoint}");
    }
}
