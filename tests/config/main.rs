//! Options and variables to settings: what each means, what wins, and what is said of the bad ones.

mod defaults;
mod documentation;
mod endpoint;
mod exporter;
mod options;
mod plan;
mod proxy;
mod resource;
mod robustness;
mod variables;

use observability_ts::config::{ProcessFacts, Resolved, resolve};

/// Resolves with nothing known of the process, and no file of the machine read.
pub fn resolved(options: &str, environment: &[(&str, &str)]) -> Resolved {
    let environment: Vec<_> = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    resolve(options, &environment, &facts())
}

/// Facts of a process on a machine without files.
pub fn facts() -> ProcessFacts {
    ProcessFacts { system_root: Some("/nonexistent".into()), ..ProcessFacts::default() }
}

/// The codes of the warnings, in their order.
pub fn codes(resolved: &Resolved) -> Vec<&'static str> {
    resolved.warnings.iter().map(|warning| warning.code).collect()
}

/// All messages as one text.
pub fn messages(resolved: &Resolved) -> String {
    resolved.warnings.iter().map(|warning| warning.message.as_str()).collect::<Vec<_>>().join("\n")
}

/// A resource attribute that is a string.
pub fn text<'r>(resolved: &'r Resolved, key: &str) -> Option<&'r str> {
    use observability_ts::config::AttributeValue;
    resolved.settings.resource.attributes.iter().find_map(|(known, value)| match value {
        AttributeValue::Str(value) if known == key => Some(value.as_str()),
        _ => None,
    })
}
