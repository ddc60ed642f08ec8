//! What the host knows of an agent's work, in lines for a reader. Each line is a fact.

use crate::clock::utc;
use crate::contract::work::{Filed, Standing, Verification, VerificationState};

/// How many paths a receipt names.
const NAMED: usize = 10;

/// The receipt of a standing. `has_own` is false for an agent in its parent's directory.
pub(super) fn receipt(standing: &Standing, has_own: bool) -> String {
    let mut lines = Vec::new();
    if has_own {
        lines.push(place(standing));
        lines.extend(changes(standing));
        lines.extend(
            standing
                .unpushed
                .filter(|count| *count > 0)
                .map(|count| format!("not pushed: {}", counted(count, "commit"))),
        );
        lines.extend(standing.pull_request.as_ref().map(|filed| pull_request(filed, standing)));
    } else {
        lines
            .push("works in its parent's directory: what is changed there may be somebody else's".to_owned());
    }
    if standing.verifications.is_empty() {
        lines.push("this project names no command that has to pass".to_owned());
    }
    lines.extend(standing.verifications.iter().map(verification));
    lines.join("\n")
}

fn place(standing: &Standing) -> String {
    let head = standing.head.as_deref().map_or("no commit".to_owned(), short);
    let branch = standing.branch.as_ref().map_or("no branch".to_owned(), |branch| format!("`{branch}`"));
    match &standing.base {
        Some(base) => format!("at {head} on {branch}, {} over `{base}`", counted(standing.ahead, "commit")),
        None => format!("at {head} on {branch}"),
    }
}

fn changes(standing: &Standing) -> Vec<String> {
    if standing.uncommitted_count == 0 {
        return vec!["everything is committed".to_owned()];
    }
    let named: Vec<_> = standing.uncommitted.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let left = standing.uncommitted_count.saturating_sub(u32::try_from(named.len()).unwrap_or_default());
    let more = if left == 0 { String::new() } else { format!(" and {left} more") };
    vec![format!(
        "not committed: {}: {}{more}",
        counted(standing.uncommitted_count, "path"),
        named.join(", ")
    )]
}

fn pull_request(filed: &Filed, standing: &Standing) -> String {
    let state = if filed.open { "open" } else { "not open any more" };
    let at =
        if standing.head.as_ref() == Some(&filed.head_sha) { "this commit" } else { "an earlier commit" };
    let verdict = match (filed.changes_requested, filed.approved) {
        (true, _) => "; changes are requested",
        (false, true) => "; it is approved",
        (false, false) => "",
    };
    format!("pull request #{} is {state}, at {at} ({}){verdict}", filed.number, short(&filed.head_sha))
}

fn verification(verification: &Verification) -> String {
    let command = &verification.command;
    let time = verification.time_ms.map_or_else(String::new, |time_ms| format!(" at {}", utc(time_ms)));
    match verification.state {
        VerificationState::Never => format!("`{command}` was never seen to run"),
        VerificationState::Failed => format!("`{command}` failed{time}"),
        VerificationState::Stale => format!("`{command}` passed{time}, and files were changed since"),
        VerificationState::Passed => format!("`{command}` passed on exactly these files{time}"),
    }
}

fn counted(count: u32, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

fn short(sha: &str) -> String {
    sha.chars().take(8).collect()
}
