//! What the settings entries of every harness have in common.

use camino::Utf8PathBuf;
use serde_json::Value;

use super::Harness;
use super::event::{EventSpec, FailureClass};
use crate::install::{Artefact, Dialect, Entry, Place};

/// What `init` knows when it writes a harness's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFacts {
    /// Our own binary: absolute.
    pub exe: Utf8PathBuf,
    /// The harness's version, as its `--version` says it; absent when unknown.
    pub version: Option<String>,
    /// The main checkout: absolute, symlinks resolved.
    pub project_root: Utf8PathBuf,
}

/// What our MCP server is called. Gemini CLI takes no `_` in it.
pub(super) const SERVER: &str = "exomonad";

/// The arguments with which our binary is that server.
pub(super) const SERVER_ARGUMENTS: [&str; 1] = ["mcp-stdio"];

/// Seconds a harness waits for one of our hooks. Ours answers in milliseconds; the rest is for a loaded machine.
pub(super) const TIMEOUT_SECONDS: u64 = 10;

/// What an agent is told when our binary is missing or crashed.
const UNANSWERED: &str =
    "exomonad could not decide, so this is refused; ask your human to run `exomonad doctor`";

/// A settings file of the harness, with nothing in it yet.
pub(super) fn artefact(harness: Harness, path: &str, dialect: Dialect) -> Artefact {
    Artefact {
        label: harness.product().to_owned(),
        path: path.into(),
        dialect,
        hooks: Vec::new(),
        server: None,
        approvals: Vec::new(),
    }
}

/// One element of the array at these keys.
pub(super) fn element(path: &[&str], value: Value) -> Entry {
    Entry { path: path.iter().map(|key| (*key).to_owned()).collect(), place: Place::Element, value }
}

/// The value of the last of these keys.
pub(super) fn member(path: &[&str], value: Value) -> Entry {
    Entry { place: Place::Member, ..element(path, value) }
}

/// The arguments of our binary for an event.
pub(super) fn arguments(harness: Harness, spec: &EventSpec) -> [&'static str; 4] {
    ["hook", spec.name, "--harness", harness.name()]
}

/// The command line of an event for a harness that hands it to a shell.
pub(super) fn plain_command(harness: Harness, spec: &EventSpec, facts: &SettingsFacts) -> String {
    format!("{} {}", quoted(facts.exe.as_str()), arguments(harness, spec).join(" "))
}

/// The same, but its exit status follows the event's class even where our binary is missing or crashes.
///
/// Gemini CLI (0.61.0) takes every status above 1 for a refusal, and every harness takes 2 for one.
pub(super) fn shell_command(harness: Harness, spec: &EventSpec, facts: &SettingsFacts) -> String {
    let command = plain_command(harness, spec, facts);
    match spec.class {
        // Gemini CLI lets the tool run when a hook fails without a word, whatever its status.
        FailureClass::Guard => format!("{command} || {{ echo '{UNANSWERED}' >&2; exit 2; }}"),
        FailureClass::Nudge => format!("{command} || exit 1"),
    }
}

/// The text as one word of a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
