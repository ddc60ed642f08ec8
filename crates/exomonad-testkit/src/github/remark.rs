//! Remarks about files of pull requests; GitHub calls them review comments.

use serde_json::{Value, json};

use super::answer::Answer;
use super::page::page;
use super::pull::Pull;
use super::review::Review;
use super::route::Call;
use super::time::{now, written};
use super::world::World;

/// A remark that is kept.
#[derive(Debug, Clone)]
pub(super) struct Remark {
    id: u64,
    pub(super) number: u64,
    review: u64,
    author: String,
    path: String,
    line: Option<u64>,
    body: String,
    commit: String,
    answers: Option<u64>,
    time: u64,
}

/// A remark to be kept.
pub(super) struct Draft {
    path: String,
    line: Option<u64>,
    body: String,
    answers: Option<u64>,
}

impl Remark {
    /// Reads one of a request, and refuses one about what is not in the diff.
    pub(super) fn read(world: &World, pull: &Pull, remark: &Value) -> Result<Draft, String> {
        let field = |name: &str| remark.get(name).and_then(Value::as_str);
        let Some(path) = field("path") else { return Err("Path can't be blank".to_owned()) };
        let body = field("body").unwrap_or_default();
        if body.is_empty() {
            return Err("Body can't be blank".to_owned());
        }
        let diff = world.bare.diff(&pull.base_sha, &pull.head_sha, Some(path));
        if diff.is_empty() {
            return Err("Path could not be resolved".to_owned());
        }
        let line = remark.get("line").and_then(Value::as_u64);
        if line.is_none() && field("subject_type") != Some("file") {
            return Err("Line can't be blank".to_owned());
        }
        if line.is_some_and(|line| !shows(&diff, line)) {
            return Err("Line could not be resolved".to_owned());
        }
        Ok(Draft { path: path.to_owned(), line, body: body.to_owned(), answers: None })
    }
}

/// Whether a diff of one file shows a line of the new side.
fn shows(diff: &str, line: u64) -> bool {
    let hunks = diff.lines().filter_map(|text| text.strip_prefix("@@ ")?.split_once(" @@"));
    let sides = hunks.filter_map(|(sides, _)| sides.split_once(" +").map(|(_, new)| new));
    sides
        .map(|new| new.split_once(',').unwrap_or((new, "1")))
        .filter_map(|(from, count)| Some((from.parse::<u64>().ok()?, count.parse::<u64>().ok()?)))
        .any(|(from, count)| (from..from + count).contains(&line))
}

/// Keeps a remark of a review.
pub(super) fn keep(world: &mut World, review: &Review, draft: Draft, author: &str) -> u64 {
    let id = world.next_id();
    world.remarks.push(Remark {
        id,
        number: review.number,
        review: review.id,
        author: author.to_owned(),
        path: draft.path,
        line: draft.line,
        body: draft.body,
        commit: review.commit.clone(),
        answers: draft.answers,
        time: now(),
    });
    id
}

impl World {
    fn remark(&self, remark: &Remark) -> Value {
        let (id, number) = (remark.id, remark.number);
        let mut shown = json!({
            "id": id, "node_id": format!("PRRC_{id}"), "pull_request_review_id": remark.review,
            "path": remark.path, "line": remark.line, "original_line": remark.line, "side": "RIGHT",
            "subject_type": if remark.line.is_some() { "line" } else { "file" },
            "commit_id": remark.commit, "original_commit_id": remark.commit, "diff_hunk": "@@",
            "user": self.user(&remark.author), "body": remark.body,
            "created_at": written(remark.time), "updated_at": written(remark.time),
            "url": self.api(&format!("/pulls/comments/{id}")),
            "html_url": self.page(&format!("/pull/{number}#discussion_r{id}")),
            "pull_request_url": self.api(&format!("/pulls/{number}")),
            "author_association": "MEMBER",
        });
        if let (Some(shown), Some(answers)) = (shown.as_object_mut(), remark.answers) {
            shown.insert("in_reply_to_id".to_owned(), json!(answers));
        }
        shown
    }
}

/// `GET /pulls/{number}/comments`, and those of one review.
pub(super) fn list(world: &World, call: &Call<'_>, number: u64, review: Option<u64>) -> Answer {
    if !world.pulls.contains_key(&number) {
        return Answer::not_found();
    }
    let pending = |id: u64| {
        let review = world.reviews.iter().find(|review| review.id == id);
        review.is_some_and(|review| review.state == "PENDING" && review.author != call.login)
    };
    let own = world.remarks.iter().filter(|remark| remark.number == number && !pending(remark.review));
    let own = own.filter(|remark| review.is_none_or(|review| review == remark.review));
    page(call, &own.map(|remark| world.remark(remark)).collect::<Vec<_>>())
}

/// `POST /pulls/{number}/comments`: a remark by itself is a review without a word of its own.
pub(super) fn create(world: &mut World, call: &Call<'_>, number: u64) -> Answer {
    let Some(pull) = world.pulls.get(&number).cloned() else { return Answer::not_found() };
    let answers = call.body.get("in_reply_to").and_then(Value::as_u64);
    let draft = match answers.map(|id| world.remarks.iter().find(|remark| remark.id == id)) {
        Some(None) => return Answer::not_found(),
        Some(Some(first)) => Draft {
            path: first.path.clone(),
            line: first.line,
            body: call.text("body").unwrap_or_default().to_owned(),
            answers,
        },
        None => match Remark::read(world, &pull, call.body) {
            Ok(draft) => draft,
            Err(why) => return Answer::unprocessable("Validation Failed", &json!([why])),
        },
    };
    let review = Review {
        id: world.next_id(),
        number,
        author: call.login.to_owned(),
        state: "COMMENTED",
        body: String::new(),
        commit: pull.head_sha,
        time: now(),
    };
    let id = keep(world, &review, draft, call.login);
    world.reviews.push(review);
    let shown = world.remarks.iter().find(|remark| remark.id == id).map(|remark| world.remark(remark));
    Answer::json(201, &shown.unwrap_or_default())
}
