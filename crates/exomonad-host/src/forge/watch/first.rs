//! The first sight of a pull request: what is open on it, instead of all that happened to it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::news::{Page, check_data, comment_data, review_data, verdict};
use crate::contract::forge::{CheckState, Review, ReviewState};
use crate::forge::facts::PullFacts;
use crate::store::{KeptReview, StoreError};

/// The most comments that are told of at first sight; the newest.
const COMMENTS: usize = 10;

/// Keeps everything that is there as told.
pub(super) fn keep_all(page: &mut Page<'_>) -> Result<(), StoreError> {
    let (book, facts) = (page.book, page.facts);
    for review in facts.reviews.iter().filter(|review| review.state != ReviewState::Pending) {
        book.keep_review(facts.number, KeptReview { review, ours: false })?;
    }
    let is_pending =
        |id: &str| facts.reviews.iter().any(|review| review.id == id && review.state == ReviewState::Pending);
    for comment in &facts.comments {
        if !comment.review.as_deref().is_some_and(is_pending) {
            book.keep_comment(facts.number, &comment.id)?;
        }
    }
    book.forget_checks(facts.number, &facts.head_sha)?;
    for check in &facts.checks {
        book.keep_check(facts.number, &facts.head_sha, &check.id, check.state == CheckState::Failed)?;
    }
    page.pull.checks = verdict(&facts.checks);
    page.pull.conflict_sha = (facts.conflicted == Some(true)).then(|| facts.head_sha.clone());
    Ok(())
}

/// What is open: the latest words of reviewers that ask for changes, failed checks, a conflict, and what was said last.
pub(super) fn summary(facts: &PullFacts) -> Value {
    let mut latest: BTreeMap<&str, &Review> = BTreeMap::new();
    for review in &facts.reviews {
        if matches!(review.state, ReviewState::Approved | ReviewState::ChangesRequested) {
            latest.insert(&review.author, review);
        }
    }
    let reviews = latest.values().filter(|review| review.state == ReviewState::ChangesRequested);
    let reviews = reviews.map(|review| {
        let own = |comment: &&_| is_of(comment, &review.id);
        review_data(review, &facts.comments.iter().filter(own).collect::<Vec<_>>())
    });
    let checks = facts.checks.iter().filter(|check| check.state == CheckState::Failed);
    let alone: Vec<_> = facts.comments.iter().filter(|comment| comment.review.is_none()).collect();
    let newest = alone.iter().skip(alone.len().saturating_sub(COMMENTS));
    json!({
        "reviews": reviews.collect::<Vec<_>>(),
        "checks_failed": checks.map(|check| check_data(check, None)).collect::<Vec<_>>(),
        "comments": newest.map(|comment| comment_data(comment)).collect::<Vec<_>>(),
        "comments_in_all": alone.len(),
        "conflicted": facts.conflicted.unwrap_or(false),
    })
}

fn is_of(comment: &crate::forge::facts::CommentFact, review: &str) -> bool {
    comment.review.as_deref() == Some(review)
}
