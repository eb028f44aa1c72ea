//! The reader's copy of what the writer has numbered: strings, scopes, templates.

use std::sync::atomic::{AtomicU32, Ordering};

use super::cursor::{Cursor, as_bytes};
use super::layout::{ENTRY_SCOPE, ENTRY_STRING, ENTRY_TEMPLATE, MAX_SCOPES, MAX_STRINGS, MAX_TEMPLATE_KEYS, MAX_TEMPLATES};
use super::record::Malformed;
use crate::span::Scope;

/// A span's fixed part: who made it, its name and the sequence of its keys.
#[derive(Debug)]
pub(super) struct Template {
    pub scope: u32,
    pub name: u32,
    pub keys: Vec<u32>,
    /// Whether a key occurs twice, so that only the last value counts. Known once, so that the usual span never looks.
    pub repeats_keys: bool,
}

/// Everything numbered so far, in the order of its numbers.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    strings: Vec<Box<str>>,
    scopes: Vec<Scope>,
    templates: Vec<Template>,
    read_bytes: u32,
}

impl Dictionary {
    pub fn string(&self, number: u32) -> Result<&str, Malformed> {
        self.strings.get(number as usize).map(|text| &**text).ok_or(Malformed::Unknown { number })
    }

    pub fn scope(&self, number: u32) -> Result<&Scope, Malformed> {
        self.scopes.get(number as usize).ok_or(Malformed::Unknown { number })
    }

    pub fn template(&self, number: u32) -> Result<&Template, Malformed> {
        self.templates.get(number as usize).ok_or(Malformed::Unknown { number })
    }

    /// Reads what was appended up to `published` bytes. On an error nothing more is ever read: records that need it are malformed.
    pub fn read_to(&mut self, memory: &[AtomicU32], published: u32) -> Result<(), Malformed> {
        while self.read_bytes != published {
            let position = (self.read_bytes / 4) as usize;
            let first = memory.get(position).ok_or(Malformed::Entry { position })?.load(Ordering::Relaxed);
            let bytes = first >> 8;
            let left = published.checked_sub(self.read_bytes).ok_or(Malformed::Entry { position })?;
            if bytes < 8 || !bytes.is_multiple_of(4) || bytes > left {
                return Err(Malformed::Entry { position });
            }
            let words = memory.get(position..position + (bytes / 4) as usize).ok_or(Malformed::Entry { position })?;
            let words: Vec<u32> = words.iter().map(|word| word.load(Ordering::Relaxed)).collect();
            self.append(first & 0xFF, &words[1..]).map_err(|_| Malformed::Entry { position })?;
            self.read_bytes += bytes;
        }
        Ok(())
    }

    fn append(&mut self, kind: u32, words: &[u32]) -> Result<(), Malformed> {
        let refuse = || Err(Malformed::Entry { position: 0 });
        match kind {
            ENTRY_STRING if self.strings.len() < MAX_STRINGS as usize => {
                let bytes = as_bytes(&words[1..]).get(..words[0] as usize).ok_or(Malformed::Entry { position: 0 })?;
                self.strings.push(String::from_utf8_lossy(bytes).into());
            }
            ENTRY_SCOPE if self.scopes.len() < MAX_SCOPES as usize => {
                let mut cursor = Cursor::new(words, self);
                let scope = Scope { name: cursor.string()?.into(), version: cursor.string()?.into(), schema_url: cursor.string()?.into() };
                self.scopes.push(scope);
            }
            ENTRY_TEMPLATE if self.templates.len() < MAX_TEMPLATES as usize => {
                let mut cursor = Cursor::new(words, self);
                let [scope, name, count] = cursor.array::<3>()?;
                let keys = words.get(3..).unwrap_or_default().to_vec();
                if keys.len() != count as usize || count > MAX_TEMPLATE_KEYS {
                    return refuse();
                }
                self.scope(scope)?;
                self.string(name)?;
                for &key in &keys {
                    self.string(key)?;
                }
                let repeats_keys = (1..keys.len()).any(|at| keys[..at].contains(&keys[at]));
                self.templates.push(Template { scope, name, keys, repeats_keys });
            }
            _ => return refuse(),
        }
        Ok(())
    }
}
