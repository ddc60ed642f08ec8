//! Agents in repositories of their own, whose history the project does not have.

use exomonad_host::contract::WorkspaceKind;
use exomonad_host::contract::forge::{MergeStrategy, ReviewState};
use exomonad_host::forge::{Ending, Forge, ForgeError, Local, ReviewOrder};
use exomonad_host::store::Sender;

use super::{agent_of, commit, file, filed, forge, merged, order, project, tip};
use crate::support::git;
use crate::workspaces::{asked, is_there, site};

#[test]
fn its_commits_come_to_the_project_one_by_one_on_top_of_where_it_began() {
    for strategy in [MergeStrategy::Squash, MergeStrategy::Merge, MergeStrategy::Rebase] {
        let project = project();
        let base = tip(&project, "main");
        let plan = agent_of(&project, "s", WorkspaceKind::Standalone);
        assert!(matches!(file(&project, &plan, "t"), Err(ForgeError::NothingNew { .. })));
        commit(&plan.path, "new", "1\n");
        commit(&plan.path, "new", "2\n");
        let first = filed(&project, &plan);
        let history = asked(project.root(), &["log", "--format=%s %H", &first.head_sha]);
        assert!(history.starts_with("new says 2 ") && history.contains(&format!("file says 1 {base}")));
        assert_eq!(filed(&project, &plan), first, "the same commits are the same ones");
        commit(&plan.path, "more", "1\n");
        let second = filed(&project, &plan);
        let parent = asked(project.root(), &["rev-parse", &format!("{}^", second.head_sha)]);
        assert_eq!((second.number, parent), (1, first.head_sha));
        commit(project.root(), "other", "1\n");
        let result = Local::new(site(&project), Ending::Allowed).merge(&order(1, strategy)).unwrap();
        assert!(result.merged && result.synced && result.cleaned, "{result:?}");
        assert!(!is_there(&plan.path));
        assert_eq!(asked(project.root(), &["ls-files"]), "file\nmore\nnew\nother");
        assert_eq!(asked(project.root(), &["fsck", "--no-dangling"]), "");
    }
}

#[test]
fn its_own_commit_is_known_as_filed_and_reviewed_until_there_is_another() {
    let project = project();
    let plan = agent_of(&project, "s", WorkspaceKind::Standalone);
    commit(&plan.path, "new", "1\n");
    let pull = filed(&project, &plan);
    let by = Sender::Human;
    let review = ReviewOrder { by, number: 1, state: ReviewState::Approved, body: "", remarks: &[] };
    forge(&project).submit_review(&review).unwrap();
    let own = asked(&plan.path, &["rev-parse", "HEAD"]);
    let known = || project.store().filed("main.s").unwrap().unwrap();
    assert_ne!(own, pull.head_sha);
    assert_eq!((known().head_sha, known().verdicts[0].commit.clone()), (own.clone(), own));
    commit(&plan.path, "new", "2\n");
    filed(&project, &plan);
    assert_eq!(known().head_sha, asked(&plan.path, &["rev-parse", "HEAD"]));
    assert_eq!(known().verdicts[0].commit, pull.head_sha, "that was the earlier one");
}

#[test]
fn what_it_rewrote_replaces_what_it_filed_and_a_branch_of_somebody_else_stays() {
    let project = project();
    let plan = agent_of(&project, "s", WorkspaceKind::Standalone);
    commit(&plan.path, "new", "1\n");
    filed(&project, &plan);
    git(&plan.path, &["commit", "-q", "--amend", "-m", "better"]);
    let again = filed(&project, &plan);
    assert_eq!(asked(project.root(), &["log", "-1", "--format=%s", "main.s"]), "better");
    assert_eq!(tip(&project, "main.s"), again.head_sha);
    git(project.root(), &["branch", "-q", "-f", "main.s", "main"]);
    let err = file(&project, &plan, "t").unwrap_err();
    assert!(matches!(err, ForgeError::BranchTaken { .. }), "{err:?}");
    assert_eq!(tip(&project, "main.s"), tip(&project, "main"));
    git(project.root(), &["branch", "-q", "-f", "main.s", &again.head_sha]);
    merged(&project, 1, MergeStrategy::Squash);
    assert_eq!(forge(&project).pull_request(1).unwrap().head_sha, again.head_sha);
}
