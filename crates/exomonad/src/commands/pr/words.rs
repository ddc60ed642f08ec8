//! How pull requests are put into words: for people in a line, for programs in JSON.

use exomonad_host::contract::forge::{CheckState, PullRequest};
use exomonad_host::store::pull_state_name;
use serde_json::{Value, json};

use crate::commands::words::time;

/// The beginning of a commit's id, as people write it.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

pub(super) fn check_word(state: CheckState) -> &'static str {
    match state {
        CheckState::Queued => "has not passed at this commit",
        CheckState::Running => "runs",
        CheckState::Passed => "passed",
        CheckState::Failed => "failed",
        CheckState::Skipped => "is skipped",
    }
}

pub(super) fn check_name(state: CheckState) -> &'static str {
    match state {
        CheckState::Queued => "queued",
        CheckState::Running => "running",
        CheckState::Passed => "passed",
        CheckState::Failed => "failed",
        CheckState::Skipped => "skipped",
    }
}

/// Everything about one, for programs.
pub(super) fn to_json(pull: &PullRequest) -> Value {
    json!({
        "number": pull.number,
        "title": pull.title,
        "state": pull_state_name(pull.state),
        "head": pull.head,
        "head_sha": pull.head_sha,
        "base": pull.base,
        "author": pull.author,
        "body": pull.body,
        "receipt": pull.receipt,
        "merge_sha": pull.merge_sha,
        "updated": time(pull.updated_ms),
    })
}

/// A text with every line moved in, so that it cannot be taken for ours.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", format!("    {line}").trim_end())).collect()
}
