//! Options: unknown, misspelt, of later versions, of the wrong type.

use observability_ts::config::{LogLevel, Propagator};

use crate::{codes, messages, resolved};

#[test]
fn a_misspelt_option_names_the_nearest_known_one() {
    let rows = [
        (r#"{"servicename":"a"}"#, "serviceName"),
        (r#"{"exporter":{"endpiont":"http://c"}}"#, "exporter.endpoint"),
        (r#"{"endpoint":"http://c"}"#, "exporter.endpoint"),
        (r#"{"rate":0.1}"#, "sampling.rate"),
        (r#"{"sampling":{"ratee":0.1}}"#, "sampling.rate"),
        (r#"{"exporter":{"timeoutMilis":1}}"#, "exporter.timeoutMillis"),
        (r#"{"exporter":{"tls":{"cafile":"x"}}}"#, "exporter.tls.caFile"),
        (r#"{"limits":{"attributePerLinksCount":1}}"#, "limits.attributePerLinkCount"),
        (r#"{"propagator":["baggage"]}"#, "propagators"),
        (r#"{"fetch":false}"#, "http.fetch"),
    ];
    for (options, meant) in rows {
        let found = resolved(options, &[]);
        assert_eq!(codes(&found), ["OBS_OPTION_UNKNOWN"], "{options}");
        assert!(messages(&found).ends_with(&format!("did you mean {meant}?")), "{options}: {}", messages(&found));
    }
    let found = resolved(r#"{"somethingElseEntirely":1}"#, &[]);
    assert!(messages(&found).contains("docs/configuration.md"), "{}", messages(&found));
}

#[test]
fn options_that_are_wrong_from_end_to_end_do_not_fill_a_log() {
    let options: String = (0..10_000).map(|number| format!(r#""wrong{number}":1,"#)).collect();
    assert_eq!(codes(&resolved(&format!("{{{options}\"x\":1}}"), &[])).len(), 32);
}

#[test]
fn options_of_later_versions_are_one_warning_and_those_that_ask_for_nothing_none() {
    let found = resolved(r#"{"spool":{"directory":"/x"},"redact":[{}],"sampling":{"rate":0.5,"keepErrors":true,"rules":[1]}}"#, &[]);
    assert_eq!(codes(&found), ["OBS_OPTION_NOT_YET"]);
    for option in ["spool", "redact", "sampling.keepErrors", "sampling.rules"] {
        assert!(messages(&found).contains(option), "{option}");
    }
    assert_eq!(found.settings.sampler.ratio, 0.5, "its neighbours still count");
    let nothing =
        r#"{"spool":false,"redact":[],"sampling":{"keepErrors":false,"rules":null},"instrumentations":[{}],"spanProcessors":[],"http":false}"#;
    assert_eq!(codes(&resolved(nothing, &[])), [""; 0]);
}

#[test]
fn wrong_types_are_told_and_ignored() {
    let rows = [
        r#"{"serviceName":7}"#,
        r#"{"environment":{}}"#,
        r#"{"exporter":"otlp-grpc"}"#,
        r#"{"exporter":{"type":7}}"#,
        r#"{"exporter":{"endpoint":[]}}"#,
        r#"{"exporter":{"proxy":7}}"#,
        r#"{"sampling":0.1}"#,
        r#"{"sampling":{"parentBased":"yes"}}"#,
        r#"{"propagators":"baggage"}"#,
        r#"{"propagators":[7]}"#,
        r#"{"resource":"a=b"}"#,
        r#"{"signals":1}"#,
        r#"{"logLevel":3}"#,
    ];
    for options in rows {
        let found = resolved(options, &[]);
        assert_eq!(codes(&found), ["OBS_OPTION_TYPE"], "{options}: {}", messages(&found));
        assert_eq!(found.settings, resolved("{}", &[]).settings, "{options}");
    }
}

#[test]
fn numbers_out_of_range_or_none_are_told_and_ignored() {
    let rows = [
        r#"{"sampling":{"rate":1.5}}"#,
        r#"{"sampling":{"rate":-0.1}}"#,
        r#"{"sampling":{"rate":null}}"#,
        r#"{"sampling":{"rate":"ten"}}"#,
        r#"{"sampling":{"rate":"NaN"}}"#,
        r#"{"exporter":{"timeoutMillis":-1}}"#,
        r#"{"exporter":{"timeoutMillis":1.5}}"#,
        r#"{"exporter":{"timeoutMillis":1e300}}"#,
        r#"{"batch":{"maxSpans":0}}"#,
        r#"{"batch":{"maxBytes":10485760}}"#,
        r#"{"batch":{"maxDelayMillis":null}}"#,
        r#"{"queue":{"maxBytes":1}}"#,
        r#"{"queue":{"maxInFlight":100000}}"#,
        r#"{"limits":{"attributeCount":-3}}"#,
        r#"{"limits":{"attributeCount":"many"}}"#,
        r#"{"exitTimeoutMillis":3600000}"#,
    ];
    for options in rows {
        let found = resolved(options, &[]);
        assert_eq!(codes(&found), ["OBS_NUMBER_INVALID"], "{options}: {}", messages(&found));
        assert_eq!(found.settings, resolved("{}", &[]).settings, "{options}");
    }
}

#[test]
fn good_options_are_taken() {
    let found = resolved(
        r#"{"sampling":{"rate":"0.5","parentBased":false},"batch":{"maxSpans":10,"maxBytes":65536,"maxDelayMillis":0},
            "queue":{"maxBytes":1e6,"maxSpans":100,"maxInFlight":2},"limits":{"attributeCount":1,"attributeValueLength":4294967295,"eventCount":3,
            "linkCount":4,"attributePerEventCount":5,"attributePerLinkCount":6},"propagators":["baggage","baggage"],"exitTimeoutMillis":0,
            "signals":false,"logLevel":"error"}"#,
        &[],
    );
    assert!(codes(&found).is_empty(), "{:?}", found.warnings);
    let settings = &found.settings;
    assert_eq!((settings.sampler.ratio, settings.sampler.parent_based), (0.5, false));
    assert_eq!((settings.batch.max_spans, settings.batch.max_bytes, settings.batch.max_delay.as_millis()), (10, 65_536, 0));
    assert_eq!((settings.queue.max_bytes, settings.queue.max_spans, settings.queue.max_in_flight), (1_000_000, 100, 2));
    let limits = &settings.limits;
    assert_eq!((limits.attribute_count, limits.attribute_value_length, limits.event_count), (1, u32::MAX, 3));
    assert_eq!((limits.link_count, limits.attribute_per_event_count, limits.attribute_per_link_count), (4, 5, 6));
    assert_eq!(settings.propagators, [Propagator::Baggage]);
    assert_eq!((settings.exit_timeout.as_millis(), settings.flush_on_signals, settings.log_level), (0, false, LogLevel::Error));
}

#[test]
fn what_javascript_reads_has_its_names() {
    let found = resolved(r#"{"sampling":{"rate":1},"resource":{"a":[1,2],"b":1.5},"sampling.":1}"#, &[]);
    let json = serde_json::to_value(found.for_js()).expect("serialises");
    assert_eq!(json["disabled"], false);
    assert_eq!(json["sampler"], serde_json::json!({ "ratio": 1.0, "upperBound": 4_294_967_296_u64, "parentBased": true }));
    assert_eq!(json["limits"]["attributeValueLength"], 65_536);
    assert_eq!(json["propagators"], serde_json::json!(["tracecontext", "baggage"]));
    assert_eq!(json["exporter"], serde_json::json!({ "kind": "otlp-grpc", "endpoint": "http://localhost:4317" }));
    assert_eq!(json["resource"]["a"], serde_json::json!([1, 2]));
    assert_eq!(json["resource"]["service.name"], "unknown_service:node");
    assert_eq!((&json["flushOnSignals"], &json["logLevel"]), (&true.into(), &"info".into()));
    assert_eq!(json["warnings"][0]["code"], "OBS_OPTION_UNKNOWN");
}
