//! Which coding agents are on this machine.

use std::time::Duration;

use camino::Utf8Path;

use crate::exec::{Cmd, ExecError};
use crate::harness::Harness;

/// How long a coding agent may take to say its version. Gemini CLI needs two seconds on a quiet machine.
const LIMIT: Duration = Duration::from_secs(20);

/// A coding agent that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The version; absent when it did not say one.
    pub version: Option<String>,
}

/// Looks for a coding agent and asks for its version; `None` when it is not there.
#[must_use]
pub fn installed(
    harness: Harness,
    dir: &Utf8Path,
    search_path: &str,
    home: Option<&Utf8Path>,
) -> Option<Installed> {
    let command = Cmd::new(harness.name(), dir, search_path).args(["--version"]).limit(LIMIT);
    let command = match home {
        Some(home) => command.env("HOME", home.as_str()),
        None => command,
    };
    match command.text() {
        Ok(text) => Some(Installed { version: find_version(&text) }),
        Err(ExecError::Missing { .. }) => None,
        Err(err) => {
            tracing::warn!(%err, "a coding agent did not say its version");
            Some(Installed { version: None })
        }
    }
}

/// The first word that looks like `1.2.3`.
fn find_version(text: &str) -> Option<String> {
    let looks_right = |word: &&str| {
        let mut parts = word.split('.');
        parts.clone().count() >= 3
            && parts.all(|part| part.chars().next().is_some_and(|c| c.is_ascii_digit()))
    };
    text.split_whitespace().map(|word| word.trim_start_matches('v')).find(looks_right).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::find_version;

    #[test]
    fn the_version_is_found_in_what_each_coding_agent_prints() {
        let check =
            |text: &str, expect: Option<&str>| assert_eq!(find_version(text).as_deref(), expect, "{text}");
        check("2.1.329 (Claude Code)\n", Some("2.1.329"));
        check("0.61.0\n", Some("0.61.0"));
        check("codex-cli 0.169.0\n", Some("0.169.0"));
        check("v20.20.2", Some("20.20.2"));
        check("no version. here. today", None);
    }
}
