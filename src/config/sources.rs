//! Where settings come from: options first, then variables. What cannot be read is warned of and then as good as not given.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::warning::{Warning, codes, shown};

/// The longest time that can be set: 2^31 - 1 ms, the largest number that the specification asks for.
pub(super) const MAX_MILLIS: u64 = 2_147_483_647;

/// The most warnings that are told: options that are wrong from end to end (another object in their place) must not fill a log.
pub(super) const MAX_WARNINGS: usize = 32;

/// A whole number that an option or a variable may give.
pub(super) struct Integer {
    /// The path of the option.
    pub option: Option<&'static str>,
    /// The variables, the stronger first.
    pub variables: &'static [&'static str],
    /// The smallest value.
    pub min: u64,
    /// The largest value.
    pub max: u64,
    /// What is counted, for messages.
    pub unit: &'static str,
}

/// The options and the environment, and what was found wrong in them.
pub(super) struct Sources<'a> {
    options: Map<String, Value>,
    environment: HashMap<&'a str, &'a str>,
    warnings: Vec<Warning>,
}

impl<'a> Sources<'a> {
    pub fn new(options_json: &str, environment: &'a [(String, String)]) -> Self {
        let environment = environment.iter().map(|(name, value)| (name.as_str(), value.trim())).filter(|(_, value)| !value.is_empty()).collect();
        let mut sources = Self { options: Map::new(), environment, warnings: Vec::new() };
        match serde_json::from_str(options_json) {
            Ok(Value::Object(options)) => sources.options = options,
            Ok(Value::Null) => {}
            _ if options_json.trim().is_empty() => {}
            _ => sources.warn(codes::OPTIONS_INVALID, "the options are not an object and were ignored; call initTracing({ ... })".to_owned()),
        }
        sources
    }

    /// Adds a warning, once, and none beyond [`MAX_WARNINGS`].
    pub fn warn(&mut self, code: &'static str, message: String) {
        let warning = Warning { code, message };
        if self.warnings.len() < MAX_WARNINGS && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }

    pub fn options(&self) -> &Map<String, Value> {
        &self.options
    }

    /// The value of a variable, trimmed. An empty value is the same as none (specification, "Parsing empty value").
    pub fn variable(&self, name: &str) -> Option<&'a str> {
        self.environment.get(name).copied()
    }

    /// The first of the variables that is set, with its name.
    pub fn first_variable(&self, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
        names.iter().find_map(|name| self.variable(name).map(|value| (*name, value)))
    }

    /// An option by its path (`exporter.endpoint`), `null` included.
    fn raw_option(&self, path: &str) -> Option<&Value> {
        match path.split_once('.') {
            None => self.options.get(path),
            Some((group, key)) => self.options.get(group)?.get(key),
        }
    }

    /// An option by its path; `null` is the same as none.
    pub fn option(&self, path: &str) -> Option<&Value> {
        self.raw_option(path).filter(|value| !value.is_null())
    }

    /// An option that must be a string; trimmed, and none when empty.
    pub fn text_option(&mut self, path: &'static str) -> Option<String> {
        match self.option(path)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => self.wrong_type(path, "a string"),
        }
    }

    /// An option that must be `true` or `false`.
    pub fn bool_option(&mut self, path: &'static str) -> Option<bool> {
        match self.option(path)? {
            Value::Bool(value) => Some(*value),
            _ => self.wrong_type(path, "true or false"),
        }
    }

    /// Warns that an option has the wrong type. Its value is not repeated: it may be a whole object, or a secret in the wrong place.
    pub fn wrong_type<T>(&mut self, path: &str, expected: &str) -> Option<T> {
        self.warn(codes::OPTION_TYPE, format!("option {path} was ignored: it must be {expected}"));
        None
    }

    /// A boolean variable: `true` in any case is true, everything else false, and what is not `false` either is warned of (specification,
    /// "Boolean").
    pub fn bool_variable(&mut self, names: &[&'static str]) -> Option<bool> {
        let (name, value) = self.first_variable(names)?;
        if value.eq_ignore_ascii_case("true") {
            return Some(true);
        }
        if !value.eq_ignore_ascii_case("false") {
            self.warn(codes::BOOLEAN_INVALID, format!("{name}={} was read as false: write true or false", shown(value)));
        }
        Some(false)
    }

    /// A whole number from the option, else from the first variable that holds a good one.
    pub fn integer(&mut self, setting: &Integer) -> Option<u64> {
        let in_range = |value: u64| (setting.min..=setting.max).contains(&value);
        if let Some(path) = setting.option
            && let Some(value) = self.raw_option(path)
        {
            let number = match value {
                Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
                Value::String(text) => decimal(text.trim()),
                _ => None,
            };
            match number {
                Some(number) if in_range(number) => return Some(number),
                _ => {
                    let got = described(value);
                    self.warn_number(&format!("option {path}"), &got, setting);
                }
            }
        }
        for name in setting.variables {
            let Some(text) = self.variable(name) else { continue };
            match decimal(text) {
                Some(number) if in_range(number) => return Some(number),
                _ => self.warn_number(name, &shown(text), setting),
            }
        }
        None
    }

    fn warn_number(&mut self, source: &str, got: &str, setting: &Integer) {
        let Integer { min, max, unit, .. } = setting;
        self.warn(codes::NUMBER_INVALID, format!("{source} was ignored: it is {got}, and must be a whole number of {unit} from {min} to {max}"));
    }

    /// A share between 0 and 1 from an option.
    pub fn share_option(&mut self, path: &'static str) -> Option<f64> {
        let value = self.raw_option(path)?;
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => share(text),
            _ => None,
        };
        if let Some(number) = number.filter(|number| (0.0..=1.0).contains(number)) {
            return Some(number);
        }
        let got = described(value);
        self.warn(codes::NUMBER_INVALID, format!("option {path} was ignored: it is {got}, and must be a number from 0 to 1 (0.1 keeps 10 %)"));
        None
    }

    /// Warns of a word that is none of the known ones.
    pub fn warn_word(&mut self, source: &str, got: &str, known: &str, instead: &str) {
        self.warn(codes::VALUE_UNKNOWN, format!("{source} is {}, which is not known; {instead}. Known are: {known}", shown(got)));
    }
}

/// Text as a share between 0 and 1; `None` for anything else.
pub(super) fn share(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number| (0.0..=1.0).contains(number))
}

/// A number value for a message. JSON has no NaN and no infinity: JavaScript writes both as null.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null, NaN or Infinity".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => shown(text),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Decimal digits and nothing else: no sign, no exponent, no space.
fn decimal(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than a u64 has are out of any range that is asked for.
    Some(text.parse().unwrap_or(u64::MAX))
}

/// A double that holds a whole number that a u64 can hold exactly (`5e3` in JSON).
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&number)).then_some(number as u64)
}
