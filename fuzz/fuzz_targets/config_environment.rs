//! Environment: any value of any variable that is looked at gives settings within their bounds.
#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use observability_ts::config::{ProcessFacts, resolve};

// Lines of `NAME=value`, as the seeds show.
fuzz_target!(|lines: &str| {
    let environment: Vec<(String, String)> =
        lines.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let facts = ProcessFacts { system_root: Some(PathBuf::from("/nonexistent")), ..ProcessFacts::default() };
    let resolved = resolve("", &environment, &facts);
    assert!(resolved.settings.batch.max_spans > 0);
    assert!(resolved.warnings.iter().all(|warning| warning.code.starts_with("OBS_") && !warning.message.is_empty()));
});
