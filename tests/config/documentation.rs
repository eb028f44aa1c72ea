//! docs/configuration.md and the code in step: each name of one is in the other, and the defaults agree.

use std::collections::BTreeSet;

use observability_ts::config::{codes, defaults, options, variables};

const DOCUMENT: &str = include_str!("../../docs/configuration.md");

/// Everything between backticks, code blocks left out.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2)).collect()
}

/// The cells of the rows of tables whose head is `option | variable | default | unit | what it does`.
fn option_rows() -> Vec<Vec<&'static str>> {
    let mut rows = Vec::new();
    let mut is_in_table = false;
    for line in DOCUMENT.lines() {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        is_in_table = line.starts_with('|') && (is_in_table || cells[..2] == ["option", "variable"]);
        if is_in_table && cells[0] != "option" && !cells[0].starts_with("---") {
            assert_eq!(cells.len(), 5, "a row has five cells: {line}");
            rows.push(cells);
        }
    }
    rows
}

fn looks_like_a_variable(text: &str) -> bool {
    let is_upper = text.len() > 2 && text.chars().all(|char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_');
    is_upper || text.ends_with("_proxy")
}

#[test]
fn every_variable_that_is_read_is_documented_and_no_other() {
    let documented: BTreeSet<_> = quoted(DOCUMENT)
        .into_iter()
        .filter(|text| looks_like_a_variable(text) && !codes::ALL.contains(text) && !text.starts_with("AWS_ECS_"))
        .collect();
    let read: BTreeSet<_> = variables::ALL.iter().chain(variables::JS_SIDE).copied().collect();
    assert_eq!(documented, read);
}

#[test]
fn every_option_is_documented_and_no_other() {
    let documented: BTreeSet<String> = option_rows().iter().flat_map(|cells| quoted(cells[0])).map(str::to_owned).collect();
    let known: BTreeSet<String> = options::KNOWN
        .iter()
        .chain(options::JS_SIDE)
        .map(|path| (*path).to_owned())
        .chain(options::TLS.iter().map(|key| format!("exporter.tls.{key}")))
        .collect();
    assert_eq!(documented, known);
    let quoted = quoted(DOCUMENT);
    for later in options::LATER {
        assert!(quoted.contains(later), "{later} is accepted and not documented");
    }
}

#[test]
fn every_code_of_a_warning_is_documented_and_no_other() {
    let documented: BTreeSet<_> = DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("| `OBS_"))
        .filter_map(|rest| rest.split('`').next())
        .map(|rest| format!("OBS_{rest}"))
        .collect();
    let given: BTreeSet<_> = codes::ALL.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(documented, given);
}

#[test]
fn the_documented_defaults_are_those_of_the_code() {
    let millis = |time: std::time::Duration| time.as_millis().to_string();
    let rows = [
        ("serviceName", defaults::SERVICE_NAME.to_owned()),
        ("exporter.endpoint", defaults::GRPC_ENDPOINT.to_owned()),
        ("exporter.endpoint", defaults::HTTP_ENDPOINT.to_owned()),
        ("exporter.endpoint", defaults::FILE_PATH.to_owned()),
        ("exporter.timeoutMillis", millis(defaults::EXPORT_TIMEOUT)),
        ("OTEL_BSP_EXPORT_TIMEOUT", millis(defaults::RETRY_WINDOW)),
        ("sampling.rate", defaults::SAMPLING_RATIO.to_string()),
        ("batch.maxSpans", defaults::BATCH_MAX_SPANS.to_string()),
        ("batch.maxBytes", defaults::BATCH_MAX_BYTES.to_string()),
        ("batch.maxDelayMillis", millis(defaults::BATCH_MAX_DELAY)),
        ("queue.maxBytes", defaults::QUEUE_MAX_BYTES.to_string()),
        ("queue.maxInFlight", defaults::QUEUE_MAX_IN_FLIGHT.to_string()),
        ("limits.attributeCount", defaults::ATTRIBUTE_COUNT.to_string()),
        ("limits.attributeValueLength", defaults::ATTRIBUTE_VALUE_LENGTH.to_string()),
        ("limits.eventCount", defaults::EVENT_COUNT.to_string()),
        ("limits.linkCount", defaults::LINK_COUNT.to_string()),
        ("limits.attributePerEventCount", defaults::ATTRIBUTE_COUNT.to_string()),
        ("limits.attributePerLinkCount", defaults::ATTRIBUTE_COUNT.to_string()),
        ("exitTimeoutMillis", millis(defaults::EXIT_TIMEOUT)),
    ];
    let table = option_rows();
    for (name, default) in rows {
        let row = table.iter().find(|cells| quoted(cells[0]).contains(name) || quoted(cells[1]).contains(name)).unwrap_or_else(|| panic!("{name}"));
        let is_told = row[2] == default || quoted(row[2]).contains(default.as_str());
        assert!(is_told, "{name}: the default is {default}, the document says {}", row[2]);
    }
}
