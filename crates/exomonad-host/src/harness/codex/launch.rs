//! How Codex is started for an agent, as seen in 0.169.0.

use crate::harness::launch::{LaunchError, LaunchFacts, LaunchLine, OwnFile};

pub(in crate::harness) fn launch_files(_: &LaunchFacts<'_>) -> Result<Vec<OwnFile>, LaunchError> {
    Err(unguarded())
}

pub(in crate::harness) fn launch_line(_: &LaunchFacts<'_>) -> Result<LaunchLine, LaunchError> {
    Err(unguarded())
}

fn unguarded() -> LaunchError {
    LaunchError::Unsupported {
        message: "Codex cannot be started for an agent: it runs a hook only once its user has trusted the hook's hash, so the agent would be unguarded"
            .to_owned(),
        hint: "use the harness `claude` or `gemini`".to_owned(),
    }
}
