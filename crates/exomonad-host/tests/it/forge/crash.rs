//! Merges that are killed between any two steps, and merges at the same time.

use std::time::Duration;

use exomonad_host::agent::{ProcessIdentity, repair};
use exomonad_host::contract::forge::{MergeStrategy, PullRequestState};
use exomonad_host::forge::{Ending, Forge, Mended, mend};
use exomonad_host::store::{MergeRow, MergeStep};

use super::{agent, commit, filed, forge, merged, name, order, project, tip, told};
use crate::helper::Helper;
use crate::support::{NOW, TestProject, git, put};
use crate::workspaces::{asked, site};

const FINISHED: &str = "the merge of pull request #1 was cut short: it is finished";
const CLEANED: &str = "the merge of pull request #1 was cut short: it is finished; agent `a` is cleaned up; its branch `main.a` stays";

/// A project with a merge that is begun, as the dead process had it on the disk.
fn begun() -> (TestProject, MergeRow) {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "file", "changed\n");
    commit(&plan.path, "new", "1\n");
    let pull = filed(&project, &plan);
    let old = tip(&project, "main");
    let tree = asked(project.root(), &["rev-parse", "main.a^{tree}"]);
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"];
    let new = asked(
        project.root(),
        &[&identity[..], &["commit-tree", "-p", &old, "-m", "the merge", &tree]].concat(),
    );
    let row = MergeRow {
        pull: pull.number,
        base: "main".to_owned(),
        base_sha: old.clone(),
        old_sha: old,
        new_sha: new,
        head_sha: pull.head_sha,
        merger: None,
        step: MergeStep::Ref,
        by: ProcessIdentity { started: "another".to_owned(), ..ProcessIdentity::own().unwrap() },
        begun_ms: NOW,
    };
    project.store().begin_merge(&row).unwrap();
    (project, row)
}

fn move_base(project: &TestProject, row: &MergeRow) {
    git(project.root(), &["update-ref", "refs/heads/main", &row.new_sha, &row.old_sha]);
}

fn record(project: &TestProject, row: &MergeRow) {
    record_and(project, row, true);
}

fn record_and(project: &TestProject, row: &MergeRow, tells_author: bool) {
    let record = exomonad_host::store::MergeRecord {
        pull: row.pull,
        by: row.sender(),
        head_sha: &row.head_sha,
        base_sha: &row.base_sha,
        merge_sha: &row.new_sha,
        tells_author,
    };
    project.store().record_merge(&record, 1).unwrap();
}

/// All of it is done, once.
#[track_caller]
fn assert_whole(project: &TestProject, row: &MergeRow) {
    let pull = forge(project).pull_request(row.pull).unwrap();
    assert_eq!((pull.state, pull.merge_sha.as_ref()), (PullRequestState::Merged, Some(&row.new_sha)));
    assert_eq!(tip(project, "main"), row.new_sha);
    assert_eq!(project.store().merges().unwrap(), []);
    assert_eq!(asked(project.root(), &["status", "--porcelain"]), "");
    assert_eq!(std::fs::read_to_string(project.root().join("file")).unwrap(), "changed\n");
    assert_eq!(told(project, "pull.merged"), ["a"]);
}

/// How far a merge was when its process died.
type Progress = fn(&TestProject, &MergeRow);

const STEPS: [Progress; 7] = [
    |_, _| {},
    move_base,
    |project, row| {
        move_base(project, row);
        record(project, row);
    },
    |project, row| {
        move_base(project, row);
        follow(project, row);
    },
    |project, row| {
        move_base(project, row);
        record(project, row);
        follow(project, row);
    },
    |project, row| {
        move_base(project, row);
        record_and(project, row, false);
    },
    |project, row| {
        move_base(project, row);
        record_and(project, row, false);
        follow(project, row);
        project.store().leave_to_author(row.pull).unwrap();
    },
];

fn follow(project: &TestProject, row: &MergeRow) {
    git(project.root(), &["read-tree", "-m", "-u", &row.old_sha, &row.new_sha]);
}

#[test]
fn a_merge_that_was_cut_short_at_any_step_is_finished_once() {
    for progress in STEPS {
        let (project, row) = begun();
        progress(&project, &row);
        let done = FINISHED.to_owned();
        assert_eq!(mend(&site(&project), Ending::Forbidden).unwrap(), [Mended { done, left: Vec::new() }]);
        assert_whole(&project, &row);
        assert_eq!(mend(&site(&project), Ending::Forbidden).unwrap(), [], "nothing more to mend");
        assert_whole(&project, &row);
        assert_eq!(project.store().unread(&name("a")).unwrap(), 1, "its author is told once");
    }
}

#[test]
fn a_merge_that_was_cut_short_at_any_step_has_its_author_cleaned_up() {
    for progress in STEPS {
        let (project, row) = begun();
        progress(&project, &row);
        let done = CLEANED.to_owned();
        let mended = [Mended { done, left: Vec::new() }];
        assert_eq!(mend(&site(&project), Ending::Allowed).unwrap(), mended);
        assert_whole(&project, &row);
        assert_eq!(project.store().agent(&name("a")).unwrap(), None);
        assert_eq!(mend(&site(&project), Ending::Allowed).unwrap(), [], "nothing more to mend");
    }
}

#[test]
fn an_author_with_more_work_stays_and_is_told() {
    let (project, row) = begun();
    move_base(&project, &row);
    record_and(&project, &row, false);
    put(&project.root().join(".exomonad/worktrees/a/more"), b"1\n");
    let mended = mend(&site(&project), Ending::Allowed).unwrap();
    let [left] = &mended[0].left[..] else { panic!("{mended:?}") };
    assert!(left.starts_with("agent `a` stays: it has more work: not committed"), "{left}");
    assert_eq!(project.store().unread(&name("a")).unwrap(), 1);
    assert_eq!(project.store().merges().unwrap(), []);
}

#[test]
fn who_came_later_by_the_authors_name_is_left_alone() {
    let (project, row) = begun();
    project.store().end_merge(row.pull).unwrap();
    project.store().begin_merge(&MergeRow { begun_ms: NOW - 1, ..row.clone() }).unwrap();
    assert_eq!(mend(&site(&project), Ending::Allowed).unwrap()[0].done, FINISHED);
    assert!(project.store().agent(&name("a")).unwrap().is_some());
    assert_eq!(project.store().unread(&name("a")).unwrap(), 0);
    assert_whole(&project, &row);
}

#[test]
fn whoever_is_still_seeing_to_the_author_is_left_to_it() {
    let (project, row) = begun();
    project.store().end_merge(row.pull).unwrap();
    let alive = MergeRow { by: ProcessIdentity::own().unwrap(), ..row };
    project.store().begin_merge(&alive).unwrap();
    move_base(&project, &alive);
    record_and(&project, &alive, false);
    project.store().leave_to_author(alive.pull).unwrap();
    assert_eq!(mend(&site(&project), Ending::Allowed).unwrap(), []);
    assert!(project.store().agent(&name("a")).unwrap().is_some());
}

#[test]
fn repair_finishes_it() {
    let (project, row) = begun();
    assert_eq!(repair(&site(&project)).unwrap().done, [CLEANED]);
    assert_whole(&project, &row);
}

#[test]
fn the_next_merge_finishes_it_first() {
    let (project, row) = begun();
    let plan = agent(&project, "b");
    commit(&plan.path, "b", "1\n");
    filed(&project, &plan);
    merged(&project, 2, MergeStrategy::Squash);
    assert_eq!(asked(project.root(), &["log", "-1", "--format=%P", "main"]), row.new_sha);
    assert_eq!(asked(project.root(), &["ls-files"]), "b\nfile\nnew");
    assert_eq!(forge(&project).pull_request(1).unwrap().merge_sha, Some(row.new_sha));
}

#[test]
fn a_base_that_went_elsewhere_drops_it_and_the_request_is_open_again() {
    let (project, _) = begun();
    commit(project.root(), "other", "1\n");
    let before = tip(&project, "main");
    let [mended] = &mend(&site(&project), Ending::Forbidden).unwrap()[..] else { panic!() };
    assert!(mended.done.ends_with("`main` moved meanwhile: it is open again"), "{mended:?}");
    assert_eq!((tip(&project, "main"), project.store().merges().unwrap()), (before, vec![]));
    assert_eq!(forge(&project).pull_request(1).unwrap().state, PullRequestState::Open);
    merged(&project, 1, MergeStrategy::Squash);
}

#[test]
fn a_base_that_went_on_from_the_merge_keeps_it_and_its_checkout_comes_along() {
    let (project, row) = begun();
    let elsewhere = project.root().join("../elsewhere");
    git(project.root(), &["worktree", "add", "-q", "--detach", elsewhere.as_str(), &row.new_sha]);
    commit(&elsewhere, "later", "1\n");
    let later = asked(&elsewhere, &["rev-parse", "HEAD"]);
    git(project.root(), &["update-ref", "refs/heads/main", &later]);
    assert_eq!(mend(&site(&project), Ending::Forbidden).unwrap()[0].left, Vec::<String>::new());
    assert_eq!(asked(project.root(), &["status", "--porcelain"]), "");
    let pull = forge(&project).pull_request(1).unwrap();
    assert_eq!((pull.state, pull.merge_sha), (PullRequestState::Merged, Some(row.new_sha)));
}

#[test]
fn a_checkout_that_was_changed_since_is_left_and_named() {
    let (project, row) = begun();
    move_base(&project, &row);
    put(&project.root().join("file"), b"mine\n");
    let mended = mend(&site(&project), Ending::Forbidden).unwrap();
    let [left] = &mended[0].left[..] else { panic!("{mended:?}") };
    assert!(left.contains("was left as it is; run `git -C '"), "{left}");
    assert_eq!(std::fs::read_to_string(project.root().join("file")).unwrap(), "mine\n");
    assert_eq!(forge(&project).pull_request(1).unwrap().state, PullRequestState::Merged);
}

#[test]
fn while_it_is_cut_short_it_cannot_be_closed() {
    let (project, _) = begun();
    let err = forge(&project).close(1, exomonad_host::store::Sender::Human, None).unwrap_err();
    assert_eq!(err.to_string(), "pull request #1 is being merged");
}

#[test]
fn a_merge_that_is_killed_at_any_moment_is_whole_or_not_there() {
    let project = project();
    let mut merged_ones = 0;
    for round in 0..12_u64 {
        let slug = format!("k{round}");
        let plan = agent(&project, &slug);
        commit(&plan.path, &slug, "1\n");
        let number = filed(&project, &plan).number;
        let helper = Helper::merging(project.root(), number);
        assert_eq!(helper.line(), "merging");
        // From before the first git to after the last.
        drop(helper.kill_after(Duration::from_millis(round * 12)));
        let mended = mend(&site(&project), Ending::Forbidden).unwrap();
        assert!(mended.iter().all(|merge| merge.left.is_empty()), "round {round}: {mended:?}");
        assert_eq!(project.store().merges().unwrap(), []);
        assert_eq!(asked(project.root(), &["status", "--porcelain"]), "", "round {round}");
        let pull = forge(&project).pull_request(number).unwrap();
        let count =
            asked(project.root(), &["log", "--format=%s", "--fixed-strings", &format!("--grep=(#{number})")]);
        let is_merged = pull.state == PullRequestState::Merged;
        assert_eq!(count.lines().count(), usize::from(is_merged), "round {round}: {pull:?}");
        merged_ones += usize::from(is_merged);
    }
    assert_eq!(told(&project, "pull.merged").len(), merged_ones);
}

#[test]
fn merges_at_the_same_time_all_land() {
    let project = project();
    let numbers: Vec<_> = (0..6)
        .map(|round| {
            let slug = format!("t{round}");
            let plan = agent(&project, &slug);
            commit(&plan.path, &slug, "1\n");
            filed(&project, &plan).number
        })
        .collect();
    let helpers: Vec<_> = numbers.iter().map(|number| Helper::merging(project.root(), *number)).collect();
    for helper in &helpers {
        assert_eq!(
            (helper.line(), helper.line()),
            ("merging".to_owned(), "merged true synced true".to_owned())
        );
    }
    assert_eq!(asked(project.root(), &["rev-list", "--count", "main"]), "8");
    assert_eq!(asked(project.root(), &["status", "--porcelain"]), "");
    assert_eq!(asked(project.root(), &["ls-files"]), "file\nt0\nt1\nt2\nt3\nt4\nt5");
    for number in numbers {
        let err = forge(&project).merge(&order(number, MergeStrategy::Squash)).unwrap_err();
        assert_eq!(err.to_string(), format!("pull request #{number} is merged"));
    }
}
