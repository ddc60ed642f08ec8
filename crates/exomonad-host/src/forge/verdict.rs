//! What reviewers want, all of their reviews considered.

use std::collections::BTreeMap;

use crate::contract::forge::{Review, ReviewState};

/// What reviewers want to become of a commit.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict<'a> {
    /// Who wants changes, and whether it is a person.
    pub(super) requested_by: Vec<(&'a str, bool)>,
}

/// A reviewer's last word on a commit counts. A request that was made about an earlier commit is taken as answered by
/// the newer one.
pub(super) fn verdict<'a>(reviews: &'a [Review], commit: &str) -> Verdict<'a> {
    let mut last = BTreeMap::new();
    for review in reviews {
        let counts = match review.state {
            ReviewState::Approved | ReviewState::ChangesRequested => true,
            ReviewState::Commented | ReviewState::Pending => false,
        };
        if counts && review.commit == commit {
            last.insert((review.author.as_str(), review.human), review.state);
        }
    }
    let wants_changes = |entry: &(_, ReviewState)| entry.1 == ReviewState::ChangesRequested;
    Verdict { requested_by: last.into_iter().filter(wants_changes).map(|(by, _)| by).collect() }
}

#[cfg(test)]
mod tests {
    use super::verdict;
    use crate::contract::forge::{Review, ReviewState};

    fn review(author: &str, state: ReviewState, commit: &str) -> Review {
        Review {
            id: String::new(),
            author: author.to_owned(),
            human: author == "human",
            state,
            body: String::new(),
            commit: commit.to_owned(),
            time_ms: 0,
        }
    }

    #[test]
    fn a_request_for_changes_holds_until_its_reviewer_approves_or_there_is_a_newer_commit() {
        use ReviewState::{Approved, ChangesRequested, Commented};
        let check = |reviews: &[(&str, ReviewState, &str)], expect: &[(&str, bool)]| {
            let reviews: Vec<_> =
                reviews.iter().map(|(author, state, commit)| review(author, *state, commit)).collect();
            assert_eq!(verdict(&reviews, "new").requested_by, expect, "{reviews:?}");
        };
        check(&[], &[]);
        check(&[("a", ChangesRequested, "old")], &[]);
        check(&[("a", ChangesRequested, "new")], &[("a", false)]);
        check(&[("a", ChangesRequested, "new"), ("a", Commented, "new")], &[("a", false)]);
        check(&[("a", ChangesRequested, "new"), ("a", Approved, "new")], &[]);
        check(&[("human", ChangesRequested, "new"), ("a", Approved, "new")], &[("human", true)]);
        check(&[("a", Approved, "new"), ("a", ChangesRequested, "new")], &[("a", false)]);
    }
}
