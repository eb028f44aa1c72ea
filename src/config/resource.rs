//! The resource: what is detected, then the variables, then the options, each replacing what the one before said.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    defaults, detect,
    facts::ProcessFacts,
    settings::{AttributeValue, ResourceSettings},
    sources::Sources,
    variables as var,
    warning::{codes, shown},
};

/// Keys of the semantic conventions.
const SERVICE_NAME: &str = "service.name";
const SERVICE_VERSION: &str = "service.version";
const DEPLOYMENT_ENVIRONMENT: &str = "deployment.environment.name";
/// The key before semantic conventions 1.27, which many collectors' configurations still set.
const DEPLOYMENT_ENVIRONMENT_OLD: &str = "deployment.environment";
/// The plan's key.
const ENVIRONMENT: &str = "environment";

/// Attributes in their order, each key once.
#[derive(Default)]
pub(super) struct Attributes(Vec<(String, AttributeValue)>);

impl Attributes {
    pub fn set(&mut self, key: &str, value: AttributeValue) {
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Sets a string; an empty one says nothing and is left out.
    pub fn set_text(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.set(key, AttributeValue::Str(value));
        }
    }

    pub fn get(&self, key: &str) -> Option<&AttributeValue> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }
}

pub(super) fn resolve(sources: &mut Sources, facts: &ProcessFacts) -> ResourceSettings {
    let mut attributes = Attributes::default();
    // First, so that they lead the list.
    attributes.set_text(SERVICE_NAME, sources.variable(var::SERVICE_NAME).unwrap_or(defaults::SERVICE_NAME));
    attributes.set_text(SERVICE_VERSION, sources.variable(var::VERSION).unwrap_or_default());
    detect::detect(&mut attributes, sources, facts);
    for (key, value) in variable_attributes(sources) {
        attributes.set_text(&key, value);
    }
    attributes.set_text(SERVICE_NAME, sources.variable(var::OTEL_SERVICE_NAME).unwrap_or_default());
    option_attributes(sources, &mut attributes);
    attributes.set_text(SERVICE_NAME, sources.text_option("serviceName").unwrap_or_default());
    attributes.set_text(SERVICE_VERSION, sources.text_option("serviceVersion").unwrap_or_default());
    set_environment(sources, &mut attributes);
    ResourceSettings { attributes: attributes.0, schema_url: String::new() }
}

/// The environment under both its keys: the semantic conventions' and the plan's. Whichever is known fills the other.
fn set_environment(sources: &mut Sources, attributes: &mut Attributes) {
    if let Some(name) = sources.text_option("environment") {
        attributes.set_text(DEPLOYMENT_ENVIRONMENT, name.as_str());
        attributes.set_text(ENVIRONMENT, name);
        return;
    }
    let known = [DEPLOYMENT_ENVIRONMENT, DEPLOYMENT_ENVIRONMENT_OLD, ENVIRONMENT].iter().find_map(|key| attributes.get(key)).cloned();
    // POSIX shells keep the path of a start-up file in ENV, and some images set it: a path is no environment.
    let by_variable = || sources.variable(var::ENV).filter(|name| !name.contains('/')).map(|name| AttributeValue::Str(name.to_owned()));
    let Some(name) = known.or_else(by_variable) else { return };
    for key in [DEPLOYMENT_ENVIRONMENT, ENVIRONMENT] {
        if attributes.get(key).is_none() {
            attributes.set(key, name.clone());
        }
    }
}

/// `OTEL_RESOURCE_ATTRIBUTES`: `key=value` with commas between, both percent-encoded. One fault and the whole of it is discarded, as the
/// specification asks ("Specifying resource information via an environment variable"). A key without a value (`cluster=`) is left out.
fn variable_attributes(sources: &mut Sources) -> Vec<(String, String)> {
    let Some(list) = sources.variable(var::OTEL_RESOURCE_ATTRIBUTES) else { return Vec::new() };
    let mut attributes = Vec::new();
    for (index, entry) in list.split(',').enumerate() {
        if entry.trim().is_empty() {
            continue;
        }
        let decoded = entry.split_once('=').ok_or("has no '='").and_then(|(key, value)| {
            let (key, value) = (decoded(key.trim())?, decoded(value.trim())?);
            if key.is_empty() { Err("has no key") } else { Ok((key, value)) }
        });
        match decoded {
            Ok(pair) => attributes.push(pair),
            Err(reason) => {
                let message = format!(
                    "{} was ignored as a whole: entry {}, {}, {reason}; write key=value, with %2C for a comma, %3D for an equals sign and %25 for a percent sign",
                    var::OTEL_RESOURCE_ATTRIBUTES,
                    index + 1,
                    shown(entry.trim())
                );
                sources.warn(codes::RESOURCE_INVALID, message);
                return Vec::new();
            }
        }
    }
    attributes
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let bytes = text.as_bytes();
    let is_escape = |at: usize| bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if bytes.iter().enumerate().any(|(at, byte)| *byte == b'%' && !is_escape(at)) {
        return Err("has a percent sign without two hexadecimal digits after it");
    }
    percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| "is not UTF-8 after percent-decoding")
}

/// The option `resource`: each attribute that can be one, a warning for each that can not.
fn option_attributes(sources: &mut Sources, attributes: &mut Attributes) {
    let members = match sources.option("resource").cloned() {
        None => return,
        Some(Value::Object(members)) => members,
        Some(_) => {
            sources.wrong_type::<()>("resource", "an object of attributes");
            return;
        }
    };
    for (key, value) in &members {
        if value.is_null() {
            continue;
        }
        match attribute_value(value).filter(|_| !key.is_empty()) {
            Some(value) => attributes.set(key, value),
            None => {
                let message = format!(
                    "resource attribute {} was left out: a key must not be empty, a value must be a string, a number, a boolean or an array of one of these",
                    shown(key)
                );
                sources.warn(codes::RESOURCE_INVALID, message);
            }
        }
    }
}

fn attribute_value(value: &Value) -> Option<AttributeValue> {
    match value {
        Value::String(text) => Some(AttributeValue::Str(text.clone())),
        Value::Bool(value) => Some(AttributeValue::Bool(*value)),
        Value::Number(number) => number.as_i64().map(AttributeValue::I64).or_else(|| number.as_f64().map(AttributeValue::F64)),
        Value::Array(members) => {
            let text = || members.iter().map(|member| member.as_str().map(str::to_owned)).collect::<Option<_>>().map(AttributeValue::StrArray);
            let boolean = || members.iter().map(Value::as_bool).collect::<Option<_>>().map(AttributeValue::BoolArray);
            let integer = || members.iter().map(Value::as_i64).collect::<Option<_>>().map(AttributeValue::I64Array);
            let double = || members.iter().map(Value::as_f64).collect::<Option<_>>().map(AttributeValue::F64Array);
            text().or_else(boolean).or_else(integer).or_else(double)
        }
        Value::Null | Value::Object(_) => None,
    }
}
