//! Anything at all: no panic, settings that can be used, bounded messages.

use observability_ts::config::{options, resolve, variables};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::facts;

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,40}".prop_map(Value::from),
        "https?://[a-z@:\\[\\]0-9/?#%.]{0,40}".prop_map(Value::from),
        proptest::collection::vec(any::<i32>().prop_map(Value::from), 0..3).prop_map(Value::from),
        proptest::collection::btree_map(".{0,10}", ".{0,10}", 0..3).prop_map(|members| json!(members)),
    ]
}

/// Options whose keys mostly exist and whose values are anything.
fn any_options() -> impl Strategy<Value = Value> {
    let path = prop_oneof![8 => proptest::sample::select(options::KNOWN).prop_map(str::to_owned), 1 => ".{0,20}".prop_map(|key| key)];
    proptest::collection::vec((path, any_value()), 0..10).prop_map(|entries| {
        let mut root = Map::new();
        for (path, value) in entries {
            match path.split_once('.') {
                None => drop(root.insert(path, value)),
                Some((group, key)) => {
                    if let Value::Object(members) = root.entry(group).or_insert_with(|| json!({})) {
                        members.insert(key.to_owned(), value);
                    }
                }
            }
        }
        Value::Object(root)
    })
}

fn any_environment() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = prop_oneof![".{0,60}", "https?://[a-z@:\\[\\]0-9/?#%.]{0,40}", "[a-z%0-9=,; .-]{0,60}", "-?[0-9]{1,25}"];
    proptest::collection::vec((proptest::sample::select(variables::ALL).prop_map(str::to_owned), value), 0..12)
}

proptest! {
    #[test]
    fn never_panics_and_always_gives_usable_settings(options in any_options(), environment in any_environment()) {
        let resolved = resolve(&options.to_string(), &environment, &facts());
        let settings = &resolved.settings;
        prop_assert!((0.0..=1.0).contains(&settings.sampler.ratio));
        prop_assert!(settings.sampler.upper_bound() <= 1 << 32);
        prop_assert!(settings.batch.max_spans > 0 && settings.batch.max_bytes <= settings.queue.max_bytes);
        prop_assert!(settings.exporter.timeout > std::time::Duration::ZERO && settings.exporter.timeout <= settings.exporter.retry_window);
        prop_assert!(settings.exporter.endpoint.is_empty() || settings.exporter.kind == observability_ts::config::ExporterKind::File
            || settings.exporter.endpoint.parse::<http::Uri>().is_ok(), "{:?}", settings.exporter.endpoint);
        for (name, value) in &settings.exporter.headers {
            prop_assert!(http::HeaderName::from_bytes(name.as_bytes()).is_ok() && http::HeaderValue::from_str(value).is_ok());
        }
        prop_assert!(resolved.warnings.iter().all(|warning| warning.message.len() < 2_000), "{:?}", resolved.warnings);
        prop_assert!(serde_json::to_string(&resolved.for_js()).is_ok());
    }

    #[test]
    fn options_that_are_no_json_never_panic(options in ".{0,200}") {
        let resolved = resolve(&options, &[], &facts());
        prop_assert_eq!(resolved.settings, resolve("", &[], &facts()).settings);
    }
}
