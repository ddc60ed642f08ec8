//! The stand-in refuses what GitHub refuses, and what it tells of pull requests is what git says.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Conclusion, Fault, GitHub};
use crate::project::Project;

struct Answered {
    status: u16,
    head: String,
    body: Value,
}

/// Asks as a client with the agents' token does.
fn ask(github: &GitHub, method: &str, path: &str, body: &Value) -> Answered {
    ask_with(github, method, path, body, &format!("authorization: Bearer {}\r\n", github.token()))
}

fn ask_with(github: &GitHub, method: &str, path: &str, body: &Value, headers: &str) -> Answered {
    let host = github.url().replace("http://", "");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect(&host).expect("connect");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("ask");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("read the answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    let body = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    Answered { status, head: head.to_owned(), body }
}

fn get(github: &GitHub, path: &str) -> Answered {
    ask(github, "GET", &format!("/repos/acme/api{path}"), &Value::Null)
}

/// A project with a pushed branch that changes one line of `README.md`.
fn with_branch(branch: &str) -> (Project, GitHub) {
    let project = Project::new();
    let github = GitHub::start(&project);
    push(&project, branch, "README.md", &format!("A project.\nBy {branch}.\n"));
    (project, github)
}

fn push(project: &Project, branch: &str, path: &str, text: &str) {
    project.git(["switch", "--quiet", "-C", branch, "main"]);
    project.write(path, text);
    project.git(["add", path]);
    project.git(["commit", "--quiet", "-m", branch]);
    project.git(["push", "--quiet", "--force", "origin", branch]);
}

fn open(github: &GitHub, head: &str) -> u64 {
    let order = json!({"title": "It", "head": head, "base": "main", "body": "Says it."});
    let made = ask(github, "POST", "/repos/acme/api/pulls", &order);
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["number"].as_u64().expect("a number")
}

#[test]
fn the_remote_has_githubs_url_and_pushes_reach_the_bare_repository() {
    let (project, github) = with_branch("main.a");
    assert_eq!(project.git(["config", "remote.origin.url"]), "https://github.com/acme/api.git\n");
    let pushed = project.git(["--git-dir", github.bare().as_str(), "rev-parse", "main.a"]);
    assert_eq!(pushed, project.git(["rev-parse", "main.a"]));
}

#[test]
fn a_pull_request_is_made_once_and_follows_pushes() {
    let (project, github) = with_branch("main.a");
    let number = open(&github, "main.a");
    let again = json!({"title": "It", "head": "acme:main.a", "base": "main"});
    let again = ask(&github, "POST", "/repos/acme/api/pulls", &again);
    assert_eq!(
        (again.status, &again.body["errors"][0]["message"]),
        (422, &json!("A pull request already exists for acme:main.a."))
    );
    push(&project, "main.a", "b.txt", "b\n");
    let found = get(&github, "/pulls?head=acme%3Amain.a");
    assert_eq!(found.body[0]["number"], number);
    assert_eq!(found.body[0]["head"]["sha"], project.git(["rev-parse", "main.a"]).trim());
    assert_eq!(get(&github, "/pulls?head=acme:main.b").body, json!([]));
}

#[test]
fn a_pull_request_needs_branches_and_a_difference() {
    let (_project, github) = with_branch("main.a");
    let check = |head: &str, base: &str, error: &Value| {
        let made = ask(
            &github,
            "POST",
            "/repos/acme/api/pulls",
            &json!({"title": "It", "head": head, "base": base}),
        );
        assert_eq!(made.status, 422);
        assert_eq!(&made.body["errors"][0], error);
    };
    check("nobody", "main", &json!({"resource": "PullRequest", "field": "head", "code": "invalid"}));
    check("main.a", "nothing", &json!({"resource": "PullRequest", "field": "base", "code": "invalid"}));
    let same =
        json!({"resource": "PullRequest", "code": "custom", "message": "No commits between main and main"});
    check("main", "main", &same);
}

#[test]
fn each_way_of_merging_makes_the_commits_that_git_would() {
    for (method, parents, subject) in
        [("squash", 1, "It (#1)"), ("merge", 2, "Merge pull request #1 from main.a"), ("rebase", 1, "main.a")]
    {
        let (project, github) = with_branch("main.a");
        let number = open(&github, "main.a");
        let head = project.git(["rev-parse", "main.a"]);
        let path = format!("/repos/acme/api/pulls/{number}/merge");
        let stale = ask(&github, "PUT", &path, &json!({"merge_method": method, "sha": "0".repeat(40)}));
        assert_eq!(stale.status, 409);
        let merged = ask(&github, "PUT", &path, &json!({"merge_method": method, "sha": head.trim()}));
        assert_eq!(merged.status, 200, "{}", merged.body);
        project.git(["fetch", "--quiet", "origin"]);
        assert_eq!(project.git(["rev-parse", "origin/main"]).trim(), merged.body["sha"]);
        let commit = project.git(["log", "-1", "--format=%P|%s", "origin/main"]);
        let (found, text) = commit.trim().split_once('|').expect("two fields");
        assert_eq!((found.split(' ').count(), text), (parents, subject));
        assert_eq!(project.git(["show", "origin/main:README.md"]), "A project.\nBy main.a.\n");
        assert_eq!(ask(&github, "PUT", &path, &json!({})).status, 405);
        let pull = get(&github, &format!("/pulls/{number}")).body;
        assert_eq!((&pull["state"], &pull["merged"]), (&json!("closed"), &json!(true)));
    }
}

#[test]
fn what_conflicts_is_not_mergeable() {
    let (project, github) = with_branch("main.a");
    push(&project, "main.b", "README.md", "Something else.\n");
    let (first, second) = (open(&github, "main.a"), open(&github, "main.b"));
    let mergeable = |number: u64| get(&github, &format!("/pulls/{number}")).body["mergeable"].clone();
    assert_eq!(mergeable(second), json!(true));
    github.person("maria").merge(first, "squash");
    assert_eq!(mergeable(second), json!(false));
    let path = format!("/repos/acme/api/pulls/{second}/merge");
    assert_eq!(ask(&github, "PUT", &path, &json!({})).status, 405);
}

#[test]
fn nobody_approves_their_own() {
    let (_project, github) = with_branch("main.a");
    let number = open(&github, "main.a");
    let path = format!("/repos/acme/api/pulls/{number}/reviews");
    let refused = ask(&github, "POST", &path, &json!({"event": "APPROVE"}));
    assert_eq!(refused.body["errors"], json!(["Can not approve your own pull request"]));
    let comment = json!({"path": "README.md", "line": 2, "body": "Who?"});
    let outside = json!({"path": "README.md", "line": 99, "body": "Who?"});
    let refused = ask(&github, "POST", &path, &json!({"event": "COMMENT", "comments": [outside]}));
    assert_eq!(refused.body["errors"], json!(["Line could not be resolved"]));
    let said =
        ask(&github, "POST", &path, &json!({"event": "COMMENT", "body": "So.", "comments": [comment]}));
    assert_eq!((said.status, &said.body["state"]), (200, &json!("COMMENTED")));
    github.person("maria").request_changes(number, "Not yet.", &[("README.md", 2, "This.")]);
    let reviews = get(&github, &format!("/pulls/{number}/reviews")).body;
    assert_eq!(reviews[1]["state"], "CHANGES_REQUESTED");
    assert_eq!(get(&github, &format!("/pulls/{number}/comments")).body[1]["line"], 2);
}

#[test]
fn what_did_not_change_costs_nothing() {
    let (project, github) = with_branch("main.a");
    let number = open(&github, "main.a");
    let first = get(&github, &format!("/pulls/{number}"));
    let tag = first.head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
    let headers = format!("authorization: token {}\r\nif-none-match: {tag}\r\n", github.token());
    let path = format!("/repos/acme/api/pulls/{number}");
    let spent = github.spent();
    assert_eq!(ask_with(&github, "GET", &path, &Value::Null, &headers).status, 304);
    assert_eq!(github.spent(), spent);
    push(&project, "main.a", "b.txt", "b\n");
    assert_eq!(ask_with(&github, "GET", &path, &Value::Null, &headers).status, 200);
    assert_eq!(github.spent(), spent + 1);
}

#[test]
fn lists_come_in_pages_that_lead_to_each_other() {
    let project = Project::new();
    let github = GitHub::start(&project);
    let maria = github.person("maria");
    for number in 0..5 {
        maria.issue(&format!("Issue {number}"), "", &["bug"]);
    }
    let page = get(&github, "/issues?labels=bug&per_page=2&page=2");
    let titles: Vec<_> = page.body.as_array().expect("a list").iter().map(|issue| &issue["title"]).collect();
    assert_eq!(titles, ["Issue 2", "Issue 1"]);
    let url = format!("{}/repos/acme/api/issues?labels=bug&per_page=2", github.url());
    assert!(page.head.contains(&format!("<{url}&page=3>; rel=\"next\"")), "{}", page.head);
    assert!(page.head.contains(&format!("<{url}&page=1>; rel=\"prev\"")), "{}", page.head);
}

#[test]
fn the_list_of_issues_has_pull_requests_too() {
    let (_project, github) = with_branch("main.a");
    open(&github, "main.a");
    github.person("maria").issue("A bug", "It is broken.", &[]);
    let issues = get(&github, "/issues").body;
    assert_eq!((&issues[0]["title"], issues[0].get("pull_request")), (&json!("A bug"), None));
    assert!(issues[1]["pull_request"].is_object());
}

#[test]
fn the_latest_run_of_a_check_counts_and_its_log_is_elsewhere() {
    let (project, github) = with_branch("main.a");
    let sha = project.git(["rev-parse", "main.a"]).trim().to_owned();
    let failed = github.check(&sha, "build", Conclusion::Failure, Some("error: no\n"));
    let path = format!("/commits/{sha}/check-runs");
    assert_eq!(get(&github, &path).body["check_runs"][0]["conclusion"], "failure");
    let log = get(&github, &format!("/actions/jobs/{failed}/logs"));
    assert_eq!(log.status, 302);
    assert!(!log.head.contains(&format!("location: {}", github.url())));
    github.check(&sha, "build", Conclusion::Success, None);
    let runs = get(&github, &path).body;
    assert_eq!((&runs["total_count"], &runs["check_runs"][0]["conclusion"]), (&json!(1), &json!("success")));
    github.status(&sha, "old-ci", "failure");
    assert_eq!(get(&github, &format!("/commits/{sha}/status")).body["state"], "failure");
}

#[test]
fn a_wrong_token_a_spent_limit_and_faults_are_refused_in_githubs_shape() {
    let (_project, github) = with_branch("main.a");
    let wrong = ask_with(&github, "GET", "/repos/acme/api", &Value::Null, "authorization: Bearer no\r\n");
    assert_eq!((wrong.status, &wrong.body["message"]), (401, &json!("Bad credentials")));
    assert_eq!(ask_with(&github, "GET", "/repos/acme/api", &Value::Null, "").status, 401);
    assert_eq!(get(&github, "/pulls/77").body["message"], "Not Found");
    github.fail([Fault::status(502, "Bad Gateway").with("retry-after", "1").of("GET", "/pulls")]);
    assert_eq!(get(&github, "").status, 200);
    assert_eq!(get(&github, "/pulls").status, 502);
    assert_eq!(get(&github, "/pulls").status, 200);
    github.leave_requests(0);
    let spent = get(&github, "/pulls");
    assert_eq!(spent.status, 403);
    assert!(spent.head.contains("x-ratelimit-remaining: 0"), "{}", spent.head);
    let statuses: Vec<u16> = github.asked().iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [401, 401, 404, 200, 502, 200, 403]);
}

#[test]
fn a_renamed_repository_redirects() {
    let (_project, github) = with_branch("main.a");
    github.rename("acme/service");
    let moved = get(&github, "/pulls?state=all");
    assert_eq!(moved.status, 301);
    let there = format!("location: {}/repositories/1/pulls?state=all", github.url());
    assert!(moved.head.contains(&there), "{}", moved.head);
    assert_eq!(ask(&github, "GET", "/api/v3/repositories/1/pulls", &Value::Null).status, 200);
}

#[test]
fn a_branch_that_is_gone_closes_its_pull_request() {
    let (project, github) = with_branch("main.a");
    let number = open(&github, "main.a");
    project.git(["push", "--quiet", "origin", ":main.a"]);
    let pull = get(&github, &format!("/pulls/{number}")).body;
    assert_eq!((&pull["state"], &pull["merged"]), (&json!("closed"), &json!(false)));
}
