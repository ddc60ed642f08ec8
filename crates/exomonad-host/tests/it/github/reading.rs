//! What is read: lists of many pages, changes, and issues.

use exomonad_host::contract::EffectErrorKind;
use exomonad_host::contract::forge::{CheckState, IssueState, PullRequestState};
use exomonad_testkit::github::Conclusion;

use super::{commit, fixture};
use crate::support::git;

#[test]
fn three_hundred_pull_requests_are_read_page_by_page() {
    let f = fixture();
    let root = f.project.root();
    git(root, &["switch", "-qc", "one"]);
    commit(root, "one", "1\n");
    git(root, &["switch", "-q", "main"]);
    let names: Vec<String> = (1..=300).map(|number| format!("b{number}")).collect();
    let refs: Vec<String> = names.iter().map(|name| format!("one:refs/heads/{name}")).collect();
    let push: Vec<&str> =
        ["push", "-q", "origin"].into_iter().chain(refs.iter().map(String::as_str)).collect();
    git(root, &push);
    let person = f.github.person("ada");
    for name in &names {
        person.open(name, "main", name);
    }
    person.close(7);
    f.asked();
    let open = f.forge().pull_requests(Some(PullRequestState::Open)).unwrap();
    assert_eq!(open.len(), 299);
    assert_eq!(open.first().map(|pull| pull.number), Some(300), "newest first");
    assert_eq!(f.asked().len(), 3);
    let all = f.forge().pull_requests(None).unwrap();
    assert_eq!(all.len(), 300);
    let closed = f.forge().pull_requests(Some(PullRequestState::Closed)).unwrap();
    assert_eq!(closed.iter().map(|pull| pull.number).collect::<Vec<_>>(), [7]);
    assert_eq!(closed[0].author, "ada");
}

#[test]
fn the_changes_are_told_by_git_and_where_it_lacks_the_commits_by_github() {
    let f = fixture();
    f.filed(&f.agent("api"));
    f.asked();
    let here = f.forge().diff(1, None, 1 << 20).unwrap();
    assert_eq!(here.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["api"]);
    assert!(here.text.contains("+made"), "{}", here.text);
    assert_eq!(f.asked().len(), 1, "git knew the rest");

    // Somebody else's branch, of which nothing is here.
    let clone = f.project.root().join("../clone");
    git(f.project.root(), &["clone", "-q", f.github.bare().as_str(), clone.as_str()]);
    git(&clone, &["config", "user.name", "Ada"]);
    git(&clone, &["config", "user.email", "ada@localhost"]);
    git(&clone, &["switch", "-qc", "hers"]);
    commit(&clone, "one", "1\n");
    commit(&clone, "two", "2\n");
    git(&clone, &["push", "-q", "origin", "hers"]);
    let number = f.github.person("ada").open("hers", "main", "Hers");
    let there = f.forge().diff(number, None, 1 << 20).unwrap();
    assert_eq!(there.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert!(there.text.contains("+1") && there.text.contains("+2"), "{}", there.text);
    let one = f.forge().diff(number, Some("two"), 1 << 20).unwrap();
    assert_eq!(one.files.len(), 1);
    assert!(one.text.contains("+2") && !one.text.contains("+1\n"), "{}", one.text);
    assert!(f.forge().diff(number, None, 40).unwrap().truncated);
}

#[test]
fn the_pull_request_of_a_branch_is_the_open_one_else_the_latest() {
    let f = fixture();
    let plan = f.agent("api");
    let head = plan.branch.clone().unwrap();
    assert_eq!(f.forge().find(&head).unwrap(), None);
    f.filed(&plan);
    f.github.person("ada").close(1);
    assert_eq!(
        f.forge().find(&head).unwrap().map(|pull| (pull.number, pull.state)),
        Some((1, PullRequestState::Closed))
    );
    commit(&plan.path, "more", "1\n");
    assert_eq!(f.filed(&plan).number, 2);
    f.github.person("ada").comment(1, "Why?");
    assert_eq!(f.forge().find(&head).unwrap().map(|pull| pull.number), Some(2));
    let err = f.forge().pull_request(77).unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string().as_str()),
        (EffectErrorKind::NotFound, "there is no pull request #77")
    );
}

#[test]
fn checks_are_runs_and_statuses_together() {
    let f = fixture();
    let pull = f.filed(&f.agent("api"));
    f.github.check(&pull.head_sha, "build", Conclusion::Running, None);
    f.github.status(&pull.head_sha, "old-ci", "success");
    let checks: Vec<_> =
        f.forge().checks(1).unwrap().into_iter().map(|check| (check.name, check.state)).collect();
    assert_eq!(
        checks,
        [("build".to_owned(), CheckState::Running), ("old-ci".to_owned(), CheckState::Passed)]
    );
}

#[test]
fn issues_are_no_pull_requests() {
    let f = fixture();
    f.filed(&f.agent("api"));
    let ada = f.github.person("ada");
    let number = ada.issue("It breaks", "Here.", &["bug", "now"]);
    let issues = f.forge().issues(Some(IssueState::Open)).unwrap();
    assert_eq!(issues.len(), 1);
    let issue = f.forge().issue(number).unwrap();
    assert_eq!(issues[0], issue);
    assert_eq!((issue.title.as_str(), issue.author.as_str(), issue.labels.len()), ("It breaks", "ada", 2));
    assert_eq!(f.forge().issue(1).unwrap_err().kind(), EffectErrorKind::NotFound, "that is a pull request");
    assert_eq!(f.forge().issue(99).unwrap_err().kind(), EffectErrorKind::NotFound);
}
