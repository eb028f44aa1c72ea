//! What only Node knows about the process.

use std::path::PathBuf;

use serde::Deserialize;

/// Facts of the process, as the JS side hands them over (JSON, camel case). Whatever is missing is left out of the resource.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProcessFacts {
    /// `process.pid`; 0 for unknown.
    pub pid: u32,
    /// `process.argv`.
    pub argv: Vec<String>,
    /// `process.execArgv`.
    pub exec_argv: Vec<String>,
    /// `process.execPath`.
    pub exec_path: String,
    /// `process.versions.node`.
    pub node_version: String,
    /// `process.platform`.
    pub platform: String,
    /// `process.arch`.
    pub arch: String,
    /// `os.hostname()`.
    pub hostname: String,
    /// `os.release()`.
    pub os_release: String,
    /// `os.userInfo().username`; empty where that throws.
    pub username: String,
    /// A random UUID, one per process: `service.instance.id`.
    pub instance_id: String,
    /// The directory that /proc, /etc and /var are looked for in; `None` for the root. Tests set it.
    #[serde(skip)]
    pub system_root: Option<PathBuf>,
}
