//! What GitHub says, in the words that every forge has.

use super::wire;
use crate::contract::forge::{CheckState, Issue, IssueState, PullRequestState, Review, ReviewState};
use crate::forge::facts::{CheckFact, CommentFact};

/// The account of somebody who has none any more, as GitHub shows it.
const GHOST: &str = "ghost";

/// The login, and whether a person has it.
pub(super) fn account(user: Option<&wire::User>) -> (String, bool) {
    let Some(user) = user else { return (GHOST.to_owned(), true) };
    let is_bot = user.kind.as_deref() == Some("Bot") || user.login.ends_with("[bot]");
    (user.login.clone(), !is_bot)
}

/// Milliseconds since 1970 for a time as GitHub writes it; zero for none.
pub(super) fn time_ms(text: &str) -> u64 {
    let time = text.parse::<jiff::Timestamp>().map(|time| time.as_millisecond());
    time.ok().and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default()
}

pub(super) fn pull_state(pull: &wire::Pull) -> PullRequestState {
    let is_merged = pull.merged.unwrap_or_default() || pull.merged_at.is_some();
    match (is_merged, pull.state.as_str()) {
        (true, _) => PullRequestState::Merged,
        (false, "open") => PullRequestState::Open,
        (false, _) => PullRequestState::Closed,
    }
}

/// The commit that merged it: what GitHub names for an open one is only tried.
pub(super) fn merge_sha(pull: &wire::Pull) -> Option<String> {
    pull.merge_commit_sha.clone().filter(|_| pull_state(pull) == PullRequestState::Merged)
}

/// A review that was submitted; nothing for a draft of one.
pub(super) fn review(review: wire::Review) -> Option<Review> {
    let state = match review.state.to_ascii_uppercase().as_str() {
        "APPROVED" => ReviewState::Approved,
        "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        "PENDING" => return None,
        // One that was dismissed says no more than a comment.
        _ => ReviewState::Commented,
    };
    let (author, human) = account(review.user.as_ref());
    Some(Review {
        id: review.id.to_string(),
        author,
        human,
        state,
        body: review.body.unwrap_or_default(),
        commit: review.commit_id.unwrap_or_default(),
        time_ms: review.submitted_at.as_deref().map(time_ms).unwrap_or_default(),
    })
}

pub(super) fn file_comment(comment: wire::FileComment) -> CommentFact {
    let (author, human) = account(comment.user.as_ref());
    CommentFact {
        id: format!("file:{}", comment.id),
        author,
        human,
        path: Some(comment.path),
        line: comment.line.or(comment.original_line),
        body: comment.body.unwrap_or_default(),
        time_ms: time_ms(&comment.created_at),
        review: comment.pull_request_review_id.map(|id| id.to_string()),
    }
}

pub(super) fn comment(comment: wire::Comment) -> CommentFact {
    let (author, human) = account(comment.user.as_ref());
    CommentFact {
        id: format!("issue:{}", comment.id),
        author,
        human,
        path: None,
        line: None,
        body: comment.body.unwrap_or_default(),
        time_ms: time_ms(&comment.created_at),
        review: None,
    }
}

pub(super) fn check_run(run: wire::CheckRun) -> CheckFact {
    let state = match (run.status.as_str(), run.conclusion.as_deref()) {
        ("completed", Some("success")) => CheckState::Passed,
        ("completed", Some("neutral" | "skipped" | "stale")) => CheckState::Skipped,
        ("completed", _) => CheckState::Failed,
        ("in_progress", _) => CheckState::Running,
        (_, _) => CheckState::Queued,
    };
    CheckFact { id: format!("run:{}", run.id), name: run.name, state, url: run.html_url }
}

pub(super) fn status(status: wire::Status) -> CheckFact {
    let state = match status.state.as_str() {
        "success" => CheckState::Passed,
        "pending" => CheckState::Running,
        _ => CheckState::Failed,
    };
    let id = format!("status:{}", status.id);
    CheckFact { id, name: status.context, state, url: status.target_url }
}

pub(super) fn issue(issue: wire::Issue) -> Issue {
    Issue {
        number: issue.number,
        title: issue.title,
        body: issue.body.unwrap_or_default(),
        state: if issue.state == "open" { IssueState::Open } else { IssueState::Closed },
        author: account(issue.user.as_ref()).0,
        labels: issue.labels.into_iter().map(|label| label.name).collect(),
    }
}

#[cfg(test)]
mod tests;
