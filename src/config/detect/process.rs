//! `telemetry.*`, `service.instance.id` and `process.*`.

use crate::config::{endpoint::without_secrets, facts::ProcessFacts, resource::Attributes, settings::AttributeValue};

/// The most arguments that are told, and the most characters of each.
const MAX_ARGUMENTS: usize = 64;
const MAX_ARGUMENT_CHARS: usize = 256;

/// Words in the name of an argument whose value nobody but the process should read.
const SECRET_WORDS: &[&str] = &["pass", "pwd", "secret", "token", "key", "cred", "auth", "bearer", "jwt", "cookie"];

/// Arguments of Node that code follows.
const CODE_FLAGS: &[&str] = &["-e", "--eval", "-p", "--print", "-pe"];

/// What code begins with that is given in the place of a module, as to `--import`.
const CODE_URL: &str = "data:";

pub(super) fn detect(attributes: &mut Attributes, facts: &ProcessFacts) {
    attributes.set_text("service.instance.id", facts.instance_id.as_str());
    // Not "opentelemetry": the conventions keep that for the project's own SDKs and ask others for a name of their own.
    attributes.set_text("telemetry.sdk.name", "@manifest-cyber/observability-ts");
    attributes.set_text("telemetry.sdk.language", "nodejs");
    attributes.set_text("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
    if facts.pid != 0 {
        attributes.set("process.pid", AttributeValue::I64(i64::from(facts.pid)));
    }
    attributes.set_text("process.executable.name", facts.exec_path.rsplit(['/', '\\']).next().unwrap_or_default());
    attributes.set_text("process.executable.path", facts.exec_path.as_str());
    // The script, as OpenTelemetry JS has it: the name of the program is node for all.
    attributes.set_text("process.command", facts.argv.get(1).or(facts.argv.first()).cloned().unwrap_or_default());
    let arguments = arguments(facts);
    if !arguments.is_empty() {
        attributes.set("process.command_args", AttributeValue::StrArray(arguments));
    }
    if !facts.node_version.is_empty() {
        attributes.set_text("process.runtime.name", "nodejs");
        attributes.set_text("process.runtime.version", facts.node_version.as_str());
        attributes.set_text("process.runtime.description", "Node.js");
    }
    attributes.set_text("process.owner", facts.username.as_str());
}

/// The command line: program, Node's own arguments, script, arguments. Code, and what looks like a secret, is replaced by `***`.
fn arguments(facts: &ProcessFacts) -> Vec<String> {
    let (program, rest) = facts.argv.split_at(facts.argv.len().min(1));
    let mut is_secret_next = false;
    let mut arguments = Vec::new();
    for argument in program.iter().chain(&facts.exec_argv).chain(rest).take(MAX_ARGUMENTS) {
        let was_announced = std::mem::take(&mut is_secret_next);
        let is_flag = argument.starts_with('-');
        let shown = match argument.split_once('=') {
            _ if (was_announced && !is_flag) || argument.starts_with(CODE_URL) => "***".to_owned(),
            // What comes before an equals sign in a URL may itself be a password.
            Some((name, value)) if !name.contains("://") && (announces(name) || value.starts_with(CODE_URL)) => format!("{name}=***"),
            None if is_flag && announces(argument) => {
                is_secret_next = true;
                argument.clone()
            }
            _ if argument.contains("://") => without_secrets(argument),
            _ => argument.clone(),
        };
        arguments.push(shown.chars().take(MAX_ARGUMENT_CHARS).collect());
    }
    arguments
}

/// Whether the value of an argument with this name is not to be told.
fn announces(name: &str) -> bool {
    CODE_FLAGS.contains(&name) || {
        let name = name.to_ascii_lowercase();
        SECRET_WORDS.iter().any(|word| name.contains(word))
    }
}
