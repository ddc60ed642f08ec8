//! Effects that the contract has and this host does not perform: each answers `unavailable` by its name.

use super::{EffectError, EffectErrorKind, Failure, World, error};
use crate::contract::forge::{
    Changes, Check, Issue, IssueState, MergeResult, MergeStrategy, PullRequest, PullRequestState, Remark,
    Review, ReviewComment, ReviewState,
};
use crate::contract::work::Standing;
use crate::contract::{forge, work};

pub(super) fn unavailable<T>(effect: &str) -> Result<T, EffectError> {
    Err(error(EffectErrorKind::Unavailable, format!("this version of exomonad does not offer `{effect}`")))
}

/// Implements effects by refusing them.
macro_rules! refuse {
    ($($func:ident($($argument:ty),*) -> $reply:ty = $name:literal;)*) => {
        $(fn $func(&mut self, $(_: $argument),*) -> Result<$reply, Failure> {
            self.act($name, |_| unavailable($name))
        })*
    };
}

impl forge::Host for World {
    refuse! {
        find_pull_request(String) -> Option<PullRequest> = "forge.find-pull-request";
        get_pull_request(u64) -> PullRequest = "forge.get-pull-request";
        list_pull_requests(Option<PullRequestState>) -> Vec<PullRequest> = "forge.list-pull-requests";
        create_or_update(String, String, Option<String>) -> PullRequest = "forge.create-or-update";
        diff(u64, Option<String>, u32) -> Changes = "forge.diff";
        submit_review(u64, ReviewState, String, Vec<Remark>) -> Review = "forge.submit-review";
        close(u64, Option<String>) -> PullRequest = "forge.close";
        reviews(u64) -> Vec<Review> = "forge.reviews";
        review_comments(u64) -> Vec<ReviewComment> = "forge.review-comments";
        checks(u64) -> Vec<Check> = "forge.checks";
        merge(u64, MergeStrategy, bool) -> MergeResult = "forge.merge";
        list_issues(Option<IssueState>) -> Vec<Issue> = "forge.list-issues";
        get_issue(u64) -> Issue = "forge.get-issue";
    }
}

impl work::Host for World {
    refuse! {
        get() -> Standing = "work.get";
        verified(String, bool) -> () = "work.verified";
    }
}
