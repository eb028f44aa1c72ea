//! `KeyValue` and `AnyValue` (`common/v1/common.proto`).

use super::room::{MAX_FIELD_HEAD, Room};
use super::wire::{fixed64_tag, len_field_len, len_tag, put_bytes, put_message, put_varint, varint_len, varint_tag};
use crate::span::{Attribute, Value};

const KEY: u8 = len_tag(1);
const VALUE: u8 = len_tag(2);

const STRING_VALUE: u8 = len_tag(1);
const BOOL_VALUE: u8 = varint_tag(2);
const INT_VALUE: u8 = varint_tag(3);
const DOUBLE_VALUE: u8 = fixed64_tag(4);
const ARRAY_VALUE: u8 = len_tag(5);
const MAP_VALUE: u8 = len_tag(6);
const BYTES_VALUE: u8 = len_tag(7);
/// `ArrayValue.values` and `KeyValueList.values`.
const VALUES: u8 = len_tag(1);

/// The most bytes of a number with its tag: a varint of ten.
const MAX_SCALAR: usize = 11;

/// How deep arrays and maps may nest. Each level of a map is three messages, and protobuf decoders give up at 100. What is deeper is sent
/// empty.
const MAX_DEPTH: u32 = 16;

/// Appends attributes as a repeated field.
pub(super) fn put_attributes(out: &mut Vec<u8>, tag: u8, attributes: &[Attribute<'_>]) {
    for attribute in attributes {
        put_attribute(out, tag, attribute.key, &attribute.value);
    }
}

/// The most bytes that [`put_usual`] takes for these attributes. `None` when one of them is not usual: it is no scalar, or has no key.
#[inline]
pub(super) fn usual_bound(attributes: &[Attribute<'_>]) -> Option<usize> {
    let mut bound = 0;
    for Attribute { key, value } in attributes {
        bound += key.len()
            + match value {
                Value::Str(string) => string.len(),
                Value::I64(_) | Value::F64(_) | Value::Bool(_) => MAX_SCALAR,
                Value::Null | Value::Bytes(_) | Value::Array(_) | Value::Map(_) => return None,
            };
        if key.is_empty() {
            return None;
        }
    }
    Some(bound + attributes.len() * 4 * MAX_FIELD_HEAD)
}

/// Writes attributes that are all usual as a repeated field.
#[inline(always)]
pub(super) fn put_usual(room: &mut Room<'_>, tag: u8, attributes: &[Attribute<'_>]) {
    for Attribute { key, value } in attributes {
        match value {
            Value::Str(string) if key.len() + string.len() < 0x78 => {
                // Nearly all attributes: each length is one byte, so that the tags and lengths between the strings are written four at a time.
                let (key_len, string_len) = (key.len() as u8, string.len() as u8);
                room.put([tag, key_len + string_len + 6, KEY, key_len]);
                room.put_bytes(key.as_bytes());
                room.put([VALUE, string_len + 2, STRING_VALUE, string_len]);
                room.put_bytes(string.as_bytes());
            }
            _ => {
                let value_len = scalar_len(value).unwrap_or(0);
                room.put_varint(tag, (len_field_len(key.len()) + len_field_len(value_len)) as u64);
                room.put_field(KEY, key.as_bytes());
                room.put_varint(VALUE, value_len as u64);
                match value {
                    Value::Str(string) => room.put_field(STRING_VALUE, string.as_bytes()),
                    Value::I64(int) => room.put_varint(INT_VALUE, *int as u64),
                    Value::Bool(bool) => room.put([BOOL_VALUE, u8::from(*bool)]),
                    Value::F64(double) => {
                        room.put([DOUBLE_VALUE]);
                        room.put(double.to_le_bytes());
                    }
                    Value::Null | Value::Bytes(_) | Value::Array(_) | Value::Map(_) => {}
                }
            }
        }
    }
}

/// Appends one `KeyValue`.
#[inline]
pub(super) fn put_attribute(out: &mut Vec<u8>, tag: u8, key: &str, value: &Value<'_>) {
    put_key_value(out, tag, key, value, 0);
}

/// Appends a `KeyValue` at a depth of arrays and maps. Its empty parts are written as prost writes them: no empty key, but always a value, which may be empty.
#[inline]
fn put_key_value(out: &mut Vec<u8>, tag: u8, key: &str, value: &Value<'_>, depth: u32) {
    let Some(value_len) = scalar_len(value) else {
        put_message(out, tag, 2, |out| {
            put_key(out, key);
            put_message(out, VALUE, 1, |out| put_value(out, value, depth));
        });
        return;
    };
    let key_len = if key.is_empty() { 0 } else { len_field_len(key.len()) };
    out.push(tag);
    put_varint(out, (key_len + len_field_len(value_len)) as u64);
    put_key(out, key);
    out.push(VALUE);
    put_varint(out, value_len as u64);
    put_value(out, value, depth);
}

#[inline]
fn put_key(out: &mut Vec<u8>, key: &str) {
    if !key.is_empty() {
        put_bytes(out, KEY, key.as_bytes());
    }
}

/// The bytes of an `AnyValue`; `None` for an array or a map, whose length is patched in.
#[inline]
fn scalar_len(value: &Value<'_>) -> Option<usize> {
    Some(match value {
        Value::Null => 0,
        Value::Bool(_) => 2,
        Value::I64(int) => 1 + varint_len(*int as u64),
        Value::F64(_) => 9,
        Value::Str(string) => len_field_len(string.len()),
        Value::Bytes(bytes) => len_field_len(bytes.len()),
        Value::Array(_) | Value::Map(_) => return None,
    })
}

/// Appends the fields of an `AnyValue`: exactly one is set, though it has its default value.
#[inline]
fn put_value(out: &mut Vec<u8>, value: &Value<'_>, depth: u32) {
    match value {
        Value::Null => {}
        Value::Bool(bool) => out.extend_from_slice(&[BOOL_VALUE, u8::from(*bool)]),
        Value::I64(int) => {
            out.push(INT_VALUE);
            put_varint(out, *int as u64);
        }
        Value::F64(double) => put_double(out, *double),
        Value::Str(string) => put_bytes(out, STRING_VALUE, string.as_bytes()),
        Value::Bytes(bytes) => put_bytes(out, BYTES_VALUE, bytes),
        Value::Array(values) if depth < MAX_DEPTH => put_array(out, values, depth),
        Value::Map(entries) if depth < MAX_DEPTH => put_map(out, entries, depth),
        Value::Array(_) | Value::Map(_) => {}
    }
}

#[inline]
fn put_double(out: &mut Vec<u8>, double: f64) {
    let mut field = [DOUBLE_VALUE; 9];
    field[1..].copy_from_slice(&double.to_le_bytes());
    out.extend_from_slice(&field);
}

fn put_array(out: &mut Vec<u8>, values: &[Value<'_>], depth: u32) {
    put_message(out, ARRAY_VALUE, 1, |out| {
        for value in values {
            put_message(out, VALUES, 1, |out| put_value(out, value, depth + 1));
        }
    });
}

fn put_map(out: &mut Vec<u8>, entries: &[Attribute<'_>], depth: u32) {
    put_message(out, MAP_VALUE, 1, |out| {
        for entry in entries {
            put_key_value(out, VALUES, entry.key, &entry.value, depth + 1);
        }
    });
}
