//! `Resource` and `InstrumentationScope`: what is written once, not once per span.

use super::attributes::put_attribute;
use super::wire::{len_tag, put_message, put_str};
use crate::config::{AttributeValue, ResourceSettings};
use crate::span::{Scope, Value};

const RESOURCE_ATTRIBUTES: u8 = len_tag(1);
const SCOPE_NAME: u8 = len_tag(1);
const SCOPE_VERSION: u8 = len_tag(2);

/// Appends the resource as a field with the tag `tag`.
pub(super) fn put_resource(out: &mut Vec<u8>, tag: u8, resource: &ResourceSettings) {
    put_message(out, tag, 2, |out| {
        for (key, value) in &resource.attributes {
            put_attribute(out, RESOURCE_ATTRIBUTES, key, &borrowed(value));
        }
    });
}

/// Appends the scope as a field with the tag `tag`.
pub(super) fn put_scope(out: &mut Vec<u8>, tag: u8, scope: &Scope) {
    put_message(out, tag, 1, |out| {
        put_str(out, SCOPE_NAME, &scope.name);
        put_str(out, SCOPE_VERSION, &scope.version);
    });
}

fn borrowed(value: &AttributeValue) -> Value<'_> {
    match value {
        AttributeValue::Str(string) => Value::Str(string),
        AttributeValue::Bool(bool) => Value::Bool(*bool),
        AttributeValue::I64(int) => Value::I64(*int),
        AttributeValue::F64(double) => Value::F64(*double),
        AttributeValue::BoolArray(bools) => Value::Array(bools.iter().map(|bool| Value::Bool(*bool)).collect()),
        AttributeValue::I64Array(ints) => Value::Array(ints.iter().map(|int| Value::I64(*int)).collect()),
        AttributeValue::F64Array(doubles) => Value::Array(doubles.iter().map(|double| Value::F64(*double)).collect()),
        AttributeValue::StrArray(strings) => Value::Array(strings.iter().map(|string| Value::Str(string)).collect()),
    }
}
