//! What can be known of a process without asking anyone: no network, no other process, a handful of small files.

mod container;
mod host;
mod platform;
mod process;

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use super::{facts::ProcessFacts, resource::Attributes, sources::Sources};

/// The most that is read of any file.
const MAX_FILE_BYTES: u64 = 65_536;

/// Sets all attributes that are found; takes well below a millisecond.
pub(super) fn detect(attributes: &mut Attributes, sources: &Sources, facts: &ProcessFacts) {
    let files = SystemFiles::new(facts);
    process::detect(attributes, facts);
    host::detect(attributes, &files, facts);
    platform::detect(attributes, &files, sources);
}

/// The files of the system, below a root that tests choose.
struct SystemFiles {
    root: PathBuf,
    is_linux: bool,
}

impl SystemFiles {
    fn new(facts: &ProcessFacts) -> Self {
        let root = facts.system_root.clone().unwrap_or_else(|| PathBuf::from("/"));
        Self { root, is_linux: facts.system_root.is_some() || cfg!(target_os = "linux") }
    }

    /// The start of a file, by its path without the leading slash; empty when it cannot be read or the system has no such files.
    fn read(&self, path: &str) -> String {
        if self.is_linux { read_start(&self.root.join(path)) } else { String::new() }
    }
}

fn read_start(path: &Path) -> String {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut bytes));
    if read.is_ok() { String::from_utf8_lossy(&bytes).into_owned() } else { String::new() }
}
