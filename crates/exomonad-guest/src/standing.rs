//! What is missing before an agent's work counts as done, in words for the agent.

use exomonad_sdk::work::{Standing, Verification, VerificationState};
use exomonad_sdk::{Context, ToolError};

/// How many paths a sentence names.
const NAMED: usize = 10;

/// Refuses to call work done, or to file it, that is not committed or not verified.
pub(crate) fn require_done(cx: &Context, standing: &Standing) -> Result<(), ToolError> {
    let mut missing = Vec::new();
    let mut hints = Vec::new();
    if standing.uncommitted_count > 0 {
        missing.push(format!("not committed: {}", uncommitted(standing)));
        hints.push("commit what belongs to the work and take the rest away".to_owned());
    }
    let open: Vec<&Verification> = standing
        .verifications
        .iter()
        .filter(|verification| verification.state != VerificationState::Passed)
        .collect();
    missing.extend(open.iter().map(|verification| lack(verification)));
    if !open.is_empty() {
        let commands: Vec<String> =
            open.iter().map(|verification| format!("`{}`", verification.command)).collect();
        hints.push(format!(
            "run {} in `{}` as the last thing of a command line, in the foreground and not behind a pipe",
            commands.join(" and "),
            cx.agent.workspace
        ));
    }
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("the work is not done: {}", missing.join("; "));
    Err(ToolError::new(message).with_hint(format!("{}; then call this again", hints.join(", and "))))
}

fn lack(verification: &Verification) -> String {
    let command = &verification.command;
    match verification.state {
        VerificationState::Never => format!("`{command}` was never seen to run here"),
        VerificationState::Failed => format!("`{command}` failed when it ran last"),
        VerificationState::Stale => format!("`{command}` passed, but files were changed since"),
        VerificationState::Passed => format!("`{command}` passed"),
    }
}

/// The paths that are not committed, the first of them by name.
pub(crate) fn uncommitted(standing: &Standing) -> String {
    let named: Vec<String> =
        standing.uncommitted.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let left = standing.uncommitted_count.saturating_sub(u32::try_from(named.len()).unwrap_or_default());
    let more = if left == 0 { String::new() } else { format!(" and {left} more") };
    format!("{}{more}", named.join(", "))
}
