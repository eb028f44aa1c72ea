//! Options: any text gives settings within their bounds, and warnings that name a code.
#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use observability_ts::config::{ProcessFacts, resolve};

fuzz_target!(|options: &str| {
    // A root that does not exist: detection reads nothing of this machine.
    let facts = ProcessFacts { system_root: Some(PathBuf::from("/nonexistent")), ..ProcessFacts::default() };
    let resolved = resolve(options, &[], &facts);
    assert!(resolved.settings.batch.max_spans > 0);
    assert!(resolved.warnings.iter().all(|warning| warning.code.starts_with("OBS_") && !warning.message.is_empty()));
});
