//! Attributes: keys and the value types that OpenTelemetry allows.

/// The value of an attribute (OpenTelemetry specification, "Attribute").
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// An array element that has no value (`null` or `undefined` in JavaScript); OTLP has the empty `AnyValue` for it.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed 64-bit integer.
    I64(i64),
    /// A double, NaN and infinities included.
    F64(f64),
    /// A string; what was not valid Unicode was replaced by U+FFFD before.
    Str(&'a str),
    /// Bytes (a `Uint8Array` in JavaScript).
    Bytes(&'a [u8]),
    /// An array of values, in order.
    Array(Vec<Value<'a>>),
    /// A map of values (OpenTelemetry specification, "AnyValue"); each key once.
    Map(Vec<Attribute<'a>>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute<'a> {
    /// The key, never empty.
    pub key: &'a str,
    /// The value.
    pub value: Value<'a>,
}
