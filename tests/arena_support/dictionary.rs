//! The twin of src-ts/arena/dictionary.ts: strings, scopes and templates, each numbered once, all bounded.

use std::collections::HashMap;

use observability_ts::arena::layout::{
    DICTIONARY_BYTES, ENTRY_SCOPE, ENTRY_STRING, ENTRY_TEMPLATE, MAX_SCOPES, MAX_STRING_LENGTH, MAX_STRINGS, MAX_TEMPLATE_KEYS, MAX_TEMPLATES,
    TAG_BITS, TAG_STRING, TAG_STRING_REF,
};
use observability_ts::span::{Attribute, Scope};

/// How many new strings one attribute of a template may intern.
const NOVEL_STRINGS: u32 = 32;
/// Sequences of keys remembered for one span name.
const MAX_VARIANTS: usize = 8;

/// The fixed part of spans of one name.
pub struct Template {
    pub number: u32,
    pub keys: Vec<String>,
    /// New strings that each key may still intern.
    pub novel: Vec<u32>,
}

/// What was numbered, and the words of it that are yet to be written to the arena.
#[derive(Default)]
pub struct Dictionary {
    strings: HashMap<String, u32>,
    scopes: HashMap<Scope, u32>,
    templates: HashMap<(u32, String), Vec<Template>>,
    template_count: u32,
    /// All entries so far.
    pub words: Vec<u32>,
}

impl Dictionary {
    pub fn find(&self, text: &str) -> Option<u32> {
        self.strings.get(text).copied()
    }

    /// The number of a string, interned now if it was not and may be.
    pub fn intern(&mut self, text: &str) -> Option<u32> {
        if let Some(known) = self.find(text) {
            return Some(known);
        }
        let units = text.encode_utf16().count();
        let full = units > MAX_STRING_LENGTH as usize || self.strings.len() >= MAX_STRINGS as usize || !self.has_room(12 + units * 3);
        if full {
            return None;
        }
        let number = self.strings.len() as u32;
        let text_words = pad(text.as_bytes());
        self.words.push(ENTRY_STRING | (8 + text_words.len() as u32 * 4) << 8);
        self.words.push(text.len() as u32);
        self.words.extend(text_words);
        self.strings.insert(text.to_owned(), number);
        Some(number)
    }

    pub fn scope(&mut self, scope: &Scope) -> Option<u32> {
        if let Some(&known) = self.scopes.get(scope) {
            return Some(known);
        }
        if self.scopes.len() >= MAX_SCOPES as usize {
            return None;
        }
        let mut entry = vec![ENTRY_SCOPE | 16 << 8];
        for part in [&scope.name, &scope.version, &scope.schema_url] {
            entry.push(if part.is_empty() { TAG_STRING } else { self.intern(part)? << TAG_BITS | TAG_STRING_REF });
        }
        if !self.has_room(16) {
            return None;
        }
        self.words.extend(entry);
        let number = self.scopes.len() as u32;
        self.scopes.insert(scope.clone(), number);
        Some(number)
    }

    /// The template of a name and its keys, made when there is none and may be.
    pub fn template(&mut self, scope: u32, name: &str, attributes: &[Attribute<'_>]) -> Option<&mut Template> {
        let of_name = (scope, name.to_owned());
        let variants = self.templates.get(&of_name).map_or(0, Vec::len);
        let same = |template: &Template| template.keys.iter().map(String::as_str).eq(attributes.iter().map(|attribute| attribute.key));
        if let Some(at) = self.templates.get(&of_name).and_then(|templates| templates.iter().position(same)) {
            return self.templates.get_mut(&of_name).map(|templates| &mut templates[at]);
        }
        if attributes.len() > MAX_TEMPLATE_KEYS as usize || self.template_count >= MAX_TEMPLATES || variants >= MAX_VARIANTS {
            return None;
        }
        let mut entry = vec![ENTRY_TEMPLATE | ((4 + attributes.len() as u32) * 4) << 8, scope, self.intern(name)?, attributes.len() as u32];
        for attribute in attributes {
            entry.push(self.intern(attribute.key)?);
        }
        if !self.has_room(entry.len() * 4) {
            return None;
        }
        self.words.extend(entry);
        let keys: Vec<_> = attributes.iter().map(|attribute| attribute.key.to_owned()).collect();
        let template = Template { number: self.template_count, novel: vec![NOVEL_STRINGS; keys.len()], keys };
        self.template_count += 1;
        let templates = self.templates.entry(of_name).or_default();
        templates.push(template);
        templates.last_mut()
    }

    /// Bytes of all entries.
    pub fn len(&self) -> u32 {
        self.words.len() as u32 * 4
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.words.len() * 4 + bytes <= DICTIONARY_BYTES as usize
    }
}

/// Bytes as words, padded with zeros.
pub fn pad(bytes: &[u8]) -> Vec<u32> {
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
    bytes.chunks(4).map(word).collect()
}
