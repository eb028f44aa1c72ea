//! Just enough of Rust's syntax to see what a source file names: its words and punctuation without comments and literals.

use std::fs;
use std::path::Path;

/// One word or one punctuation character.
pub struct Token {
    /// As written.
    pub text: String,
    /// Counted from 1.
    pub line: usize,
}

/// A file of this repository.
pub struct SourceFile {
    /// From the root of the repository, with `/` between folders.
    pub path: String,
    text: String,
    tokens: Vec<Token>,
}

/// All Rust files below a folder of the repository; none when there is no such folder.
pub fn rust_files(folder: &str) -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), folder, &mut files);
    files
}

fn collect(root: &Path, folder: &str, files: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    for entry in entries {
        let entry = entry.expect("a readable folder");
        let path = format!("{folder}/{}", entry.file_name().to_str().expect("file names are UTF-8"));
        if entry.file_type().expect("a file type").is_dir() {
            collect(root, &path, files);
        } else if path.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("source files are UTF-8");
            let tokens = tokenize(&text);
            files.push(SourceFile { path, text, tokens });
        }
    }
}

impl SourceFile {
    /// The folder of `src/` that the file lies in, if it does not lie in `src/` itself.
    pub fn folder(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split_once('/').map(|(folder, _)| folder)
    }

    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// Whether a tool wrote the file, which it says in its first line.
    pub fn is_generated(&self) -> bool {
        self.text.lines().next().is_some_and(|line| line.contains("@generated"))
    }

    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The modules at the root of the crate that the file names, by `crate::` or by as many `super::` as lead there, with their lines.
    pub fn imports_from_crate(&self) -> Vec<(usize, String)> {
        let mut imports = Vec::new();
        let mut inline_modules: Vec<bool> = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            match self.text_at(at) {
                "{" => inline_modules.push(at >= 2 && self.text_at(at - 2) == "mod"),
                "}" => {
                    inline_modules.pop();
                }
                "crate" => self.push_roots(at + 1, &mut imports),
                "super" => {
                    let mut supers = 1;
                    while self.path_continues(at + 1) && self.text_at(at + 3) == "super" {
                        supers += 1;
                        at += 3;
                    }
                    if supers >= self.depth() + inline_modules.iter().filter(|inline| **inline).count() {
                        self.push_roots(at + 1, &mut imports);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        imports
    }

    /// How many `super` lead from the file's own module to the root of the crate.
    fn depth(&self) -> usize {
        let steps = self.path.matches('/').count();
        if self.path.ends_with("/mod.rs") { steps - 1 } else { steps }
    }

    fn text_at(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    fn path_continues(&self, at: usize) -> bool {
        self.text_at(at) == ":" && self.text_at(at + 1) == ":"
    }

    /// Adds the first names after a `::` at `at`: one, or each of a list in braces.
    fn push_roots(&self, at: usize, imports: &mut Vec<(usize, String)>) {
        if !self.path_continues(at) {
            return;
        }
        let first = at + 2;
        if self.text_at(first) != "{" {
            imports.extend(self.tokens.get(first).map(|token| (token.line, token.text.clone())));
            return;
        }
        let mut depth = 0;
        for at in first.. {
            match self.text_at(at) {
                "" => return,
                "{" => depth += 1,
                "}" => depth -= 1,
                text if depth == 1 && matches!(self.text_at(at - 1), "{" | ",") => imports.push((self.tokens[at].line, text.to_owned())),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }
}

fn tokenize(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => find(bytes, at, b"\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => block_comment_end(bytes, at),
            b'"' => quoted_end(bytes, at),
            b'r' | b'b' | b'c' if raw_string_hashes(bytes, at).is_some() => raw_string_end(bytes, at),
            b'\'' => char_or_lifetime_end(bytes, at),
            byte if is_word(byte) => {
                let end = at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                tokens.push(Token { text: text[at..end].to_owned(), line });
                end
            }
            byte if byte.is_ascii_whitespace() => at + 1,
            byte => {
                tokens.push(Token { text: char::from(byte).to_string(), line });
                at + 1
            }
        };
        line += bytes[at..end].iter().filter(|byte| **byte == b'\n').count();
        at = end;
    }
    tokens
}

/// Bytes beyond ASCII are parts of words: source files name things in ASCII, so it does not matter.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    bytes[from..].windows(what.len()).position(|window| window == what).map_or(bytes.len(), |position| from + position)
}

fn block_comment_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn quoted_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// The number of `#` of a raw string that starts at `start` (`r"`, `br#"`, …), if one does.
fn raw_string_hashes(bytes: &[u8], start: usize) -> Option<usize> {
    let r = if bytes[start] == b'r' { start } else { start + 1 };
    let follows_word = start > 0 && is_word(bytes[start - 1]);
    if follows_word || bytes.get(r) != Some(&b'r') {
        return None;
    }
    let hashes = bytes[r + 1..].iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(r + 1 + hashes) == Some(&b'"')).then_some(hashes)
}

fn raw_string_end(bytes: &[u8], start: usize) -> usize {
    let hashes = raw_string_hashes(bytes, start).unwrap_or(0);
    let open = find(bytes, start, b"\"");
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    (find(bytes, open + 1, &close) + close.len()).min(bytes.len())
}

/// Skips `'x'` and `'\n'`; of a lifetime or a loop label only the quote, so that its name is read as a word.
fn char_or_lifetime_end(bytes: &[u8], start: usize) -> usize {
    if bytes.get(start + 1) == Some(&b'\\') {
        return find(bytes, (start + 3).min(bytes.len()), b"'") + 1;
    }
    let one_char = bytes[start + 1..].iter().take(5).position(|byte| *byte == b'\'');
    match one_char {
        Some(1) => start + 3,
        Some(length) if bytes[start + 1] >= 0x80 => start + 2 + length,
        _ => start + 1,
    }
}

#[test]
fn sees_through_comments_and_literals() {
    let words: Vec<String> =
        tokenize("/* unsafe /* nested */ */ a // unsafe\n\"unsafe \\\" unsafe\" 'x' '\\'' '\"' b r#\"unsafe \" unsafe\"# 'life c")
            .into_iter()
            .map(|token| token.text)
            .collect();
    assert_eq!(words, ["a", "b", "life", "c"]);
}

#[test]
fn finds_every_way_to_name_a_module() {
    let text = "use crate::one::X;\nuse crate::{two::Y, three::{self, not}, four};\nfn f() { super::super::five::f(); super::near(); }\nmod tests { use super::super::near; use super::super::super::six; }";
    let file = SourceFile { path: "src/a/b.rs".into(), text: text.into(), tokens: tokenize(text) };
    let found: Vec<(usize, String)> = file.imports_from_crate();
    let names: Vec<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["one", "two", "three", "four", "five", "six"]);
    assert_eq!(found[4].0, 3);
}
