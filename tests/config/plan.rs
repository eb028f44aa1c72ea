//! What the user's plan prints must work as printed.

use std::time::Instant;

use observability_ts::config::{ExporterKind, Propagator, resolve};

use crate::{codes, facts, resolved, text};

#[test]
fn the_plans_ecs_environment_alone_configures_everything() {
    let found = resolved(
        "{}",
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"),
            ("OTEL_SERVICE_NAME", "manifest-api"),
            ("OTEL_RESOURCE_ATTRIBUTES", "environment=production,cluster=saas-1"),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.1"),
        ],
    );
    assert!(codes(&found).is_empty(), "{:?}", found.warnings);
    assert_eq!(found.settings.exporter.kind, ExporterKind::OtlpGrpc);
    assert_eq!(found.settings.exporter.endpoint, "http://localhost:4317");
    assert_eq!(found.settings.sampler.ratio, 0.1);
    assert!(found.settings.sampler.parent_based);
    assert_eq!(text(&found, "service.name"), Some("manifest-api"));
    assert_eq!(text(&found, "environment"), Some("production"));
    assert_eq!(text(&found, "deployment.environment.name"), Some("production"));
    assert_eq!(text(&found, "cluster"), Some("saas-1"));
}

#[test]
fn the_plans_ecs_environment_with_unset_shell_variables_does_no_harm() {
    let found = resolved("{}", &[("OTEL_SERVICE_NAME", ""), ("OTEL_RESOURCE_ATTRIBUTES", "environment=,cluster="), ("SERVICE_NAME", "job-a")]);
    assert!(codes(&found).is_empty(), "{:?}", found.warnings);
    assert_eq!(text(&found, "service.name"), Some("job-a"));
    assert_eq!(text(&found, "environment"), None);
    assert_eq!(text(&found, "cluster"), None);
}

#[test]
fn the_plans_options_are_taken_and_win() {
    let found = resolved(
        r#"{"serviceName":"manifest-api","environment":"staging","exporter":{"type":"otlp-grpc","endpoint":"http://vector:4317"},"sampling":{"rate":0.25}}"#,
        &[
            ("OTEL_SERVICE_NAME", "other"),
            ("ENV", "production"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://elsewhere:4318"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_TRACES_SAMPLER", "always_off"),
        ],
    );
    assert!(codes(&found).is_empty(), "{:?}", found.warnings);
    assert_eq!(found.settings.exporter.kind, ExporterKind::OtlpGrpc);
    assert_eq!(found.settings.exporter.endpoint, "http://vector:4317");
    assert_eq!((found.settings.sampler.ratio, found.settings.sampler.parent_based), (0.25, true));
    assert_eq!(text(&found, "service.name"), Some("manifest-api"));
    assert_eq!(text(&found, "environment"), Some("staging"));
    assert_eq!(text(&found, "deployment.environment.name"), Some("staging"));
    assert_eq!(found.settings.propagators, [Propagator::TraceContext, Propagator::Baggage]);
}

#[test]
fn the_plans_three_variables_fill_what_nothing_else_says() {
    let found = resolved("{}", &[("SERVICE_NAME", "job-sbom-process"), ("ENV", "development"), ("VERSION", "1.4.2")]);
    assert_eq!(text(&found, "service.name"), Some("job-sbom-process"));
    assert_eq!(text(&found, "service.version"), Some("1.4.2"));
    assert_eq!(text(&found, "environment"), Some("development"));
    assert_eq!(text(&found, "deployment.environment.name"), Some("development"));
}

/// The bound is a hundred times what it takes, so that a busy machine does not fail it: it is there to catch a network call or a lookup that waits.
#[test]
fn resolving_on_this_machine_is_fast() {
    let environment: Vec<_> = std::env::vars().collect();
    let facts = observability_ts::config::ProcessFacts { system_root: None, ..facts() };
    let best = (0..20)
        .map(|_| {
            let start = Instant::now();
            assert!(!resolve("{}", &environment, &facts).settings.resource.attributes.is_empty());
            start.elapsed()
        })
        .min()
        .expect("twenty runs");
    assert!(best.as_millis() < 50, "took {best:?}");
}
