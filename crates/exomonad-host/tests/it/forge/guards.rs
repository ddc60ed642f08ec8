//! Who may merge, and what keeps a pull request from being merged.

use exomonad_host::agent::{AgentName, Site};
use exomonad_host::contract::EffectErrorKind;
use exomonad_host::contract::forge::{CheckState, MergeStrategy, PullRequestState, ReviewState};
use exomonad_host::forge::{Ending, Forge, ForgeError, Local, MergeOrder, ReviewOrder};
use exomonad_host::store::{AgentRow, Sender, VerificationRow};

use super::{agent, asking, commit, filed, forge, order, project, root, tip, told, verifying};
use crate::support::{TestProject, git, put};
use crate::workspaces::{asked, is_there, name, site};

fn waiting() -> TestProject {
    let project = project();
    let plan = agent(&project, "a");
    agent(&project, "b");
    commit(&plan.path, "new", "1\n");
    filed(&project, &plan);
    project
}

fn as_agent(name: &AgentName) -> MergeOrder<'_> {
    MergeOrder { by: Sender::Agent(name), ..order(1, MergeStrategy::Squash) }
}

fn review<'a>(by: Sender<'a>, state: ReviewState, body: &'a str) -> ReviewOrder<'a> {
    ReviewOrder { by, number: 1, state, body, remarks: &[] }
}

#[track_caller]
fn refused(local: &Local, order: &MergeOrder<'_>, kind: EffectErrorKind, says: &str) {
    let err = local.merge(order).unwrap_err();
    assert_eq!(err.kind(), kind, "{err:?}");
    assert!(err.to_string().contains(says) && err.hint().is_some(), "{err}");
}

#[test]
fn nobody_merges_their_own_or_that_of_one_who_is_not_below() {
    let project = waiting();
    let (local, denied) = (forge(&project), EffectErrorKind::PermissionDenied);
    refused(&local, &as_agent(&name("a")), denied, "#1 is your own, and not yours to merge");
    refused(&local, &as_agent(&name("b")), denied, "agent `a`, whose pull request #1 is, is not below you");
    refused(&local, &MergeOrder { force: true, ..as_agent(&name("b")) }, denied, "not below you");
    assert!(local.merge(&as_agent(&root())).unwrap().merged);
    let err = local.merge(&as_agent(&root())).unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string().as_str()),
        (EffectErrorKind::Conflict, "pull request #1 is merged")
    );
    let missing = order(7, MergeStrategy::Squash);
    refused(&local, &missing, EffectErrorKind::NotFound, "there is no pull request #7");
}

#[test]
fn only_the_lead_and_people_merge_into_a_protected_branch() {
    let project = waiting();
    let site = site(&project);
    let lead = name("sub");
    let row = site.store.agent(&name("a")).unwrap().unwrap();
    site.store.add_agent(&AgentRow { name: lead.clone(), ..row.clone() }).unwrap();
    let below = name("sub.x");
    site.store.add_agent(&AgentRow { name: below.clone(), parent: Some(lead.clone()), ..row }).unwrap();
    let connection = rusqlite::Connection::open(project.database()).unwrap();
    connection.execute("UPDATE pulls SET author = 'sub.x'", []).unwrap();
    let denied = EffectErrorKind::PermissionDenied;
    refused(&forge(&project), &as_agent(&lead), denied, "branch `main` is protected");
    assert!(forge(&project).merge(&as_agent(&root())).unwrap().merged);
}

#[test]
fn requested_changes_hold_until_they_are_made_or_somebody_forces() {
    let project = waiting();
    let local = forge(&project);
    let (b, conflict) = (name("b"), EffectErrorKind::Conflict);
    local.submit_review(&review(Sender::Agent(&b), ReviewState::ChangesRequested, "no")).unwrap();
    refused(&local, &as_agent(&root()), conflict, "changes are requested in pull request #1 by `b`");
    local.submit_review(&review(Sender::Agent(&b), ReviewState::Approved, "")).unwrap();
    local.submit_review(&review(Sender::Human, ReviewState::ChangesRequested, "no")).unwrap();
    refused(&local, &MergeOrder { force: true, ..as_agent(&root()) }, conflict, "by `human`");
    let forced = MergeOrder { force: true, ..order(1, MergeStrategy::Squash) };
    refused(&local, &MergeOrder { force: false, ..forced }, conflict, "by `human`");
    assert!(local.merge(&forced).unwrap().merged, "a person overrides a person");

    let project = waiting();
    let local = forge(&project);
    local.submit_review(&review(Sender::Human, ReviewState::ChangesRequested, "no")).unwrap();
    commit(&project.root().join(".exomonad/worktrees/a"), "new", "better\n");
    assert!(local.merge(&as_agent(&root())).unwrap().merged, "a newer commit answers it");
}

#[test]
fn a_command_that_did_not_pass_on_exactly_these_files_holds() {
    let project = waiting();
    let local = asking(&project, &["make test", "make lint"]);
    let states = || -> Vec<_> { local.checks(1).unwrap().iter().map(|check| check.state).collect() };
    let tree = |revision: &str| asked(project.root(), &["rev-parse", &format!("{revision}^{{tree}}")]);
    let ran = |command: &str, failed, tree: &str| {
        let row = VerificationRow { command: command.to_owned(), failed, tree: tree.to_owned(), time_ms: 1 };
        project.store().set_verification(&name("a"), &row).unwrap();
    };
    assert_eq!(states(), [CheckState::Queued, CheckState::Queued]);
    ran("make test", false, &tree("main.a"));
    ran("make lint", false, &tree("main"));
    assert_eq!(states(), [CheckState::Passed, CheckState::Queued]);
    let conflict = EffectErrorKind::Conflict;
    refused(&local, &as_agent(&root()), conflict, "newest commit: `make lint` has not passed");
    ran("make lint", true, &tree("main.a"));
    assert_eq!(states(), [CheckState::Passed, CheckState::Failed]);
    refused(&local, &as_agent(&root()), conflict, "newest commit: `make lint` failed");
    let forced = local.merge(&MergeOrder { force: true, ..as_agent(&root()) }).unwrap();
    assert!(forced.merged, "{forced:?}");
}

#[test]
fn closing_is_for_the_author_those_above_and_people() {
    let project = waiting();
    let local = forge(&project);
    let (a, b) = (name("a"), name("b"));
    let err = local.close(1, Sender::Agent(&b), None).unwrap_err();
    assert!(matches!(err, ForgeError::NotAbove { .. }), "{err:?}");
    let pull = local.close(1, Sender::Agent(&a), Some("a mistake")).unwrap();
    assert_eq!((pull.state, pull.head_sha), (PullRequestState::Closed, tip(&project, "main.a")));
    assert_eq!(told(&project, "pull.closed"), ["a"]);
    assert_eq!(project.store().unread(&a).unwrap(), 0, "it knows");
    let err = local.close(1, Sender::Human, None).unwrap_err();
    assert_eq!(err.to_string(), "pull request #1 is closed");
    let err = local.merge(&order(1, MergeStrategy::Squash)).unwrap_err();
    assert_eq!(err.to_string(), "pull request #1 is closed");
}

#[test]
fn a_pull_request_whose_branch_is_gone_is_shown_and_can_only_be_closed() {
    let project = waiting();
    let was = forge(&project).pull_request(1).unwrap();
    git(project.root(), &["update-ref", "-d", "refs/heads/main.a"]);
    assert_eq!(forge(&project).pull_request(1).unwrap(), was);
    assert_eq!(forge(&project).diff(1, None, 1000).unwrap().files.len(), 1);
    let err = forge(&project).merge(&order(1, MergeStrategy::Squash)).unwrap_err();
    assert_eq!(err.hint().as_deref(), Some("close it: `exomonad pr close 1`"));
    forge(&project).close(1, Sender::Human, None).unwrap();
}

#[test]
fn an_author_whose_work_is_merged_is_cleaned_up_and_one_with_more_work_stays() {
    let allowed = |project: &TestProject| Local::new(site(project), Ending::Allowed);
    let project = waiting();
    let path = project.root().join(".exomonad/worktrees/a");
    let result = allowed(&project).merge(&as_agent(&root())).unwrap();
    assert!(result.merged && result.synced && result.cleaned, "{result:?}");
    assert!(result.message.ends_with("agent `a` is cleaned up; its branch `main.a` stays"), "{result:?}");
    assert!(!is_there(&path) && project.store().agent(&name("a")).unwrap().is_none());
    assert_eq!(forge(&project).pull_request(1).unwrap().author, "a");
    assert_eq!(told(&project, "message.queued"), Vec::<String>::new(), "nobody wakes one that goes");

    let project = waiting();
    put(&project.root().join(".exomonad/worktrees/a/more"), b"1\n");
    let result = allowed(&project).merge(&as_agent(&root())).unwrap();
    assert!(result.merged && !result.cleaned, "{result:?}");
    assert!(result.message.contains("agent `a` stays: it has more work: not committed: not tracked: `more`"));
    assert_eq!(project.store().unread(&name("a")).unwrap(), 1, "it is told, since it stays");
    assert!(project.store().agent(&name("a")).unwrap().is_some());

    let project = waiting();
    let mut config = (*verifying(&[])).clone();
    config.work.clean_up_merged = false;
    let local = Local::new(Site { config: config.into(), ..site(&project) }, Ending::Allowed);
    assert!(!local.merge(&as_agent(&root())).unwrap().cleaned);
}

#[test]
fn a_parent_stays_as_long_as_it_has_children() {
    let project = waiting();
    let row = project.store().agent(&name("a")).unwrap().unwrap();
    project.store().add_agent(&AgentRow { name: name("a.x"), parent: Some(name("a")), ..row }).unwrap();
    let result = Local::new(site(&project), Ending::Allowed).merge(&as_agent(&root())).unwrap();
    assert!(result.merged && !result.cleaned, "{result:?}");
    assert!(result.message.contains("agent `a` stays: agent `a` has children: `a.x`"), "{result:?}");
}

#[test]
fn one_whose_author_is_gone_is_merged_by_the_lead_and_by_people() {
    let project = waiting();
    git(project.root(), &["worktree", "remove", "-f", "-f", ".exomonad/worktrees/a"]);
    project.store().remove_agent(&name("a")).unwrap();
    let denied = EffectErrorKind::PermissionDenied;
    refused(&forge(&project), &as_agent(&name("b")), denied, "is not below you");
    assert!(forge(&project).merge(&as_agent(&root())).unwrap().merged);
}
