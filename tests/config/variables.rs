//! Variables, one table for each part of the settings.

use std::time::Duration;

use observability_ts::config::{LogLevel, Propagator, Resolved};

use crate::{codes, messages, resolved};

#[test]
fn each_variable_sets_its_own() {
    type Row = (&'static str, &'static str, fn(&Resolved) -> bool);
    let rows: &[Row] = &[
        ("OTEL_SDK_DISABLED", "TRUE", |found| found.settings.disabled),
        ("OTEL_SDK_DISABLED", "false", |found| !found.settings.disabled),
        ("OTEL_LOG_LEVEL", "ERROR", |found| found.settings.log_level == LogLevel::Error),
        ("OTEL_LOG_LEVEL", "all", |found| found.settings.log_level == LogLevel::Verbose),
        ("OTEL_PROPAGATORS", "baggage, tracecontext,baggage", |found| found.settings.propagators == [Propagator::Baggage, Propagator::TraceContext]),
        ("OTEL_PROPAGATORS", "b3,xray,datadog,b3multi", |found| {
            found.settings.propagators == [Propagator::B3, Propagator::XRay, Propagator::Datadog, Propagator::B3Multi]
        }),
        ("OTEL_PROPAGATORS", "none", |found| found.settings.propagators.is_empty()),
        ("OTEL_BSP_SCHEDULE_DELAY", "250", |found| found.settings.batch.max_delay == Duration::from_millis(250)),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "64", |found| found.settings.batch.max_spans == 64),
        ("OTEL_BSP_SCHEDULE_DELAY", "2147483647", |found| found.settings.batch.max_delay.as_millis() == 2_147_483_647),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "64", |found| found.settings.queue.max_spans == 64 && found.settings.batch.max_spans == 64),
        ("OBS_QUEUE_MAX_BYTES", "100000", |found| found.settings.queue.max_bytes == 100_000 && found.settings.batch.max_bytes == 100_000),
        ("OBS_EXIT_TIMEOUT", "250", |found| found.settings.exit_timeout == Duration::from_millis(250)),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "7", |found| {
            let limits = &found.settings.limits;
            [limits.attribute_count, limits.attribute_per_event_count, limits.attribute_per_link_count] == [7; 3]
        }),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "7", |found| found.settings.limits.attribute_count == 7),
        ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "7", |found| found.settings.limits.attribute_per_event_count == 7),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "7", |found| found.settings.limits.attribute_per_link_count == 7),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "7", |found| found.settings.limits.attribute_value_length == 7),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "0", |found| found.settings.limits.attribute_value_length == 0),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "7", |found| found.settings.limits.event_count == 7),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "7", |found| found.settings.limits.link_count == 7),
    ];
    for (name, value, holds) in rows {
        let found = resolved("{}", &[(name, value)]);
        assert!(holds(&found), "{name}={value}: {:?}", found.settings);
        assert!(codes(&found).is_empty(), "{name}={value}: {:?}", found.warnings);
    }
}

#[test]
fn the_sampler_of_the_specification() {
    let rows = [
        ("always_on", None, 1.0, false),
        ("always_off", None, 0.0, false),
        ("traceidratio", Some("0.25"), 0.25, false),
        ("traceidratio", None, 1.0, false),
        ("parentbased_always_on", None, 1.0, true),
        ("parentbased_always_off", None, 0.0, true),
        ("ParentBased_TraceIdRatio", Some("0.1"), 0.1, true),
        ("parentbased_always_on", Some("0.1"), 1.0, true),
    ];
    for (name, argument, ratio, parent_based) in rows {
        let mut environment = vec![("OTEL_TRACES_SAMPLER", name)];
        environment.extend(argument.map(|argument| ("OTEL_TRACES_SAMPLER_ARG", argument)));
        let found = resolved("{}", &environment);
        assert_eq!((found.settings.sampler.ratio, found.settings.sampler.parent_based), (ratio, parent_based), "{name} {argument:?}");
        assert!(codes(&found).is_empty(), "{name}: {:?}", found.warnings);
    }
    let found = resolved(r#"{"sampling":{"parentBased":false}}"#, &[("OTEL_TRACES_SAMPLER", "parentbased_always_off")]);
    assert_eq!((found.settings.sampler.ratio, found.settings.sampler.parent_based), (0.0, false), "the option changes its part alone");
}

#[test]
fn a_bad_value_is_told_once_and_counts_as_not_set() {
    let rows = [
        ("OTEL_SDK_DISABLED", "1", "OBS_BOOLEAN_INVALID"),
        ("OTEL_SDK_DISABLED", "yes", "OBS_BOOLEAN_INVALID"),
        ("OTEL_LOG_LEVEL", "loud", "OBS_VALUE_UNKNOWN"),
        ("OTEL_PROPAGATORS", "jaeger", "OBS_VALUE_UNKNOWN"),
        ("OTEL_TRACES_SAMPLER", "jaeger_remote", "OBS_VALUE_UNKNOWN"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.1", "OBS_VALUE_UNKNOWN"),
        ("OTEL_BSP_SCHEDULE_DELAY", "-1", "OBS_NUMBER_INVALID"),
        ("OTEL_BSP_SCHEDULE_DELAY", "+5", "OBS_NUMBER_INVALID"),
        ("OTEL_BSP_SCHEDULE_DELAY", "5s", "OBS_NUMBER_INVALID"),
        ("OTEL_BSP_SCHEDULE_DELAY", "99999999999999999999", "OBS_NUMBER_INVALID"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0", "OBS_NUMBER_INVALID"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "1.5", "OBS_NUMBER_INVALID"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "none", "OBS_NUMBER_INVALID"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10000ms", "OBS_NUMBER_INVALID"),
    ];
    for (name, value, code) in rows {
        let found = resolved("{}", &[(name, value)]);
        assert_eq!(codes(&found), [code], "{name}={value}");
        assert!(messages(&found).contains(name), "{name}={value}: {}", messages(&found));
        assert_eq!(found.settings, resolved("{}", &[]).settings, "{name}={value}");
    }
    for argument in ["1.1", "-0.1", "ten", "NaN", "inf"] {
        let found = resolved("{}", &[("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", argument)]);
        assert_eq!((codes(&found).as_slice(), found.settings.sampler.ratio), (&["OBS_NUMBER_INVALID"][..], 1.0), "{argument}");
    }
}

#[test]
fn a_bad_strong_source_leaves_the_good_weaker_one() {
    let found = resolved(r#"{"limits":{"attributeCount":-1}}"#, &[("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "x"), ("OTEL_ATTRIBUTE_COUNT_LIMIT", "9")]);
    assert_eq!((found.settings.limits.attribute_count, codes(&found).len()), (9, 2));
}

#[test]
fn a_batch_that_its_queue_cannot_hold_is_made_smaller() {
    let found = resolved(r#"{"batch":{"maxSpans":100,"maxBytes":200000},"queue":{"maxSpans":50,"maxBytes":100000}}"#, &[]);
    assert_eq!((found.settings.batch.max_spans, found.settings.batch.max_bytes), (50, 100_000));
    assert_eq!(codes(&found), ["OBS_NUMBER_INVALID"; 2]);
}
