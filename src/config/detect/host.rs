//! `host.*` and `os.*`.

use super::SystemFiles;
use crate::config::{facts::ProcessFacts, resource::Attributes};

pub(super) fn detect(attributes: &mut Attributes, files: &SystemFiles, facts: &ProcessFacts) {
    attributes.set_text("host.name", facts.hostname.as_str());
    attributes.set_text("host.arch", arch(&facts.arch));
    // Linux: the machine's id, readable by everyone; the conventions ask for exactly this file.
    attributes.set_text("host.id", files.read("etc/machine-id").trim());
    attributes.set_text("os.type", os_type(&facts.platform));
    let release = files.read("etc/os-release");
    let field = |name: &str| os_release_field(&release, name).unwrap_or_default();
    attributes.set_text("os.name", field("NAME"));
    let version = field("VERSION_ID");
    attributes.set_text("os.version", if version.is_empty() { facts.os_release.as_str() } else { version });
    attributes.set_text("os.description", field("PRETTY_NAME"));
}

/// Node's name of an architecture in the words of the semantic conventions; a name that they do not have stays.
fn arch(node: &str) -> &str {
    match node {
        "x64" => "amd64",
        "arm" => "arm32",
        "ia32" => "x86",
        "ppc" => "ppc32",
        other => other,
    }
}

/// Node's name of a platform in the words of the semantic conventions.
fn os_type(node: &str) -> &str {
    match node {
        "win32" => "windows",
        "sunos" => "solaris",
        "android" => "linux",
        other => other,
    }
}

/// A field of os-release(5), its quotes taken off.
fn os_release_field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('=')).map(|value| value.trim_matches(['"', '\'']))
}
