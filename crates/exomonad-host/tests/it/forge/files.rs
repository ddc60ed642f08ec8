//! What is filed.

use exomonad_host::agent::AgentName;
use exomonad_host::contract::forge::PullRequestState;
use exomonad_host::contract::{EffectErrorKind, WorkspaceKind};
use exomonad_host::forge::{FileOrder, Forge, ForgeError};
use exomonad_host::store::AgentRow;

use super::{agent, commit, file, filed, forge, forge_in, merged, project, tip, told};
use crate::support::git;
use crate::workspaces::{asked, site};

#[test]
fn a_branch_has_one_open_pull_request_and_only_what_is_given_anew_changes() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    let first = filed(&project, &plan);
    assert_eq!((first.number, first.head.as_str(), first.base.as_str()), (1, "main.a", "main"));
    assert_eq!((first.author.as_str(), first.title.as_str()), ("a", "the work"));
    assert_eq!(first.head_sha, tip(&project, "main.a"));
    assert_eq!(filed(&project, &plan), first, "again, without a change");
    assert_eq!(told(&project, "pull.filed"), ["a"]);
    assert_eq!(told(&project, "pull.updated"), Vec::<String>::new());

    let local = forge_in(&project, &plan.path);
    let order = FileOrder { by: &plan.agent, title: "", body: "", base: None, receipt: Some("clean") };
    commit(&plan.path, "new", "2\n");
    let second = local.create_or_update(&order).unwrap();
    assert_eq!((second.number, second.title.as_str(), second.body.as_str()), (1, "the work", "why"));
    assert_eq!(second.head_sha, tip(&project, "main.a"));
    assert_eq!(second.receipt.as_deref(), Some("clean"));
    assert_eq!(told(&project, "pull.updated"), ["a"]);
}

#[test]
fn a_commit_that_was_not_filed_again_is_seen_all_the_same() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    filed(&project, &plan);
    commit(&plan.path, "new", "2\n");
    assert_eq!(forge(&project).pull_request(1).unwrap().head_sha, tip(&project, "main.a"));
    assert_eq!(forge(&project).find("main.a").unwrap().unwrap().number, 1);
    assert_eq!(forge(&project).find("main.b").unwrap(), None);
}

#[test]
fn a_merged_branch_with_more_commits_gets_another_pull_request() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    filed(&project, &plan);
    merged(&project, 1, exomonad_host::contract::forge::MergeStrategy::Merge);
    assert!(matches!(file(&project, &plan, "more"), Err(ForgeError::NothingNew { .. })));
    commit(&plan.path, "new", "2\n");
    assert_eq!(file(&project, &plan, "more").unwrap().number, 2);
    let states: Vec<_> = forge(&project).pull_requests(None).unwrap().iter().map(|pull| pull.state).collect();
    assert_eq!(states, [PullRequestState::Open, PullRequestState::Merged]);
}

#[test]
fn what_is_no_branch_with_commits_of_its_own_is_refused_by_name() {
    let project = project();
    let plan = agent(&project, "a");
    let refused = |expect: &str| {
        let err = file(&project, &plan, "t").unwrap_err();
        assert_eq!(err.kind(), EffectErrorKind::InvalidInput, "{err:?}");
        assert!(err.to_string().contains(expect) && err.hint().is_some(), "{err}");
    };
    refused("branch `main.a` has no commit that `main` has not");
    git(&plan.path, &["switch", "-q", "--detach"]);
    refused("is on no branch");
    git(&plan.path, &["switch", "-q", "--orphan", "lonely"]);
    git(&plan.path, &["commit", "-q", "--allow-empty", "-m", "alone"]);
    refused("have no commit in common");
    git(&plan.path, &["switch", "-q", "-c", "master", "main"]);
    refused("protected");
    git(&plan.path, &["switch", "-q", "main.a"]);
    commit(&plan.path, "new", "1\n");
    let err = file(&project, &plan, "two\nlines").unwrap_err();
    assert_eq!(err.to_string(), "a title is one line of at most 256 bytes");
    assert_eq!(file(&project, &plan, " ").unwrap_err().to_string(), "a new pull request needs a title");
    let order = FileOrder { by: &plan.agent, title: "t", body: "", base: Some("gone"), receipt: None };
    let err = forge_in(&project, &plan.path).create_or_update(&order).unwrap_err();
    assert_eq!(err.kind(), EffectErrorKind::NotFound);
    assert_eq!(told(&project, "pull.filed"), Vec::<String>::new());
}

#[test]
fn a_worker_has_no_branch_and_the_lead_names_its_base() {
    let project = project();
    let site = site(&project);
    let worker = AgentName::parse("w").unwrap();
    let row = AgentRow {
        name: worker.clone(),
        workspace_kind: WorkspaceKind::Shared,
        parent: Some(AgentName::root()),
        ..site.store.agent(&AgentName::root()).unwrap().unwrap()
    };
    site.store.add_agent(&row).unwrap();
    let order = |by, base| FileOrder { by, title: "t", body: "", base, receipt: None };
    let err = forge(&project).create_or_update(&order(&worker, None)).unwrap_err();
    assert!(matches!(err, ForgeError::NoBranch { .. }), "{err:?}");
    git(project.root(), &["switch", "-q", "-c", "topic/one"]);
    commit(project.root(), "new", "1\n");
    let root = AgentName::root();
    let err = forge(&project).create_or_update(&order(&root, None)).unwrap_err();
    assert!(matches!(err, ForgeError::NoBase { .. }), "{err:?}");
    let pull = forge(&project).create_or_update(&order(&root, Some("main"))).unwrap();
    assert_eq!((pull.head.as_str(), pull.base.as_str()), ("topic/one", "main"));
}

#[test]
fn a_branch_is_pushed_before_it_is_filed_and_not_filed_when_it_cannot_be() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    let remote = project.root().join("../bare.git");
    git(project.root(), &["remote", "add", "origin", remote.as_str()]);
    let err = file(&project, &plan, "t").unwrap_err();
    assert!(
        err.to_string().starts_with("failed to push `main.a` to `origin`, so nothing was filed"),
        "{err}"
    );
    assert_eq!(forge(&project).pull_requests(None).unwrap(), []);
    git(project.root(), &["init", "-q", "--bare", remote.as_str()]);
    filed(&project, &plan);
    assert_eq!(asked(&remote, &["rev-parse", "refs/heads/main.a"]), tip(&project, "main.a"));
    let upstream = asked(&plan.path, &["rev-parse", "--abbrev-ref", "@{upstream}"]);
    assert_eq!(upstream, "origin/main.a");
}

#[test]
fn a_diff_is_that_of_the_branch_alone_and_is_cut_at_a_line() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    commit(&plan.path, "dir/[x]", "bracket\n");
    commit(project.root(), "other", "of the base\n");
    filed(&project, &plan);
    let local = forge(&project);
    let all = local.diff(1, None, 1 << 20).unwrap();
    let paths: Vec<_> = all.files.iter().map(|file| (file.path.as_str(), file.added)).collect();
    assert_eq!((paths, all.truncated), (vec![("dir/[x]", 1), ("new", 1)], false));
    assert!(all.text.contains("+++ b/new\n@@ -0,0 +1 @@\n+1\n"), "{}", all.text);
    let one = local.diff(1, Some("dir/[x]"), 1 << 20).unwrap();
    assert!(one.files.len() == 1 && !one.text.contains("b/new"), "{}", one.text);
    let cut = local.diff(1, None, 100).unwrap();
    assert!(cut.truncated && cut.text.len() <= 100 && cut.text.ends_with('\n'), "{}", cut.text);
    assert!(all.text.starts_with(&cut.text));
    merged(&project, 1, exomonad_host::contract::forge::MergeStrategy::Rebase);
    commit(project.root(), "later", "x\n");
    assert_eq!(local.diff(1, None, 1 << 20).unwrap(), all, "what it was stays");
}

#[test]
fn there_are_no_issues_here() {
    let project = project();
    for err in [forge(&project).issues(None).unwrap_err(), forge(&project).issue(1).unwrap_err()] {
        assert_eq!(err.kind(), EffectErrorKind::Unavailable);
        assert!(err.hint().is_some());
    }
}
