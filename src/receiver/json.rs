//! OTLP JSON, written as protobuf while it is read.
//!
//! The parsers that `opentelemetry-proto` derives take an array for an object, keep the fields of each value as a tree before they look at them, and
//! refuse numbers that ProtoJSON writes as strings, of which NaN is one. Bytes of protobuf are about as long as the text or shorter, and are bounded
//! and decoded as those that come over the wire.

use super::base64;
use super::id::unhex;
use super::schema::{Field, Kind, Message};
use prost::encoding::{self, WireType, encode_key, encode_varint};
use serde::de::{DeserializeSeed, Deserializer, Error, Expected, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Number;
use std::fmt;

/// The bytes of a message. Names that are not known are passed over, as OTLP asks, and `null` is a field that is not there.
pub(super) fn to_protobuf(message: Message, body: &[u8]) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(body);
    json.deserialize_map(Fields { message, out: &mut out })?;
    json.end()?;
    Ok(out)
}

/// Appends the fields of an object.
struct Fields<'a> {
    message: Message,
    out: &'a mut Vec<u8>,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({:?})", self.message)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Name(self.message))? {
            match field {
                Some(field) => map.next_value_seed(Content { field, out: self.out })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Finds the field of a message by its name.
struct Name(Message);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.field_named(name))
    }
}

/// Appends what a field holds: one value, those of a list, or nothing for `null`.
struct Content<'a> {
    field: &'static Field,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Content<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Content<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list ({})", self.field.name)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        match self.field.element_bytes {
            Some(_) => json.deserialize_seq(self),
            None => Element { field: self.field, out: self.out }.deserialize(json),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Element { field: self.field, out: &mut *self.out })?.is_some() {}
        Ok(())
    }
}

/// Appends one value with its key.
struct Element<'a> {
    field: &'static Field,
    out: &'a mut Vec<u8>,
}

impl Element<'_> {
    fn bytes(self, bytes: &[u8]) {
        encode_key(self.field.number, WireType::LengthDelimited, self.out);
        encode_varint(bytes.len() as u64, self.out);
        self.out.extend_from_slice(bytes);
    }

    /// `None` for a number that the field does not take.
    fn number(self, value: &Number) -> Option<()> {
        let (number, out) = (self.field.number, self.out);
        match self.field.kind {
            Kind::Int32 => encoding::int32::encode(number, &value.as_i64()?.try_into().ok()?, out),
            Kind::Int64 => encoding::int64::encode(number, &value.as_i64()?, out),
            Kind::Uint32 => encoding::uint32::encode(number, &value.as_u64()?.try_into().ok()?, out),
            Kind::Fixed32 => encoding::fixed32::encode(number, &value.as_u64()?.try_into().ok()?, out),
            Kind::Fixed64 => encoding::fixed64::encode(number, &value.as_u64()?, out),
            Kind::Double => encoding::double::encode(number, &value.as_f64()?, out),
            Kind::Text | Kind::Hex | Kind::Base64 | Kind::Bool | Kind::Message(_) => return None,
        }
        Some(())
    }

    /// `None` for a text that the field does not take.
    fn text(self, text: &str) -> Option<()> {
        match (self.field.kind, text) {
            (Kind::Text, _) => self.bytes(text.as_bytes()),
            (Kind::Hex, _) => self.bytes(&unhex(text)?),
            (Kind::Base64, _) => self.bytes(&base64::decode(text)?),
            (Kind::Double, "NaN") => encoding::double::encode(self.field.number, &f64::NAN, self.out),
            (Kind::Double, "Infinity") => encoding::double::encode(self.field.number, &f64::INFINITY, self.out),
            (Kind::Double, "-Infinity") => encoding::double::encode(self.field.number, &f64::NEG_INFINITY, self.out),
            // ProtoJSON writes numbers of 64 bits so, and takes all.
            _ => self.number(&text.parse().ok()?)?,
        }
        Some(())
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let Kind::Message(message) = self.field.kind else { return json.deserialize_any(self) };
        encode_key(self.field.number, WireType::LengthDelimited, self.out);
        let start = self.out.len();
        json.deserialize_map(Fields { message, out: &mut *self.out })?;
        // The length is known only now, and stands before what it counts.
        let end = self.out.len();
        encode_varint((end - start) as u64, self.out);
        let len_bytes = self.out.len() - end;
        self.out[start..].rotate_right(len_bytes);
        Ok(())
    }
}

impl Visitor<'_> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Expected::fmt(self.field, f)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        if self.field.kind != Kind::Bool {
            return Err(E::invalid_type(Unexpected::Bool(value), self.field));
        }
        encoding::bool::encode(self.field.number, &value, self.out);
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        let field = self.field;
        self.number(&value.into()).ok_or_else(|| E::invalid_value(Unexpected::Unsigned(value), field))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        let field = self.field;
        self.number(&value.into()).ok_or_else(|| E::invalid_value(Unexpected::Signed(value), field))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        let field = self.field;
        Number::from_f64(value).and_then(|number| self.number(&number)).ok_or_else(|| E::invalid_value(Unexpected::Float(value), field))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        let field = self.field;
        // It may be as long as the body; the error tells the place.
        self.text(value).ok_or_else(|| E::invalid_value(Unexpected::Other("this string"), field))
    }
}

impl Expected for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} for {}", self.kind, self.name)
    }
}
