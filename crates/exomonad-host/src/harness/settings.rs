//! What the settings entries of every harness have in common.

use camino::Utf8PathBuf;

use super::Harness;
use super::event::{EventSpec, FailureClass};

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

/// Seconds a harness waits for one of our hooks. Ours answers in milliseconds; the rest is for a loaded machine.
pub(super) const TIMEOUT_SECONDS: u64 = 10;

/// What an agent is told when our binary is missing or crashed.
const UNANSWERED: &str =
    "exomonad could not decide, so this is refused; ask your human to run `exomonad doctor`";

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
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
