//! Pull requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::Answer;
use super::page::page;
use super::repository::Bare;
use super::route::Call;
use super::time::{now, written};
use super::world::World;

/// A pull request.
#[derive(Debug, Clone)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) author: String,
    pub(super) open: bool,
    pub(super) draft: bool,
    pub(super) head: String,
    pub(super) head_sha: String,
    pub(super) base: String,
    /// Where the base was when the head was pushed last: GitHub tells of it so.
    pub(super) base_sha: String,
    /// The base's newest commit.
    base_tip: String,
    pub(super) merged_by: Option<String>,
    pub(super) merge_sha: Option<String>,
    created: u64,
    pub(super) updated: u64,
    closed: Option<u64>,
    /// For which head and base it is known whether they can be merged, and the answer.
    mergeable: Option<(String, String, bool)>,
}

impl Pull {
    /// Takes pushes into account, as GitHub does: a branch that is gone closes its pull request, and one whose commits the
    /// base got in another way is merged.
    pub(super) fn follow(&mut self, bare: &Bare, branches: &BTreeMap<String, String>) {
        let Some(head) = branches.get(&self.head) else {
            return self.end();
        };
        let Some(base) = branches.get(&self.base) else {
            return self.end();
        };
        if *head != self.head_sha {
            self.head_sha.clone_from(head);
            self.base_sha.clone_from(base);
            self.updated = now();
        }
        if *base != self.base_tip {
            self.base_tip.clone_from(base);
            if bare.is_ancestor(head, base) {
                self.merge_sha = Some(base.clone());
                self.merged_by = Some(self.author.clone());
                self.end();
            }
        }
    }

    /// It is not open any more.
    pub(super) fn end(&mut self) {
        self.open = false;
        self.closed = Some(now());
        self.updated = now();
    }

    fn reopen(&mut self) {
        self.open = true;
        self.closed = None;
        self.updated = now();
    }

    /// Whether it can be merged; absent while that is being found out, which the first look begins.
    pub(super) fn mergeable(&mut self, bare: &Bare, late: bool) -> Option<bool> {
        if !self.open {
            return None;
        }
        if let Some((head, base, answer)) = &self.mergeable
            && *head == self.head_sha
            && *base == self.base_tip
        {
            return Some(*answer);
        }
        let answer = bare.merged_tree(&self.base_tip, &self.head_sha).is_some();
        self.mergeable = Some((self.head_sha.clone(), self.base_tip.clone(), answer));
        (!late).then_some(answer)
    }
}

impl World {
    /// A pull request as the list has it.
    pub(super) fn pull_in_list(&self, pull: &Pull) -> Value {
        let end = |name: &str, sha: &str| {
            json!({
                "label": format!("{}:{name}", self.owner()), "ref": name, "sha": sha,
                "user": self.user(self.owner()), "repo": self.shown(),
            })
        };
        let number = pull.number;
        json!({
            "id": 100_000 + number, "node_id": format!("PR_{number}"), "number": number,
            "url": self.api(&format!("/pulls/{number}")),
            "html_url": self.page(&format!("/pull/{number}")),
            "issue_url": self.api(&format!("/issues/{number}")),
            "state": if pull.open { "open" } else { "closed" },
            "locked": false, "draft": pull.draft, "title": pull.title, "body": pull.body,
            "user": self.user(&pull.author),
            "created_at": written(pull.created), "updated_at": written(pull.updated),
            "closed_at": pull.closed.map(written),
            "merged_at": pull.merged_by.as_ref().and(pull.closed).map(written),
            "merge_commit_sha": pull.merge_sha,
            "head": end(&pull.head, &pull.head_sha), "base": end(&pull.base, &pull.base_sha),
            "labels": [], "assignees": [], "requested_reviewers": [], "requested_teams": [],
            "milestone": null, "author_association": "MEMBER", "auto_merge": null,
        })
    }

    /// A pull request with everything that GitHub tells of one alone.
    pub(super) fn pull_alone(&mut self, number: u64) -> Option<Value> {
        let late = self.late;
        let pull = self.pulls.get_mut(&number)?;
        let mergeable = pull.mergeable(&self.bare, late);
        let pull = pull.clone();
        let files = self.bare.files(&pull.base_sha, &pull.head_sha);
        let mut shown = self.pull_in_list(&pull);
        let alone = json!({
            "merged": pull.merged_by.is_some(),
            "merged_by": pull.merged_by.as_ref().map(|login| self.user(login)),
            "mergeable": mergeable,
            "rebaseable": mergeable,
            "mergeable_state": match mergeable { None => "unknown", Some(true) => "clean", Some(false) => "dirty" },
            "comments": self.comments.iter().filter(|comment| comment.number == number).count(),
            "review_comments": self.remarks.iter().filter(|remark| remark.number == number).count(),
            "commits": self.bare.commits(&pull.base_sha, &pull.head_sha, &[]).len(),
            "additions": files.iter().map(|file| file.0).sum::<u64>(),
            "deletions": files.iter().map(|file| file.1).sum::<u64>(),
            "changed_files": files.len(),
            "maintainer_can_modify": false,
        });
        if let (Some(shown), Value::Object(alone)) = (shown.as_object_mut(), alone) {
            shown.extend(alone);
        }
        Some(shown)
    }
}

/// `GET /pulls`
pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let state = call.query("state").unwrap_or("open");
    let ends = |pull: &&Pull| {
        let head = call.query("head").is_none_or(|head| head == format!("{}:{}", world.owner(), pull.head));
        head && call.query("base").is_none_or(|base| base == pull.base)
    };
    let in_state = |pull: &&Pull| state == "all" || (state == "open") == pull.open;
    let mut pulls: Vec<&Pull> = world.pulls.values().filter(in_state).filter(ends).collect();
    if call.query("sort") == Some("updated") {
        pulls.sort_by_key(|pull| pull.updated);
    }
    // The newest come first, but not where something else is sorted by and nothing is said.
    if call.query("direction") != Some("asc") {
        pulls.reverse();
    }
    let pulls: Vec<Value> = pulls.into_iter().map(|pull| world.pull_in_list(pull)).collect();
    page(call, &pulls)
}

/// `GET /pulls/{number}`, also as a diff.
pub(super) fn get(world: &mut World, call: &Call<'_>, number: u64) -> Answer {
    let Some(pull) = world.pulls.get(&number) else { return Answer::not_found() };
    if call.accepts("diff") {
        return Answer::text(200, world.bare.diff(&pull.base_sha, &pull.head_sha, None));
    }
    world.pull_alone(number).map_or_else(Answer::not_found, |pull| Answer::ok(&pull))
}

/// `GET /pulls/{number}/files`
pub(super) fn files(world: &World, call: &Call<'_>, number: u64) -> Answer {
    let Some(pull) = world.pulls.get(&number) else { return Answer::not_found() };
    let files = world.bare.files(&pull.base_sha, &pull.head_sha);
    let shown = files.into_iter().map(|(added, removed, state, path)| {
        let status = match state {
            'A' => "added",
            'D' => "removed",
            _ => "modified",
        };
        json!({
            "sha": pull.head_sha, "filename": path, "status": status, "additions": added, "deletions": removed,
            "changes": added + removed, "patch": world.bare.diff(&pull.base_sha, &pull.head_sha, Some(&path)),
        })
    });
    page(call, &shown.collect::<Vec<_>>())
}

/// `GET /pulls/{number}/commits`
pub(super) fn commits(world: &World, call: &Call<'_>, number: u64) -> Answer {
    let Some(pull) = world.pulls.get(&number) else { return Answer::not_found() };
    let commits = world.bare.commits(&pull.base_sha, &pull.head_sha, &[]).into_iter().map(|commit| {
        let author = json!({"name": commit.author, "email": commit.email, "date": commit.date});
        json!({"sha": commit.sha, "commit": {"message": commit.message, "author": author}})
    });
    page(call, &commits.collect::<Vec<_>>())
}

/// `POST /pulls`
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (Some(title), Some(head), Some(base)) = (call.text("title"), call.text("head"), call.text("base"))
    else {
        let missing = ["title", "head", "base"].into_iter().find(|name| call.text(name).is_none());
        return Answer::invalid("PullRequest", missing.unwrap_or_default(), "missing_field");
    };
    let prefix = format!("{}:", world.owner());
    let head = head.strip_prefix(&prefix).unwrap_or(head);
    let branches = world.bare.branches();
    let Some(head_sha) = branches.get(head) else { return Answer::invalid("PullRequest", "head", "invalid") };
    let Some(base_sha) = branches.get(base) else { return Answer::invalid("PullRequest", "base", "invalid") };
    if world.pulls.values().any(|pull| pull.open && pull.head == head && pull.base == base) {
        let message = format!("A pull request already exists for {prefix}{head}.");
        return Answer::invalid_because("PullRequest", &message);
    }
    if world.bare.is_ancestor(head_sha, base_sha) {
        let message = format!("No commits between {base} and {head}");
        return Answer::invalid_because("PullRequest", &message);
    }
    let number = world.next_number();
    let pull = Pull {
        number,
        title: title.to_owned(),
        body: call.text("body").map(str::to_owned),
        author: call.login.to_owned(),
        open: true,
        draft: call.body.get("draft").and_then(Value::as_bool).unwrap_or_default(),
        head: head.to_owned(),
        head_sha: head_sha.clone(),
        base: base.to_owned(),
        base_sha: base_sha.clone(),
        base_tip: base_sha.clone(),
        merged_by: None,
        merge_sha: None,
        created: now(),
        updated: now(),
        closed: None,
        mergeable: None,
    };
    world.pulls.insert(number, pull);
    let location = world.api(&format!("/pulls/{number}"));
    let shown = world.pull_alone(number).unwrap_or_default();
    Answer::json(201, &shown).with("location", location)
}

/// `PATCH /pulls/{number}`
pub(super) fn update(world: &mut World, call: &Call<'_>, number: u64) -> Answer {
    let branches = world.bare.branches();
    let Some(pull) = world.pulls.get_mut(&number) else { return Answer::not_found() };
    if let Some(base) = call.text("base").filter(|base| *base != pull.base) {
        let Some(sha) = branches.get(base) else { return Answer::invalid("PullRequest", "base", "invalid") };
        base.clone_into(&mut pull.base);
        pull.base_sha.clone_from(sha);
        pull.base_tip.clone_from(sha);
    }
    if let Some(title) = call.text("title") {
        title.clone_into(&mut pull.title);
    }
    if let Some(body) = call.text("body") {
        pull.body = Some(body.to_owned());
    }
    pull.updated = now();
    match call.text("state") {
        Some("closed") if pull.open => pull.end(),
        Some("open") if !pull.open => {
            if pull.merged_by.is_some() || !branches.contains_key(&pull.head) {
                return Answer::invalid_because("PullRequest", "state cannot be changed.");
            }
            pull.reopen();
        }
        None | Some("closed" | "open") => {}
        Some(_) => return Answer::invalid("PullRequest", "state", "invalid"),
    }
    get(world, call, number)
}
