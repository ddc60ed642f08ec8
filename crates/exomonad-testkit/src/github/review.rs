//! Reviews of pull requests.

use serde_json::{Value, json};

use super::answer::Answer;
use super::page::page;
use super::remark::{self, Remark};
use super::route::Call;
use super::time::{now, written};
use super::world::World;

/// A review.
#[derive(Debug, Clone)]
pub(super) struct Review {
    pub(super) id: u64,
    pub(super) number: u64,
    pub(super) author: String,
    /// As GitHub writes it.
    pub(super) state: &'static str,
    pub(super) body: String,
    pub(super) commit: String,
    pub(super) time: u64,
}

impl World {
    fn review(&self, review: &Review) -> Value {
        let number = review.number;
        let mut shown = json!({
            "id": review.id, "node_id": format!("PRR_{}", review.id), "user": self.user(&review.author),
            "body": review.body, "state": review.state, "commit_id": review.commit,
            "html_url": self.page(&format!("/pull/{number}#pullrequestreview-{}", review.id)),
            "pull_request_url": self.api(&format!("/pulls/{number}")),
            "author_association": "MEMBER",
        });
        // One that is not submitted has no time.
        if let Some(shown) = shown.as_object_mut().filter(|_| review.state != "PENDING") {
            shown.insert("submitted_at".to_owned(), json!(written(review.time)));
        }
        shown
    }
}

/// `GET /pulls/{number}/reviews`
pub(super) fn list(world: &World, call: &Call<'_>, number: u64) -> Answer {
    if !world.pulls.contains_key(&number) {
        return Answer::not_found();
    }
    let seen = |review: &&Review| review.state != "PENDING" || review.author == call.login;
    let own = world.reviews.iter().filter(|review| review.number == number).filter(seen);
    page(call, &own.map(|review| world.review(review)).collect::<Vec<_>>())
}

/// `GET /pulls/{number}/reviews/{id}`
pub(super) fn get(world: &World, number: u64, id: u64) -> Answer {
    let found = world.reviews.iter().find(|review| review.number == number && review.id == id);
    found.map_or_else(Answer::not_found, |review| Answer::ok(&world.review(review)))
}

/// `POST /pulls/{number}/reviews`
pub(super) fn submit(world: &mut World, call: &Call<'_>, number: u64) -> Answer {
    let Some(pull) = world.pulls.get(&number).cloned() else { return Answer::not_found() };
    let state = match call.text("event") {
        Some("APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some("COMMENT") => "COMMENTED",
        None => "PENDING",
        Some(_) => return Answer::invalid("PullRequestReview", "event", "invalid"),
    };
    if pull.author == call.login && matches!(state, "APPROVED" | "CHANGES_REQUESTED") {
        let act = if state == "APPROVED" { "approve" } else { "request changes on" };
        return Answer::unprocessable(
            "Unprocessable Entity",
            &json!([format!("Can not {act} your own pull request")]),
        );
    }
    let body = call.text("body").unwrap_or_default();
    let remarks = call.body.get("comments").and_then(Value::as_array).cloned().unwrap_or_default();
    if body.is_empty() && (state == "CHANGES_REQUESTED" || (state == "COMMENTED" && remarks.is_empty())) {
        return Answer::unprocessable("Unprocessable Entity", &json!(["Body can't be blank"]));
    }
    let commit = call.text("commit_id").unwrap_or(&pull.head_sha).to_owned();
    let mut added = Vec::new();
    for remark in &remarks {
        match Remark::read(world, &pull, remark) {
            Ok(remark) => added.push(remark),
            Err(why) => return Answer::unprocessable("Unprocessable Entity", &json!([why])),
        }
    }
    let review = Review {
        id: world.next_id(),
        number,
        author: call.login.to_owned(),
        state,
        body: body.to_owned(),
        commit,
        time: now(),
    };
    for remark in added {
        remark::keep(world, &review, remark, call.login);
    }
    let shown = world.review(&review);
    world.reviews.push(review);
    Answer::ok(&shown)
}

/// `PUT /pulls/{number}/reviews/{id}/dismissals`
pub(super) fn dismiss(world: &mut World, number: u64, id: u64) -> Answer {
    let found = world.reviews.iter_mut().find(|review| review.number == number && review.id == id);
    match found {
        Some(review) if matches!(review.state, "APPROVED" | "CHANGES_REQUESTED") => {
            review.state = "DISMISSED";
        }
        Some(_) => {
            return Answer::unprocessable(
                "Unprocessable Entity",
                &json!(["Can not dismiss a commented pull request review"]),
            );
        }
        None => return Answer::not_found(),
    }
    get(world, number, id)
}
