//! What was done other than asked, told once and with the way out.

use serde::Serialize;

/// A setting that was not taken as it was given. The process runs on; the message says with what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// One of [`codes`]: stable, to search and to filter by.
    pub code: &'static str,
    /// What was wrong, what is used instead and how to set it right. Never holds a header value, a password or a query string.
    pub message: String,
}

/// The codes of warnings. They are stable: a user may filter by them, and docs/configuration.md lists each.
pub mod codes {
    /// The options are not an object.
    pub const OPTIONS_INVALID: &str = "OBS_OPTIONS_INVALID";
    /// An option that does not exist, most likely misspelt.
    pub const OPTION_UNKNOWN: &str = "OBS_OPTION_UNKNOWN";
    /// An option that this version accepts and does not act on yet.
    pub const OPTION_NOT_YET: &str = "OBS_OPTION_NOT_YET";
    /// An option of the wrong type.
    pub const OPTION_TYPE: &str = "OBS_OPTION_TYPE";
    /// A number that is none or is out of its range.
    pub const NUMBER_INVALID: &str = "OBS_NUMBER_INVALID";
    /// A boolean variable that is neither `true` nor `false`.
    pub const BOOLEAN_INVALID: &str = "OBS_BOOLEAN_INVALID";
    /// A word that is none of the known ones (exporter, protocol, compression, sampler, propagator, log level).
    pub const VALUE_UNKNOWN: &str = "OBS_VALUE_UNKNOWN";
    /// An endpoint that is no URL, or of another scheme than http and https, or with a port that cannot be.
    pub const ENDPOINT_INVALID: &str = "OBS_ENDPOINT_INVALID";
    /// An endpoint that can be used and most likely is not what was meant.
    pub const ENDPOINT_SUSPICIOUS: &str = "OBS_ENDPOINT_SUSPICIOUS";
    /// A header that cannot be sent.
    pub const HEADER_INVALID: &str = "OBS_HEADER_INVALID";
    /// A proxy that cannot be used.
    pub const PROXY_INVALID: &str = "OBS_PROXY_INVALID";
    /// TLS settings that do not fit together or do not apply.
    pub const TLS_INVALID: &str = "OBS_TLS_INVALID";
    /// Resource attributes that cannot be used.
    pub const RESOURCE_INVALID: &str = "OBS_RESOURCE_INVALID";

    /// Every code of this folder.
    pub const ALL: &[&str] = &[
        OPTIONS_INVALID,
        OPTION_UNKNOWN,
        OPTION_NOT_YET,
        OPTION_TYPE,
        NUMBER_INVALID,
        BOOLEAN_INVALID,
        VALUE_UNKNOWN,
        ENDPOINT_INVALID,
        ENDPOINT_SUSPICIOUS,
        HEADER_INVALID,
        PROXY_INVALID,
        TLS_INVALID,
        RESOURCE_INVALID,
    ];
}

/// The longest part of a bad value that a message repeats, in characters.
const SHOWN_CHARS: usize = 80;

/// A value as a message shows it: quoted, control characters escaped, cut.
pub(super) fn shown(value: &str) -> String {
    let cut: String = value.chars().take(SHOWN_CHARS).collect();
    if cut.len() < value.len() { format!("{cut:?}…") } else { format!("{cut:?}") }
}
