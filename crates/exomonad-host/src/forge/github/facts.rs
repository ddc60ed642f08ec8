//! Reads what there is to know of a pull request, each kind of fact by its own route.

use super::client::Client;
use super::error::GitHubError;
use super::target::encoded;
use super::{shape, wire};
use crate::contract::forge::Review;
use crate::forge::facts::{CheckFact, CommentFact};

/// The most entries of one page.
const PAGE: &str = "per_page=100";

/// The pull request of that number.
pub(super) fn pull(client: &Client, number: u64) -> Result<Option<wire::Pull>, GitHubError> {
    client.find(&client.target.route(&format!("pulls/{number}")))
}

/// The newest commit of a branch.
pub(super) fn branch(client: &Client, name: &str) -> Result<Option<String>, GitHubError> {
    let route = client.target.route(&format!("branches/{}", encoded(name)));
    let found: Option<wire::Branch> = client.find(&route)?;
    Ok(found.map(|found| found.commit.sha))
}

/// The reviews that were submitted, oldest first.
pub(super) fn reviews(client: &Client, number: u64) -> Result<Vec<Review>, GitHubError> {
    let found: Vec<wire::Review> =
        client.list(&client.target.route(&format!("pulls/{number}/reviews?{PAGE}")))?;
    let mut reviews: Vec<_> = found.into_iter().filter_map(shape::review).collect();
    reviews.sort_by_key(|review| review.time_ms);
    Ok(reviews)
}

/// The remarks about files, oldest first.
pub(super) fn file_comments(client: &Client, number: u64) -> Result<Vec<CommentFact>, GitHubError> {
    let found: Vec<wire::FileComment> =
        client.list(&client.target.route(&format!("pulls/{number}/comments?{PAGE}")))?;
    let mut comments: Vec<_> = found.into_iter().map(shape::file_comment).collect();
    comments.sort_by_key(|comment| comment.time_ms);
    Ok(comments)
}

/// What was said beside the reviews, oldest first.
pub(super) fn comments(client: &Client, number: u64) -> Result<Vec<CommentFact>, GitHubError> {
    let found: Vec<wire::Comment> =
        client.list(&client.target.route(&format!("issues/{number}/comments?{PAGE}")))?;
    let mut comments: Vec<_> = found.into_iter().map(shape::comment).collect();
    comments.sort_by_key(|comment| comment.time_ms);
    Ok(comments)
}

/// What was checked at a commit: the newest run of each check, and the newest status of each kind.
pub(super) fn checks(client: &Client, commit: &str) -> Result<Vec<CheckFact>, GitHubError> {
    let mut checks = Vec::new();
    let commit = encoded(commit);
    let runs = client.target.route(&format!("commits/{commit}/check-runs?{PAGE}"));
    client.pages(&runs, |page: wire::CheckRuns| {
        checks.extend(page.check_runs.into_iter().map(shape::check_run));
        true
    })?;
    let statuses = client.target.route(&format!("commits/{commit}/status?{PAGE}"));
    let read = client.pages(&statuses, |page: wire::Statuses| {
        checks.extend(page.statuses.into_iter().map(shape::status));
        true
    });
    match read {
        // A server may have no statuses.
        Ok(()) | Err(GitHubError::Missing { .. }) => Ok(checks),
        Err(err) => Err(err),
    }
}
