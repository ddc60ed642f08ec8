//! Submits reviews. All agents share one account, which GitHub does not let approve or refuse what it filed itself: such a
//! verdict is a comment on GitHub, and a verdict in the project's database.

use http::Method;
use serde_json::{Value, json};

use super::{GitHub, shape, wire};
use crate::contract::forge::{Remark, Review, ReviewState};
use crate::forge::local::review::{remark_line, require_said};
use crate::forge::{ForgeError, ReviewOrder};
use crate::store::{ActOn, Sender};

/// One way to say a review on GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    state: ReviewState,
    /// The remarks are where they belong; otherwise in the text, since GitHub takes none beside lines that were changed.
    in_place: bool,
}

/// The ways to try, the best first. GitHub says of each whether it takes it.
fn ways(order: &ReviewOrder<'_>) -> Vec<Way> {
    let places: &[bool] =
        if order.remarks.iter().any(|remark| remark.line.is_some()) { &[true, false] } else { &[false] };
    let mut states = vec![order.state];
    if order.state != ReviewState::Commented {
        states.push(ReviewState::Commented);
    }
    let with = |state: ReviewState| places.iter().map(move |in_place| Way { state, in_place: *in_place });
    states.into_iter().flat_map(with).collect()
}

impl GitHub {
    /// Reviews an open pull request at its newest commit.
    pub(super) fn review(&self, order: &ReviewOrder<'_>) -> Result<Review, ForgeError> {
        let (number, body) = (order.number, order.body.trim());
        let found = self.require_open(number)?;
        if let (Sender::Agent(name), Some(author)) = (order.by, &found.agent)
            && name == author
        {
            return Err(ForgeError::Own { number, act: "review" });
        }
        require_said(order, body)?;
        let commit = found.pull.head.sha.as_str();
        let mut refusal = None;
        for way in ways(order) {
            let text = text(order, way, body, commit);
            let act = self.begin(order.by, ActOn::Pull(number), &text)?;
            let said: Result<wire::Review, _> = self.client.send(
                Method::POST,
                &self.client.target.route(&format!("pulls/{number}/reviews")),
                &asked(order, way, &text, commit),
            );
            match said {
                Ok(said) => {
                    let comments = if way.in_place { self.comments_of(number, said.id)? } else { Vec::new() };
                    let review = review(order, body, commit, &said);
                    let now = self.site.clock.now_ms();
                    self.site.store.record_remote_review(&act, number, &review, &comments, now)?;
                    return Ok(Review { body: body.to_owned(), ..review });
                }
                Err(err) if err.status() == Some(422) => {
                    self.site.store.end_remote_act(&act)?;
                    refusal = Some(err);
                }
                Err(err) => return self.ended(&act, Err(err.into())),
            }
        }
        Err(refusal.map_or_else(|| ForgeError::Text { what: "nothing is said".to_owned() }, ForgeError::from))
    }

    /// The ids of the remarks of a review.
    fn comments_of(&self, number: u64, review: u64) -> Result<Vec<String>, ForgeError> {
        let route = format!("pulls/{number}/comments?per_page=100");
        let all: Vec<wire::FileComment> = self.client.list(&self.client.target.route(&route))?;
        let of_it = all.into_iter().filter(|comment| comment.pull_request_review_id == Some(review));
        Ok(of_it.map(|comment| shape::file_comment(comment).id).collect())
    }
}

/// The review as it was meant, with all that was said.
fn review(order: &ReviewOrder<'_>, body: &str, commit: &str, said: &wire::Review) -> Review {
    let lines = order.remarks.iter().map(remark_line);
    let parts: Vec<_> = [body.to_owned()].into_iter().chain(lines).filter(|part| !part.is_empty()).collect();
    Review {
        id: said.id.to_string(),
        author: order.by.as_str().to_owned(),
        human: order.by.is_human(),
        state: order.state,
        body: parts.join("\n\n"),
        commit: commit.to_owned(),
        time_ms: said.submitted_at.as_deref().map(shape::time_ms).unwrap_or_default(),
    }
}

fn asked(order: &ReviewOrder<'_>, way: Way, text: &str, commit: &str) -> Value {
    let event = match way.state {
        ReviewState::Approved => "APPROVE",
        ReviewState::ChangesRequested => "REQUEST_CHANGES",
        ReviewState::Commented | ReviewState::Pending => "COMMENT",
    };
    let comment = |remark: &Remark| {
        let line = remark.line.filter(|_| way.in_place)?;
        Some(json!({ "path": remark.path, "line": line, "side": "RIGHT", "body": remark.body }))
    };
    let comments: Vec<_> = order.remarks.iter().filter_map(comment).collect();
    json!({ "commit_id": commit, "event": event, "body": text, "comments": comments })
}

/// What GitHub shows: who says it, since the account does not tell, and what GitHub itself does not take.
fn text(order: &ReviewOrder<'_>, way: Way, body: &str, commit: &str) -> String {
    let commit: String = commit.chars().take(8).collect();
    let verdict = match order.state {
        ReviewState::Approved => format!("approves this at {commit}"),
        ReviewState::ChangesRequested => format!("requests changes at {commit}"),
        ReviewState::Commented | ReviewState::Pending => format!("comments at {commit}"),
    };
    let mut parts = Vec::new();
    match order.by {
        Sender::Agent(name) => parts.push(format!("Agent `{name}` {verdict}.")),
        // A person's own account says it.
        Sender::Human | Sender::Host if way.state == order.state => {}
        Sender::Human | Sender::Host => parts.push(format!("The owner of this account {verdict}.")),
    }
    parts.push(body.to_owned());
    let is_in_text = |remark: &&Remark| !way.in_place || remark.line.is_none();
    let lines: Vec<_> =
        order.remarks.iter().filter(is_in_text).map(|remark| format!("* {}", remark_line(remark))).collect();
    parts.push(lines.join("\n"));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Way, asked, text, ways};
    use crate::agent::AgentName;
    use crate::contract::forge::{Remark, ReviewState};
    use crate::forge::ReviewOrder;
    use crate::store::Sender;

    #[test]
    fn a_verdict_that_github_does_not_take_is_said_in_words() {
        let by = AgentName::parse("lead").unwrap();
        let remarks = [
            Remark { path: "a.rs".to_owned(), line: Some(3), body: "why?".to_owned() },
            Remark { path: "b.rs".to_owned(), line: None, body: "no".to_owned() },
        ];
        let order = ReviewOrder {
            by: Sender::Agent(&by),
            number: 1,
            state: ReviewState::ChangesRequested,
            body: "Not yet.",
            remarks: &remarks,
        };
        let last = Way { state: ReviewState::Commented, in_place: false };
        assert_eq!(ways(&order).last(), Some(&last));
        let said = text(&order, last, "Not yet.", "0123456789");
        assert_eq!(
            said,
            "Agent `lead` requests changes at 01234567.\n\nNot yet.\n\n* a.rs:3: why?\n* b.rs: no"
        );
        let first = Way { state: ReviewState::ChangesRequested, in_place: true };
        assert_eq!(ways(&order).first(), Some(&first));
        assert_eq!(
            asked(&order, first, "x", "0123"),
            json!({
                "commit_id": "0123", "event": "REQUEST_CHANGES", "body": "x",
                "comments": [{ "path": "a.rs", "line": 3, "side": "RIGHT", "body": "why?" }],
            })
        );
        assert_eq!(ways(&ReviewOrder { state: ReviewState::Commented, remarks: &[], ..order }).len(), 1);
    }

    #[test]
    fn a_person_speaks_for_the_account() {
        let order = ReviewOrder {
            by: Sender::Human,
            number: 1,
            state: ReviewState::Approved,
            body: "Good.",
            remarks: &[],
        };
        let way = |state| Way { state, in_place: false };
        assert_eq!(text(&order, way(ReviewState::Approved), "Good.", "0123"), "Good.");
        assert_eq!(
            text(&order, way(ReviewState::Commented), "Good.", "0123"),
            "The owner of this account approves this at 0123.\n\nGood."
        );
    }
}
