//! The instrumentation scope.

/// Who made a span: the name, version and schema URL that `getTracer` was given (OpenTelemetry specification, "Instrumentation Scope").
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scope {
    /// The name of the instrumentation; may be empty.
    pub name: String,
    /// Its version; empty when unknown.
    pub version: String,
    /// The schema URL of what it emits; empty when unknown.
    pub schema_url: String,
}
