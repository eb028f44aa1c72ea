//! The rooms of the crate and the doors between them: a change that opens a new door fails here, and is discussed before it is allowed.

mod source;

use source::{Token, rust_files};

/// What each folder of `src/` may import from the crate. A stage knows the vocabulary and its settings, never another stage; only `pipeline` wires
/// them together, and only `binding` stands above it.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("memory", &[]),
    ("span", &[]),
    ("config", &["span"]),
    ("arena", &["memory", "span", "config"]),
    ("propagation", &["span", "config"]),
    ("sampling", &["span", "config"]),
    ("batch", &["memory", "span", "config"]),
    ("otlp", &["span", "config"]),
    // What is written to files and what the receiver tells is OTLP JSON, which has one writer.
    ("export", &["span", "config", "otlp"]),
    ("receiver", &["span", "config", "otlp"]),
    ("signals", &[]),
    ("thread", &[]),
    ("pipeline", &["thread", "span", "config", "arena", "propagation", "sampling", "batch", "otlp", "export", "receiver"]),
    ("binding", &["span", "config", "arena", "propagation", "sampling", "batch", "otlp", "export", "receiver", "signals", "pipeline"]),
];

/// Folders that may hold `unsafe` code: shared memory, memory from the system, the boundary to Node, what the system does at a signal and with a thread.
const MAY_BE_UNSAFE: &[&str] = &["arena", "binding", "memory", "signals", "thread"];

/// The only folder that may name napi.
const MAY_NAME_NAPI: &str = "binding";

/// Macros that write to the user's terminal: warnings are values that go up to the binding.
const PRINTING_MACROS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

/// Parsers that accept more than the format they are used for, such as a leading `+`.
const LOOSE_PARSERS: &[&str] = &["from_str_radix"];

/// A file longer than this is two rooms. Generated files are left out.
const MAX_LINES: usize = 400;

#[test]
fn a_folder_imports_only_what_lies_below_it() {
    let mut doors = Vec::new();
    for file in rust_files("src") {
        let Some(folder) = file.folder() else { continue };
        let (_, allowed) =
            MAY_IMPORT.iter().find(|(name, _)| *name == folder).unwrap_or_else(|| panic!("src/{folder} is not in the table MAY_IMPORT"));
        for (line, target) in file.imports_from_crate() {
            if target != folder && MAY_IMPORT.iter().any(|(name, _)| *name == target) && !allowed.contains(&target.as_str()) {
                doors.push(format!("{}:{line}: {folder} must not import {target}", file.path));
            }
        }
    }
    assert!(doors.is_empty(), "{}", doors.join("\n"));
}

#[test]
fn only_the_binding_names_napi() {
    assert_only_in(&[MAY_NAME_NAPI], "napi", |tokens, at| matches!(tokens[at].text.as_str(), "napi" | "napi_derive"));
}

#[test]
fn unsafe_stays_where_memory_is_shared() {
    assert_only_in(MAY_BE_UNSAFE, "unsafe", |tokens, at| tokens[at].text == "unsafe");
}

#[test]
fn nothing_prints() {
    assert_only_in(&[], "printing", |tokens, at| {
        PRINTING_MACROS.contains(&tokens[at].text.as_str()) && tokens.get(at + 1).is_some_and(|next| next.text == "!")
    });
}

#[test]
fn untrusted_text_is_parsed_strictly() {
    assert_only_in(&[], "a loose parser", |tokens, at| LOOSE_PARSERS.contains(&tokens[at].text.as_str()));
}

#[test]
fn files_are_no_longer_than_one_room() {
    let long: Vec<String> = ["src", "tests", "benches", "examples", "fuzz/fuzz_targets"]
        .iter()
        .flat_map(|root| rust_files(root))
        .filter(|file| !file.is_generated() && file.lines() > MAX_LINES)
        .map(|file| format!("{}: {} lines", file.path, file.lines()))
        .collect();
    assert!(long.is_empty(), "longer than {MAX_LINES} lines:\n{}", long.join("\n"));
}

/// Fails when `found` holds for a token of a file outside the folders.
fn assert_only_in(folders: &[&str], what: &str, found: impl Fn(&[Token], usize) -> bool) {
    let mut places = Vec::new();
    for file in rust_files("src") {
        if file.folder().is_some_and(|folder| folders.contains(&folder)) {
            continue;
        }
        let tokens = file.tokens();
        places.extend((0..tokens.len()).filter(|&at| found(tokens, at)).map(|at| format!("{}:{}", file.path, tokens[at].line)));
    }
    assert!(places.is_empty(), "{what} is not allowed here:\n{}", places.join("\n"));
}
