//! GitHub's words, in those of every forge.

use serde_json::{Value, json};

use super::{account, check_run, merge_sha, pull_state, review, status, time_ms};
use crate::contract::forge::{CheckState, PullRequestState, ReviewState};
use crate::forge::github::wire;

fn pull(more: &Value) -> wire::Pull {
    let mut pull = json!({
        "number": 1, "title": "t", "state": "open", "html_url": "u", "updated_at": "2026-01-01T00:00:00Z",
        "head": { "ref": "h", "sha": "1" }, "base": { "ref": "b", "sha": "2" }, "merge_commit_sha": "3",
    });
    pull.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(pull).unwrap()
}

#[test]
fn a_pull_request_is_merged_when_either_answer_says_so() {
    let check = |more: Value, state: PullRequestState, sha: Option<&str>| {
        let pull = pull(&more);
        assert_eq!((pull_state(&pull), merge_sha(&pull).as_deref()), (state, sha), "{more}");
    };
    check(json!({}), PullRequestState::Open, None);
    check(json!({ "state": "closed" }), PullRequestState::Closed, None);
    check(json!({ "state": "closed", "merged": true }), PullRequestState::Merged, Some("3"));
    check(
        json!({ "state": "closed", "merged_at": "2026-01-01T00:00:00Z" }),
        PullRequestState::Merged,
        Some("3"),
    );
    check(json!({ "state": "closed", "merged": false, "merged_at": null }), PullRequestState::Closed, None);
}

#[test]
fn a_review_that_was_dismissed_decides_nothing_and_a_draft_is_none() {
    let check = |word: &str, expect: Option<ReviewState>| {
        let found = review(serde_json::from_value(json!({ "id": 5, "state": word })).unwrap());
        assert_eq!(found.map(|review| review.state), expect, "{word}");
    };
    check("APPROVED", Some(ReviewState::Approved));
    check("CHANGES_REQUESTED", Some(ReviewState::ChangesRequested));
    check("COMMENTED", Some(ReviewState::Commented));
    check("DISMISSED", Some(ReviewState::Commented));
    check("PENDING", None);
}

#[test]
fn a_bot_is_no_person() {
    let check = |user: Value, expect: (&str, bool)| {
        let user: Option<wire::User> = serde_json::from_value(user).unwrap();
        let (login, human) = account(user.as_ref());
        assert_eq!((login.as_str(), human), expect);
    };
    check(json!({ "login": "ada", "type": "User" }), ("ada", true));
    check(json!({ "login": "copilot", "type": "Bot" }), ("copilot", false));
    check(json!({ "login": "dependabot[bot]" }), ("dependabot[bot]", false));
    check(Value::Null, ("ghost", true));
}

#[test]
fn checks_and_statuses_are_told_in_the_same_words() {
    let run = |status: &str, conclusion: Option<&str>| {
        let run = json!({ "id": 1, "name": "n", "status": status, "conclusion": conclusion });
        check_run(serde_json::from_value(run).unwrap()).state
    };
    assert_eq!(run("queued", None), CheckState::Queued);
    assert_eq!(run("waiting", None), CheckState::Queued);
    assert_eq!(run("in_progress", None), CheckState::Running);
    assert_eq!(run("completed", Some("success")), CheckState::Passed);
    assert_eq!(run("completed", Some("neutral")), CheckState::Skipped);
    assert_eq!(run("completed", Some("skipped")), CheckState::Skipped);
    for bad in ["failure", "timed_out", "cancelled", "action_required", "startup_failure", "new_word"] {
        assert_eq!(run("completed", Some(bad)), CheckState::Failed, "{bad}");
    }
    for (word, expect) in [
        ("success", CheckState::Passed),
        ("pending", CheckState::Running),
        ("failure", CheckState::Failed),
        ("error", CheckState::Failed),
    ] {
        let given = json!({ "id": 1, "context": "ci", "state": word });
        assert_eq!(status(serde_json::from_value(given).unwrap()).state, expect, "{word}");
    }
}

#[test]
fn a_time_is_milliseconds() {
    assert_eq!(time_ms("1970-01-02T00:00:00Z"), 86_400_000);
    assert_eq!(time_ms("2026-09-21T16:13:20+02:00"), 1_790_000_000_000);
    assert_eq!(time_ms("soon"), 0);
}
