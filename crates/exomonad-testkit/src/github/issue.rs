//! Issues, and comments on them. Pull requests are issues, too.

use serde_json::{Value, json};

use super::answer::Answer;
use super::page::page;
use super::pull::Pull;
use super::route::Call;
use super::time::{now, written};
use super::world::World;

/// An issue that is no pull request.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) author: String,
    pub(super) open: bool,
    pub(super) labels: Vec<String>,
    pub(super) time: u64,
}

/// A comment on an issue or a pull request.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    id: u64,
    pub(super) number: u64,
    author: String,
    body: String,
    time: u64,
}

impl World {
    fn issue(&self, issue: &Issue) -> Value {
        let number = issue.number;
        let labels: Vec<Value> =
            issue.labels.iter().map(|name| json!({"name": name, "color": "ededed"})).collect();
        json!({
            "id": 200_000 + number, "node_id": format!("I_{number}"), "number": number, "title": issue.title,
            "body": issue.body, "state": if issue.open { "open" } else { "closed" }, "state_reason": null,
            "user": self.user(&issue.author), "labels": labels, "assignees": [], "locked": false,
            "comments": self.comments.iter().filter(|comment| comment.number == number).count(),
            "created_at": written(issue.time), "updated_at": written(issue.time),
            "closed_at": (!issue.open).then(|| written(issue.time)),
            "url": self.api(&format!("/issues/{number}")), "html_url": self.page(&format!("/issues/{number}")),
            "author_association": "MEMBER",
        })
    }

    fn pull_as_issue(&self, pull: &Pull) -> Value {
        let issue = Issue {
            number: pull.number,
            title: pull.title.clone(),
            body: pull.body.clone(),
            author: pull.author.clone(),
            open: pull.open,
            labels: Vec::new(),
            time: pull.updated,
        };
        let mut shown = self.issue(&issue);
        let link = json!({"url": self.api(&format!("/pulls/{}", pull.number))});
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("pull_request".to_owned(), link);
        }
        shown
    }

    fn comment(&self, comment: &Comment) -> Value {
        let (id, number) = (comment.id, comment.number);
        json!({
            "id": id, "node_id": format!("IC_{id}"), "user": self.user(&comment.author), "body": comment.body,
            "created_at": written(comment.time), "updated_at": written(comment.time),
            "html_url": self.page(&format!("/issues/{number}#issuecomment-{id}")),
            "issue_url": self.api(&format!("/issues/{number}")),
            "author_association": "MEMBER",
        })
    }

    fn has_issue(&self, number: u64) -> bool {
        self.issues.contains_key(&number) || self.pulls.contains_key(&number)
    }
}

/// `GET /issues`
pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let state = call.query("state").unwrap_or("open");
    let in_state = |open: bool| state == "all" || (state == "open") == open;
    let labels: Vec<&str> = call.query("labels").map(|text| text.split(',').collect()).unwrap_or_default();
    let fits = |issue: &&Issue| labels.iter().all(|label| issue.labels.iter().any(|own| own == label));
    let issues = world.issues.values().filter(|issue| in_state(issue.open)).filter(fits);
    let mut shown: Vec<(u64, Value)> = issues.map(|issue| (issue.number, world.issue(issue))).collect();
    if labels.is_empty() {
        let pulls = world.pulls.values().filter(|pull| in_state(pull.open));
        shown.extend(pulls.map(|pull| (pull.number, world.pull_as_issue(pull))));
    }
    shown.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    page(call, &shown.into_iter().map(|(_, issue)| issue).collect::<Vec<_>>())
}

/// `GET /issues/{number}`
pub(super) fn get(world: &World, number: u64) -> Answer {
    match (world.issues.get(&number), world.pulls.get(&number)) {
        (Some(issue), _) => Answer::ok(&world.issue(issue)),
        (None, Some(pull)) => Answer::ok(&world.pull_as_issue(pull)),
        (None, None) => Answer::not_found(),
    }
}

/// `GET /issues/{number}/comments`
pub(super) fn comments(world: &World, call: &Call<'_>, number: u64) -> Answer {
    if !world.has_issue(number) {
        return Answer::not_found();
    }
    let own = world.comments.iter().filter(|comment| comment.number == number);
    page(call, &own.map(|comment| world.comment(comment)).collect::<Vec<_>>())
}

/// `POST /issues/{number}/comments`
pub(super) fn add_comment(world: &mut World, call: &Call<'_>, number: u64) -> Answer {
    if !world.has_issue(number) {
        return Answer::not_found();
    }
    let Some(body) = call.text("body").filter(|body| !body.is_empty()) else {
        return Answer::invalid("IssueComment", "body", "missing_field");
    };
    let comment = Comment {
        id: world.next_id(),
        number,
        author: call.login.to_owned(),
        body: body.to_owned(),
        time: now(),
    };
    let shown = world.comment(&comment);
    world.comments.push(comment);
    Answer::json(201, &shown)
}
