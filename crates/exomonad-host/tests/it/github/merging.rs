//! Merges: who may, how, and what becomes of the project's own checkouts.

use exomonad_host::contract::forge::{MergeStrategy, PullRequestState};
use exomonad_host::forge::{Ending, ForgeError, MergeOrder, Patience, open};
use exomonad_host::store::Sender;
use exomonad_testkit::github::{Conclusion, Fault};

use super::{commit, fixture, order, root};
use crate::support::{git, put};
use crate::workspaces::{asked, name};

#[test]
fn each_strategy_merges_on_github_and_the_checkout_follows() {
    for (strategy, commits) in
        [(MergeStrategy::Squash, "3"), (MergeStrategy::Merge, "5"), (MergeStrategy::Rebase, "4")]
    {
        let f = fixture();
        let plan = f.agent("api");
        commit(&plan.path, "second", "2\n");
        let pull = f.filed(&plan);
        let result = f.forge().merge(&order(pull.number, strategy)).unwrap();
        assert!(result.merged && result.synced && !result.cleaned, "{strategy:?}: {result:?}");
        let sha = result.sha.unwrap();
        assert_eq!((f.there("main"), f.here("main")), (sha.clone(), sha.clone()), "{strategy:?}");
        let root = f.project.root();
        assert_eq!(asked(root, &["rev-list", "--count", "main"]), commits, "{strategy:?}");
        assert_eq!(asked(root, &["status", "--porcelain"]), "", "{strategy:?}");
        assert!(root.join("second").exists(), "{strategy:?}");
        assert_eq!(f.told("pull.merged"), ["api"]);
        let seen = f.forge().pull_request(pull.number).unwrap();
        assert_eq!((seen.state, seen.merge_sha), (PullRequestState::Merged, Some(sha)));
        let err = f.forge().merge(&order(pull.number, strategy)).unwrap_err();
        assert!(matches!(err, ForgeError::NotOpen { .. }), "{err:?}");
    }
}

#[test]
fn an_author_whose_work_is_merged_is_cleaned_up() {
    let f = fixture();
    let plan = f.agent("api");
    f.filed(&plan);
    let forge = open(f.site(), Ending::Allowed, Patience::endless()).unwrap();
    let result = forge.merge(&order(1, MergeStrategy::Squash)).unwrap();
    assert!(result.merged && result.synced && result.cleaned, "{result:?}");
    assert!(!plan.path.exists());
    assert_eq!(f.project.store().agent(&name("api")).unwrap(), None);
    let head = plan.branch.unwrap();
    assert_eq!(f.there(&head), f.here(&head), "no branch is deleted");
}

#[test]
fn a_conflict_is_no_error_and_names_the_paths() {
    let f = fixture();
    let plan = f.agent("api");
    commit(&plan.path, "file", "mine\n");
    f.filed(&plan);
    commit(f.project.root(), "file", "theirs\n");
    git(f.project.root(), &["push", "-q", "origin", "main"]);
    let (here, there) = (f.here("main"), f.there("main"));
    let result = f.forge().merge(&order(1, MergeStrategy::Squash)).unwrap();
    assert!(!result.merged, "{result:?}");
    assert_eq!(result.conflicts, ["file"]);
    assert_eq!((f.here("main"), f.there("main")), (here, there));
    assert_eq!(f.told("pull.merged"), [] as [&str; 0]);
}

#[test]
fn a_checkout_in_which_somebody_works_stays_as_it_is() {
    let f = fixture();
    f.filed(&f.agent("api"));
    let root = f.project.root();
    put(&root.join("api"), b"somebody's\n");
    let before = f.here("main");
    let result = f.forge().merge(&order(1, MergeStrategy::Squash)).unwrap();
    assert!(result.merged && !result.synced, "{result:?}");
    assert!(result.message.contains("`main` here was left as it is"), "{}", result.message);
    assert_eq!(f.here("main"), before);
    assert_eq!(std::fs::read_to_string(root.join("api")).unwrap(), "somebody's\n");
}

#[test]
fn a_branch_with_commits_of_its_own_stays_where_it_is() {
    let f = fixture();
    f.filed(&f.agent("api"));
    commit(f.project.root(), "own", "1\n");
    let before = f.here("main");
    let result = f.forge().merge(&order(1, MergeStrategy::Squash)).unwrap();
    assert!(result.merged && !result.synced, "{result:?}");
    assert!(result.message.contains("git rebase origin/main"), "{}", result.message);
    assert_eq!(f.here("main"), before);
}

#[test]
fn the_rules_are_those_of_every_forge() {
    let f = fixture();
    let pull = f.filed(&f.agent("api"));
    f.agent("other");
    let refused = |by: &str, force: bool| {
        let by = name(by);
        let order = MergeOrder { by: Sender::Agent(&by), force, ..order(1, MergeStrategy::Squash) };
        f.forge().merge(&order).unwrap_err()
    };
    assert!(matches!(refused("api", true), ForgeError::Own { .. }));
    assert!(matches!(refused("other", true), ForgeError::NotAbove { .. }));

    f.github.person("ada").request_changes(1, "No.", &[]);
    let err = refused("root", true);
    assert!(matches!(err, ForgeError::Requested { human: true, .. }), "no agent overrides a person: {err:?}");
    f.github.person("ada").approve(1, "");

    let run = f.github.check(&pull.head_sha, "build", Conclusion::Failure, None);
    let err = refused("root", false);
    assert_eq!(err.to_string(), "pull request #1 is not verified at its newest commit: `build` failed");
    f.github.conclude(run, Conclusion::Success);
    f.github.status(&pull.head_sha, "old-ci", "pending");
    let err = refused("root", false);
    assert_eq!(
        err.to_string(),
        "pull request #1 is not verified at its newest commit: `old-ci` has not passed"
    );
    f.github.status(&pull.head_sha, "old-ci", "success");
    let lead = root();
    let order = MergeOrder { by: Sender::Agent(&lead), ..order(1, MergeStrategy::Squash) };
    assert!(f.forge().merge(&order).unwrap().merged);
}

#[test]
fn work_that_is_not_verified_is_not_merged() {
    let f = fixture();
    f.filed(&f.agent("api"));
    let forge = open(f.site_that_asks("make test"), Ending::Forbidden, Patience::endless()).unwrap();
    let err = forge.merge(&order(1, MergeStrategy::Squash)).unwrap_err();
    assert!(err.to_string().contains("`make test` has not passed"), "{err}");
}

#[test]
fn what_was_pushed_after_the_look_is_not_merged() {
    let f = fixture();
    let plan = f.agent("api");
    f.filed(&plan);
    // GitHub says so when the head is not the one that was looked at.
    f.github.fail([Fault::status(409, "Head branch was modified").of("PUT", "/merge")]);
    commit(&plan.path, "late", "1\n");
    let err = f.forge().merge(&order(1, MergeStrategy::Squash)).unwrap_err();
    assert!(err.to_string().starts_with("GitHub refused"), "{err}");
    assert_eq!(err.kind(), exomonad_host::contract::EffectErrorKind::Conflict);
}

#[test]
fn a_way_that_the_repository_does_not_allow_is_refused_in_githubs_words() {
    let f = fixture();
    f.filed(&f.agent("api"));
    f.github.allow_merges_by(&["squash"]);
    let err = f.forge().merge(&order(1, MergeStrategy::Rebase)).unwrap_err();
    assert_eq!(err.to_string(), "GitHub refused: Rebase merges are not allowed on this repository");
    assert!(f.forge().merge(&order(1, MergeStrategy::Squash)).unwrap().merged);
}

#[test]
fn a_merge_whose_answer_was_lost_is_found_and_made_once() {
    let f = fixture();
    f.filed(&f.agent("api"));
    f.github.fail([Fault::cut_after().of("PUT", "/merge")]);
    f.asked();
    let result = f.forge().merge(&order(1, MergeStrategy::Squash)).unwrap();
    assert!(result.merged && result.synced, "{result:?}");
    assert_eq!(f.asked().iter().filter(|asked| asked.starts_with("PUT ")).count(), 1);

    // One that was not made is not made by asking again.
    f.filed(&f.agent("more"));
    f.github.fail([Fault::status(502, "Bad gateway").of("PUT", "/merge")]);
    f.asked();
    let err = f.forge().merge(&order(2, MergeStrategy::Squash)).unwrap_err();
    assert_eq!(err.to_string(), "GitHub failed with status 502");
    assert_eq!(f.asked().iter().filter(|asked| asked.starts_with("PUT ")).count(), 1);
}

#[test]
fn closing_says_why_and_is_for_those_who_may() {
    let f = fixture();
    f.filed(&f.agent("api"));
    f.agent("other");
    let other = name("other");
    let err = f.forge().close(1, Sender::Agent(&other), None).unwrap_err();
    assert!(matches!(err, ForgeError::NotAbove { .. }), "{err:?}");
    let lead = root();
    let pull = f.forge().close(1, Sender::Agent(&lead), Some("not needed")).unwrap();
    assert_eq!(pull.state, PullRequestState::Closed);
    assert_eq!(f.told("pull.closed"), ["api"]);
    let said = f.github.asked().into_iter().find(|asked| asked.path.ends_with("/issues/1/comments")).unwrap();
    assert!(said.body.contains("Agent `root` closes this."), "{}", said.body);
}
