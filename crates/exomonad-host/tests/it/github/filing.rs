//! What is filed, and that nothing of what people wrote is lost.

use exomonad_host::contract::WorkspaceKind;
use exomonad_host::contract::forge::PullRequestState;
use exomonad_host::forge::{FileOrder, ForgeError};
use exomonad_testkit::github::Fault;
use serde_json::json;

use super::{commit, fixture};

#[test]
fn a_branch_is_pushed_and_filed_and_known_to_the_gate() {
    let f = fixture();
    let plan = f.agent("api");
    let pull = f.filed(&plan);
    assert_eq!((pull.number, pull.author.as_str(), pull.base.as_str()), (1, "api", "main"));
    assert_eq!((pull.body.as_str(), pull.receipt.as_deref()), ("why", Some("everything is committed")));
    assert_eq!(pull.head_sha, f.there(&pull.head));
    assert!(pull.url.starts_with("http"), "{}", pull.url);
    let filed = f.project.store().filed(&pull.head).unwrap().unwrap();
    assert_eq!((filed.number, filed.local, filed.state.as_str()), (1, false, "open"));
    assert_eq!(filed.head_sha, pull.head_sha);
    assert_eq!(f.told("pull.filed"), ["api"]);
}

#[test]
fn filing_again_changes_only_what_is_new() {
    let f = fixture();
    let plan = f.agent("api");
    let first = f.filed(&plan);
    f.asked();
    assert_eq!(f.filed(&plan), first);
    assert!(f.asked().iter().all(|asked| asked.starts_with("GET ")), "nothing is to be changed");

    commit(&plan.path, "more", "made\n");
    let second = f.file(&plan, "better work", "because").unwrap();
    assert_eq!((second.number, second.title.as_str(), second.body.as_str()), (1, "better work", "because"));
    assert_ne!(second.head_sha, first.head_sha);
    assert_eq!(second.head_sha, f.there(&second.head));
    let untold = f.file(&plan, "", "").unwrap();
    assert_eq!((untold.title, untold.body), (second.title, second.body));
}

#[test]
fn what_a_person_wrote_stays() {
    let f = fixture();
    let plan = f.agent("api");
    let pull = f.filed(&plan);
    let body = f.github_body(pull.number);
    let person = f.github.person("ada");
    person.edit(1, &json!({ "title": "Ada's title", "body": format!("{body}\n\nCloses #9") }));
    let again = f.file(&plan, "the agent's title", "the agent's words").unwrap();
    assert_eq!(again.title, "Ada's title");
    assert_eq!(again.body, "the agent's words\n\nCloses #9");

    person.edit(1, &json!({ "body": "Ada's words." }));
    let again = f.file(&plan, "t", "the agent's words").unwrap();
    assert_eq!((again.body.as_str(), again.receipt), ("Ada's words.", None));
}

#[test]
fn a_pull_request_that_is_there_already_is_taken() {
    let f = fixture();
    let plan = f.agent("api");
    crate::support::git(&plan.path, &["push", "-q", "origin", "HEAD"]);
    let head = plan.branch.clone().unwrap();
    let number = f.github.person("ada").open(&head, "main", "Ada's");
    let pull = f.filed(&plan);
    assert_eq!((pull.number, pull.title.as_str()), (number, "Ada's"));
    assert_eq!(pull.author, "api");
}

#[test]
fn an_answer_that_was_lost_is_looked_for() {
    let f = fixture();
    let plan = f.agent("api");
    f.github.fail([Fault::cut_after().of("POST", "/pulls")]);
    let pull = f.filed(&plan);
    assert_eq!(pull.number, 1);
    let posts = f.asked().into_iter().filter(|asked| asked.starts_with("POST ")).count();
    assert_eq!(posts, 1, "what changes something is asked once");
    assert_eq!(f.told("pull.filed"), ["api"]);
}

#[test]
fn the_parents_branch_goes_to_github_with_its_childs() {
    let f = fixture();
    let plan = f.agent("lead");
    let lead = plan.branch.clone().unwrap();
    let order = FileOrder { by: &plan.agent, title: "t", body: "", base: None, receipt: None };
    // A branch of the project that GitHub has not seen is the base.
    crate::support::git(f.project.root(), &["branch", "trunk", "main"]);
    let order = FileOrder { base: Some("trunk"), ..order };
    let pull = f.forge_in(&plan.path).create_or_update(&order).unwrap();
    assert_eq!((pull.head, pull.base.as_str()), (lead, "trunk"));
    assert_eq!(f.there("trunk"), f.here("trunk"));
}

#[test]
fn the_commits_of_a_standalone_repository_are_filed() {
    let f = fixture();
    let plan = f.agent_of("apart", WorkspaceKind::Standalone);
    let pull = f.filed(&plan);
    assert_eq!(pull.head_sha, f.there(&pull.head));
    assert_eq!(pull.author, "apart");
    commit(&plan.path, "more", "made\n");
    let again = f.filed(&plan);
    assert_eq!((again.number, again.head_sha), (pull.number, f.there(&pull.head)));
}

#[test]
fn what_the_remote_does_not_take_is_not_filed() {
    let f = fixture();
    let plan = f.agent("api");
    crate::support::put(&f.github.bare().join("hooks/pre-receive"), b"#!/bin/sh\nexit 1\n");
    let hook = f.github.bare().join("hooks/pre-receive");
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let err = f.file(&plan, "t", "").unwrap_err();
    assert!(matches!(err, ForgeError::Push { .. }), "{err:?}");
    assert_eq!(f.forge().pull_requests(Some(PullRequestState::Open)).unwrap(), []);
}

impl super::Fixture {
    /// The description of a pull request, as GitHub has it.
    fn github_body(&self, number: u64) -> String {
        let asked = self.github.asked();
        let post = asked.iter().rev().find(|asked| asked.method == "POST" && asked.path.ends_with("/pulls"));
        assert_eq!(number, 1, "there is one");
        let sent: serde_json::Value = serde_json::from_str(&post.unwrap().body).unwrap();
        sent["body"].as_str().unwrap().to_owned()
    }
}
