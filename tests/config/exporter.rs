//! The exporter: kind, headers, compression, times and TLS.

use std::time::Duration;

use observability_ts::config::{Compression, ExporterKind, TlsSettings};

use crate::{codes, messages, resolved};

#[test]
fn the_kind_comes_from_the_option_then_the_exporter_then_the_protocol() {
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], ExporterKind, &'a [&'a str]);
    let rows: &[Row] = &[
        ("option", r#"{"exporter":{"type":"otlp-http"}}"#, &[("OTEL_TRACES_EXPORTER", "none")], ExporterKind::OtlpHttp, &[]),
        ("option console", r#"{"exporter":{"type":"console"}}"#, &[], ExporterKind::Console, &[]),
        ("option memory", r#"{"exporter":{"type":"memory"}}"#, &[], ExporterKind::Memory, &[]),
        ("option none", r#"{"exporter":{"type":"none"}}"#, &[], ExporterKind::None, &[]),
        ("option unknown", r#"{"exporter":{"type":"zipkin"}}"#, &[], ExporterKind::OtlpGrpc, &["OBS_VALUE_UNKNOWN"]),
        ("variable otlp", "{}", &[("OTEL_TRACES_EXPORTER", "OTLP")], ExporterKind::OtlpGrpc, &[]),
        ("variable console", "{}", &[("OTEL_TRACES_EXPORTER", "console")], ExporterKind::Console, &[]),
        ("variable none", "{}", &[("OTEL_TRACES_EXPORTER", "none")], ExporterKind::None, &[]),
        ("variable unknown", "{}", &[("OTEL_TRACES_EXPORTER", "jaeger")], ExporterKind::OtlpGrpc, &["OBS_VALUE_UNKNOWN"]),
        ("several", "{}", &[("OTEL_TRACES_EXPORTER", "console,otlp")], ExporterKind::Console, &["OBS_VALUE_UNKNOWN"]),
        ("protocol", "{}", &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")], ExporterKind::OtlpHttp, &[]),
        ("JSON", "{}", &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")], ExporterKind::OtlpHttp, &["OBS_VALUE_UNKNOWN"]),
        (
            "protocol for traces",
            "{}",
            &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc")],
            ExporterKind::OtlpGrpc,
            &[],
        ),
        ("protocol unknown", "{}", &[("OTEL_EXPORTER_OTLP_PROTOCOL", "thrift")], ExporterKind::OtlpGrpc, &["OBS_VALUE_UNKNOWN"]),
    ];
    for (reason, options, environment, kind, warnings) in rows {
        let found = resolved(options, environment);
        assert_eq!((found.settings.exporter.kind, codes(&found).as_slice()), (*kind, *warnings), "{reason}");
    }
    let file = resolved(r#"{"exporter":{"type":"file","endpoint":"/var/log/traces.jsonl"}}"#, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318")]);
    assert_eq!((file.settings.exporter.kind, file.settings.exporter.endpoint.as_str()), (ExporterKind::File, "/var/log/traces.jsonl"));
    let odd = resolved(r#"{"exporter":{"type":"file","endpoint":"/srv/joe@box/what?.jsonl"}}"#, &[]);
    assert_eq!(odd.settings.exporter.shown_endpoint(), "/srv/joe@box/what?.jsonl", "a path has no query");
}

#[test]
fn headers_of_all_sources_are_merged_and_decoded() {
    let found = resolved(
        r#"{"exporter":{"headers":{"X-C":"option","Authorization":"Bearer 1, 2"}}}"#,
        &[
            ("OTEL_EXPORTER_OTLP_HEADERS", " x-a = general%2C1 , X-B=general, ,x-d=a=b==,x-e=100%"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-b=traces,x-c=traces"),
        ],
    );
    assert!(codes(&found).is_empty(), "{:?}", found.warnings);
    let mut headers = found.settings.exporter.headers.clone();
    headers.sort();
    let expected = [("authorization", "Bearer 1, 2"), ("x-a", "general,1"), ("x-b", "traces"), ("x-c", "option"), ("x-d", "a=b=="), ("x-e", "100%")];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn bad_headers_are_left_out_and_never_printed() {
    let rows = [
        ("no equals sign", "hunter2"),
        ("no name", "=hunter2"),
        ("a space in the name", "hunter2 x=hunter2"),
        ("a line break in the value", "x-a=hunter2%0D%0Ax-b: 1"),
        ("not ASCII", "x-a=hunter2%C3%A9"),
        ("not UTF-8", "x-a=hunter2%ff"),
        ("the transport's own", "content-length=hunter2"),
        ("binary metadata", "hunter2-bin=hunter2"),
    ];
    for (reason, list) in rows {
        let found = resolved("{}", &[("OTEL_EXPORTER_OTLP_HEADERS", list)]);
        assert_eq!(codes(&found), ["OBS_HEADER_INVALID"], "{reason}");
        assert!(found.settings.exporter.headers.is_empty(), "{reason}");
        assert!(!messages(&found).contains("hunter2"), "{reason}: {}", messages(&found));
    }
    let found = resolved(r#"{"exporter":{"headers":{"a b":"hunter2","c":7,"d":"x\ny"}}}"#, &[]);
    assert_eq!(codes(&found), ["OBS_HEADER_INVALID"; 3]);
    assert!(!messages(&found).contains("hunter2"));
    assert_eq!(codes(&resolved(r#"{"exporter":{"headers":["a"]}}"#, &[])), ["OBS_OPTION_TYPE"]);
    let shown = serde_json::to_string(&resolved(r#"{"exporter":{"headers":{"a":"hunter2"}}}"#, &[]).for_js()).expect("serialises");
    assert!(!shown.contains("hunter2"), "no header goes back to JavaScript");
}

#[test]
fn compression_and_times() {
    let found = resolved(
        "{}",
        &[
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "GZIP"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
            ("OTEL_BSP_EXPORT_TIMEOUT", "45000"),
        ],
    );
    let exporter = &found.settings.exporter;
    assert_eq!(exporter.compression, Compression::None, "the variable for traces wins");
    assert_eq!((exporter.timeout, exporter.retry_window), (Duration::from_millis(1_500), Duration::from_secs(45)));
    let found = resolved(r#"{"exporter":{"compression":"gzip","timeoutMillis":250}}"#, &[("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "9")]);
    assert_eq!((found.settings.exporter.compression, found.settings.exporter.timeout), (Compression::Gzip, Duration::from_millis(250)));
    let unlimited = resolved("{}", &[("OTEL_EXPORTER_OTLP_TIMEOUT", "0")]).settings.exporter;
    assert_eq!(unlimited.timeout, unlimited.retry_window, "no limit of its own: that of all attempts");
    assert_eq!(codes(&resolved("{}", &[("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd")])), ["OBS_VALUE_UNKNOWN"]);
}

#[test]
fn tls_from_options_and_variables() {
    let found = resolved(
        r#"{"exporter":{"endpoint":"https://c:4317","tls":{"caFile":"ca.pem","serverName":"collector.internal"}}}"#,
        &[
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "other.pem"),
            ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "client.pem"),
            ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "key.pem"),
        ],
    );
    assert!(codes(&found).is_empty(), "{:?}", found.warnings);
    let text = |text: &str| Some(text.to_owned());
    let expected = TlsSettings {
        ca_file: text("ca.pem"),
        certificate_file: text("client.pem"),
        key_file: text("key.pem"),
        server_name: text("collector.internal"),
    };
    assert_eq!(found.settings.exporter.tls, expected);
}

#[test]
fn tls_that_does_not_fit_together_is_told() {
    let rows = [
        ("a certificate without its key", r#"{"exporter":{"endpoint":"https://c","tls":{"certFile":"c.pem"}}}"#, "OBS_TLS_INVALID"),
        ("a key without its certificate", r#"{"exporter":{"endpoint":"https://c","tls":{"keyFile":"k.pem"}}}"#, "OBS_TLS_INVALID"),
        ("http", r#"{"exporter":{"endpoint":"http://c:4317","tls":{"caFile":"ca.pem"}}}"#, "OBS_TLS_INVALID"),
        ("a file that is a number", r#"{"exporter":{"tls":{"caFile":7}}}"#, "OBS_OPTION_TYPE"),
        ("no object", r#"{"exporter":{"tls":true}}"#, "OBS_OPTION_TYPE"),
        ("misspelt", r#"{"exporter":{"tls":{"caFiel":"ca.pem"}}}"#, "OBS_OPTION_UNKNOWN"),
    ];
    for (reason, options, code) in rows {
        let found = resolved(options, &[]);
        assert_eq!(codes(&found), [code], "{reason}: {}", messages(&found));
        assert_eq!(found.settings.exporter.tls.certificate_file, None, "{reason}");
    }
}
