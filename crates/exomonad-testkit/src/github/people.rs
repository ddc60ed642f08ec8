//! People and bots who use the web pages: what they do goes through the same code as requests, without HTTP.

use serde_json::{Value, json};

use super::answer::Answer;
use super::checks::{CheckRun, Conclusion, Status};
use super::issue::Issue;
use super::route::{self, Call};
use super::time::now;
use super::{GitHub, REPOSITORY};

/// Someone with an account.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    github: &'a GitHub,
    login: String,
}

impl<'a> Person<'a> {
    pub(super) fn new(github: &'a GitHub, login: &str) -> Self {
        Self { github, login: login.to_owned() }
    }

    /// Approves a pull request; the review's id.
    pub fn approve(&self, number: u64, body: &str) -> u64 {
        self.review(number, "APPROVE", body, &[])
    }

    /// Asks for changes, with remarks about lines of files; the review's id.
    pub fn request_changes(&self, number: u64, body: &str, remarks: &[(&str, u64, &str)]) -> u64 {
        self.review(number, "REQUEST_CHANGES", body, remarks)
    }

    /// Reviews without a verdict; the review's id.
    pub fn remark(&self, number: u64, body: &str, remarks: &[(&str, u64, &str)]) -> u64 {
        self.review(number, "COMMENT", body, remarks)
    }

    /// Takes a verdict back.
    pub fn dismiss(&self, number: u64, review: u64) {
        self.act("PUT", &format!("pulls/{number}/reviews/{review}/dismissals"), &json!({"message": "done"}));
    }

    /// Comments on a pull request or an issue; the comment's id.
    pub fn comment(&self, number: u64, body: &str) -> u64 {
        id(&self.act("POST", &format!("issues/{number}/comments"), &json!({"body": body})))
    }

    /// Merges a pull request by `merge`, `squash` or `rebase`; the base's commit.
    pub fn merge(&self, number: u64, method: &str) -> String {
        let merged = self.act("PUT", &format!("pulls/{number}/merge"), &json!({"merge_method": method}));
        merged.get("sha").and_then(Value::as_str).expect("a merge has a commit").to_owned()
    }

    /// Changes fields of a pull request.
    pub fn edit(&self, number: u64, fields: &Value) {
        self.act("PATCH", &format!("pulls/{number}"), fields);
    }

    /// Closes a pull request.
    pub fn close(&self, number: u64) {
        self.edit(number, &json!({"state": "closed"}));
    }

    /// Opens a closed pull request again.
    pub fn reopen(&self, number: u64) {
        self.edit(number, &json!({"state": "open"}));
    }

    /// Opens a pull request for a branch that was pushed; its number.
    pub fn open(&self, head: &str, base: &str, title: &str) -> u64 {
        let pull = self.act("POST", "pulls", &json!({"title": title, "head": head, "base": base}));
        pull.get("number").and_then(Value::as_u64).expect("a pull request has a number")
    }

    /// Opens an issue; its number.
    pub fn issue(&self, title: &str, body: &str, labels: &[&str]) -> u64 {
        let mut world = self.github.world();
        let number = world.next_number();
        let issue = Issue {
            number,
            title: title.to_owned(),
            body: Some(body.to_owned()),
            author: self.login.clone(),
            open: true,
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            time: now(),
        };
        world.issues.insert(number, issue);
        number
    }

    fn review(&self, number: u64, event: &str, body: &str, remarks: &[(&str, u64, &str)]) -> u64 {
        let remarks: Vec<Value> = remarks
            .iter()
            .map(|(path, line, body)| json!({"path": path, "line": line, "body": body}))
            .collect();
        let body = json!({"event": event, "body": body, "comments": remarks});
        id(&self.act("POST", &format!("pulls/{number}/reviews"), &body))
    }

    fn act(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut world = self.github.world();
        let whole = format!("repos/{}/{path}", world.repository);
        let parts: Vec<String> = whole.split('/').map(str::to_owned).collect();
        let call = Call { method, path: &parts, query: &[], body, accept: "", login: &self.login, url: "" };
        let Answer { status, body, .. } = route::answer(&mut world, &call);
        assert!((200..300).contains(&status), "`{}` may not {method} {path}: {status} {body}", self.login);
        serde_json::from_str(&body).unwrap_or_default()
    }
}

impl GitHub {
    /// Runs a check of a commit, up to where it is said to be; the run's id. A log makes it a job of Actions.
    pub fn check(&self, sha: &str, name: &str, conclusion: Conclusion, log: Option<&str>) -> u64 {
        self.run(sha, name, conclusion, None, log)
    }

    /// As [`GitHub::check`], by another app, which says something of it.
    pub fn check_by_app(&self, sha: &str, name: &str, conclusion: Conclusion, summary: &str) -> u64 {
        self.run(sha, name, conclusion, Some(summary), None)
    }

    fn run(
        &self,
        sha: &str,
        name: &str,
        conclusion: Conclusion,
        summary: Option<&str>,
        log: Option<&str>,
    ) -> u64 {
        let mut world = self.world();
        let sha = world.bare.commit(sha).unwrap_or_else(|| panic!("{REPOSITORY} has no commit `{sha}`"));
        let id = world.next_id();
        if let Some(log) = log {
            world.logs.insert(id, log.to_owned());
        }
        let summary = summary.map(str::to_owned);
        world.checks.push(CheckRun { id, sha, name: name.to_owned(), conclusion, summary, time: now() });
        id
    }

    /// Takes a run of a check further.
    pub fn conclude(&self, id: u64, conclusion: Conclusion) {
        let mut world = self.world();
        let run = world.checks.iter_mut().find(|run| run.id == id).expect("there is such a run");
        run.conclusion = conclusion;
    }

    /// Sets a commit status: `error`, `failure`, `pending` or `success`.
    pub fn status(&self, sha: &str, context: &str, state: &str) {
        let mut world = self.world();
        let (id, sha) = (world.next_id(), sha.to_owned());
        let (context, state) = (context.to_owned(), state.to_owned());
        world.statuses.push(Status { id, sha, context, state, time: now() });
    }
}

fn id(answer: &Value) -> u64 {
    answer.get("id").and_then(Value::as_u64).expect("what was made has an id")
}
