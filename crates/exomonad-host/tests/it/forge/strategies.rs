//! What each strategy makes of a branch.

use exomonad_host::contract::forge::{MergeStrategy, PullRequestState};
use exomonad_host::forge::{Forge, MergeOrder};
use exomonad_host::store::{Inbox, Sender};

use super::{agent, commit, filed, forge, merged, order, project, root, tip, told};
use crate::support::git;
use crate::workspaces::asked;

fn log(project: &crate::support::TestProject, format: &str) -> String {
    asked(project.root(), &["log", &format!("--format={format}"), "main"])
}

#[test]
fn a_squash_is_one_commit_by_the_first_author_that_names_the_others() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    let by = ["-c", "user.name=Other", "-c", "user.email=other@example.invalid"];
    git(
        &plan.path,
        &[&by[..], &["commit", "-q", "--allow-empty", "-m", "x", "--author=Other <other@example.invalid>"]]
            .concat(),
    );
    filed(&project, &plan);
    let old = tip(&project, "main");
    let result = merged(&project, 1, MergeStrategy::Squash);
    assert_eq!(result.sha.as_deref(), Some(tip(&project, "main").as_str()));
    assert!(result.synced && !result.cleaned && result.conflicts.is_empty(), "{result:?}");
    let message = asked(project.root(), &["log", "-1", "--format=%P %an <%ae>%n%B", "main"]);
    assert_eq!(
        message.trim_end(),
        format!(
            "{old} t <t@example.invalid>\nthe work (#1)\n\nwhy\n\nCo-authored-by: Other <other@example.invalid>"
        )
    );
    assert_eq!(asked(project.root(), &["status", "--porcelain"]), "");
    assert_eq!(std::fs::read_to_string(project.root().join("new")).unwrap(), "1\n");
    let pull = forge(&project).pull_request(1).unwrap();
    assert_eq!((pull.state, pull.merge_sha), (PullRequestState::Merged, result.sha));
}

#[test]
fn a_merge_has_both_sides_for_parents() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    commit(project.root(), "other", "1\n");
    let (base, head) = (tip(&project, "main"), filed(&project, &plan).head_sha);
    merged(&project, 1, MergeStrategy::Merge);
    assert_eq!(asked(project.root(), &["log", "-1", "--format=%P", "main"]), format!("{base} {head}"));
}

#[test]
fn a_rebase_keeps_authors_dates_and_messages_and_leaves_out_what_the_base_has() {
    let project = project();
    let plan = agent(&project, "a");
    let dated = ["-c", "user.name=A", "commit", "-q", "--date=@1700000000 +0530"];
    for (file, message) in [("one", "subject one\n\nbody\n\n# no comment"), ("two", "subject two")] {
        crate::support::put(&plan.path.join(file), b"1\n");
        git(&plan.path, &["add", file]);
        git(&plan.path, &[&dated[..], &["-m", message, "--cleanup=verbatim"]].concat());
    }
    commit(project.root(), "two", "1\n");
    filed(&project, &plan);
    merged(&project, 1, MergeStrategy::Rebase);
    assert_eq!(
        asked(project.root(), &["log", "-1", "--format=%an %ad%n%B", "--date=raw", "main"]).trim_end(),
        "t 1700000000 +0530\nsubject one\n\nbody\n\n# no comment"
    );
    assert_eq!(log(&project, "%s"), "subject one\ntwo says 1\nfile says 1\ninit");
}

#[test]
fn commits_that_are_on_top_of_the_base_already_stay_what_they_are() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "one", "1\n");
    commit(&plan.path, "two", "1\n");
    let head = filed(&project, &plan).head_sha;
    merged(&project, 1, MergeStrategy::Rebase);
    assert_eq!(tip(&project, "main"), head);
}

#[test]
fn who_waits_for_a_base_hears_that_it_moved_and_the_author_that_it_was_merged() {
    let project = project();
    let plan = agent(&project, "a");
    agent(&project, "b");
    commit(&plan.path, "new", "1\n");
    filed(&project, &plan);
    let order = MergeOrder { by: Sender::Agent(&root()), ..order(1, MergeStrategy::Squash) };
    assert!(forge(&project).merge(&order).unwrap().merged);
    assert_eq!(told(&project, "pull.merged"), ["a"]);
    assert_eq!(told(&project, "base.moved"), ["b"]);
    let own = exomonad_host::agent::ProcessIdentity::own().unwrap();
    let inbox = project.store().inbox(&plan.agent, Inbox::All, 10, &own, 1).unwrap();
    let [message] = &inbox[..] else { panic!("{inbox:?}") };
    assert_eq!((message.from.as_str(), message.kind.as_str(), message.human), ("root", "pull.merged", false));
    assert_eq!(message.body, "Your pull request #1 was merged into `main`.");
}

#[test]
fn what_the_base_has_already_is_merged_without_a_commit() {
    for strategy in [MergeStrategy::Squash, MergeStrategy::Merge, MergeStrategy::Rebase] {
        let project = project();
        let plan = agent(&project, "a");
        commit(&plan.path, "new", "1\n");
        filed(&project, &plan);
        if strategy == MergeStrategy::Merge {
            git(project.root(), &["merge", "-q", "--no-edit", "main.a"]);
        } else {
            commit(project.root(), "new", "1\n");
        }
        let before = tip(&project, "main");
        let result = merged(&project, 1, strategy);
        assert_eq!((result.sha.as_deref(), tip(&project, "main")), (Some(before.as_str()), before.clone()));
        assert!(result.message.contains("has everything of pull request #1 already"), "{result:?}");
        assert_eq!(forge(&project).pull_request(1).unwrap().state, PullRequestState::Merged);
        let paths: Vec<_> = forge(&project).diff(1, None, 1000).unwrap().files;
        assert_eq!(paths.len(), 1, "what it was can still be seen");
    }
}
