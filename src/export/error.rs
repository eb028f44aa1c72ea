//! Why an exporter can't be made.

use std::fmt;

/// A setting that an exporter can't be made from. It is found before anything is sent, and says what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportError {
    code: &'static str,
    message: String,
    advice: &'static str,
}

impl ExportError {
    pub(super) fn new(code: &'static str, message: impl Into<String>, advice: &'static str) -> Self {
        Self { code, message: message.into(), advice }
    }

    /// A constant that stays the same between releases, such as `OBS_ENDPOINT_INVALID`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The way out.
    pub fn advice(&self) -> &'static str {
        self.advice
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.advice)
    }
}

impl std::error::Error for ExportError {}
