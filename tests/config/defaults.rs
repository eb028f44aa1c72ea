//! Nothing given.

use observability_ts::config::{Settings, defaults};

use crate::{codes, resolved, text};

#[test]
fn nothing_given_gives_the_defaults_and_no_warning() {
    for options in ["", "{}", "null", "  "] {
        let mut found = resolved(options, &[]);
        assert!(codes(&found).is_empty(), "{options:?}: {:?}", found.warnings);
        assert_eq!(text(&found, "service.name"), Some(defaults::SERVICE_NAME));
        found.settings.resource = Default::default();
        assert_eq!(found.settings, Settings::default());
    }
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let environment: Vec<_> = observability_ts::config::variables::ALL.iter().map(|name| (*name, " ")).collect();
    assert_eq!(resolved("{}", &environment), resolved("{}", &[]));
}

#[test]
fn options_that_are_no_object_are_ignored_with_a_warning() {
    for options in ["[]", "7", "\"x\"", "{", "{\"a\":}"] {
        assert_eq!(codes(&resolved(options, &[])), ["OBS_OPTIONS_INVALID"], "{options}");
    }
}
