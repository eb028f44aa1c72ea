//! The instrumentation scope.

use std::sync::Arc;

/// Who made a span: the name, version and schema URL that `getTracer` was given (OpenTelemetry specification, "Instrumentation Scope").
///
/// A copy shares its texts, so that it is known for equal without reading them, which is asked for each span (docs/adr/0003).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scope {
    /// The name of the instrumentation; may be empty.
    pub name: Arc<str>,
    /// Its version; empty when unknown.
    pub version: Arc<str>,
    /// The schema URL of what it emits; empty when unknown.
    pub schema_url: Arc<str>,
}
