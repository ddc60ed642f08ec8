//! Reviews by agents, who share one account, and by people, who have their own.

use exomonad_host::contract::forge::{Remark, ReviewState};
use exomonad_host::forge::{ForgeError, ReviewOrder};
use exomonad_host::store::Sender;
use exomonad_testkit::github::Asked;

use super::{Fixture, fixture, root};
use crate::workspaces::name;

fn review<'a>(by: Sender<'a>, state: ReviewState, body: &'a str, remarks: &'a [Remark]) -> ReviewOrder<'a> {
    ReviewOrder { by, number: 1, state, body, remarks }
}

fn remark(path: &str, line: Option<u32>, body: &str) -> Remark {
    Remark { path: path.to_owned(), line, body: body.to_owned() }
}

/// What GitHub keeps of the latest review.
fn there(f: &Fixture) -> (String, String) {
    let asked = f.github.asked();
    let is_review =
        |asked: &&Asked| asked.method == "POST" && asked.path.ends_with("/reviews") && asked.status < 300;
    let post = asked.iter().rfind(is_review).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&post.body).unwrap();
    let text = |key: &str| sent[key].as_str().unwrap().to_owned();
    (text("event"), text("body"))
}

#[test]
fn an_agents_verdict_is_a_comment_on_github_and_a_verdict_here() {
    let f = fixture();
    let pull = f.filed(&f.agent("api"));
    let lead = root();
    let by = Sender::Agent(&lead);
    let made = f.forge().submit_review(&review(by, ReviewState::ChangesRequested, "Not yet.", &[])).unwrap();
    assert_eq!(
        (made.author.as_str(), made.human, made.state),
        ("root", false, ReviewState::ChangesRequested)
    );
    let (event, body) = there(&f);
    assert_eq!(event, "COMMENT");
    let short: String = pull.head_sha.chars().take(8).collect();
    assert_eq!(body, format!("Agent `root` requests changes at {short}.\n\nNot yet."));

    let seen = f.forge().reviews(1).unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].author.as_str(), seen[0].state), ("root", ReviewState::ChangesRequested));
    let gate = f.project.store().filed(&pull.head).unwrap().unwrap();
    assert_eq!(gate.verdicts.iter().map(|verdict| verdict.asks_for_changes).collect::<Vec<_>>(), [true]);
    assert_eq!(f.told("pull.reviewed"), ["api"]);
}

#[test]
fn remarks_stand_at_their_lines_and_the_others_in_the_text() {
    let f = fixture();
    f.filed(&f.agent("api"));
    let lead = root();
    let by = Sender::Agent(&lead);
    let placed = [remark("api", Some(1), "why?"), remark("api", None, "hm")];
    f.forge().submit_review(&review(by, ReviewState::Commented, "Look.", &placed)).unwrap();
    let remarks = f.forge().review_comments(1).unwrap();
    assert_eq!(remarks.len(), 1);
    let one = &remarks[0];
    assert_eq!(
        (one.author.as_str(), one.path.as_str(), one.line, one.body.as_str()),
        ("root", "api", Some(1), "why?")
    );
    assert!(there(&f).1.ends_with("* api: hm"), "{:?}", there(&f));

    // GitHub takes no remark beside lines that were changed.
    let elsewhere = [remark("file", Some(5), "and this?")];
    f.forge().submit_review(&review(by, ReviewState::Commented, "Look.", &elsewhere)).unwrap();
    assert_eq!(f.forge().review_comments(1).unwrap().len(), 1);
    assert!(there(&f).1.ends_with("* file:5: and this?"), "{:?}", there(&f));
}

#[test]
fn nobody_reviews_its_own_or_what_is_not_open() {
    let f = fixture();
    f.filed(&f.agent("api"));
    let author = name("api");
    let order = review(Sender::Agent(&author), ReviewState::Approved, "", &[]);
    let err = f.forge().submit_review(&order).unwrap_err();
    assert!(matches!(err, ForgeError::Own { number: 1, .. }), "{err:?}");
    f.github.person("ada").close(1);
    let err = f.forge().submit_review(&review(Sender::Human, ReviewState::Approved, "", &[])).unwrap_err();
    assert!(matches!(err, ForgeError::NotOpen { number: 1, .. }), "{err:?}");
}

#[test]
fn a_persons_own_account_approves_on_github_itself() {
    let f = fixture();
    f.filed(&f.agent("api"));
    f.github.add_token("token-of-ada", "ada");
    let variables = [("GITHUB_TOKEN", "token-of-ada".to_owned()), ("GITHUB_API_URL", f.github.url())];
    let site = f.site_with(f.project.root(), &variables);
    let forge = exomonad_host::forge::open(
        site,
        exomonad_host::forge::Ending::Forbidden,
        exomonad_host::forge::Patience::endless(),
    );
    forge.unwrap().submit_review(&review(Sender::Human, ReviewState::Approved, "Good.", &[])).unwrap();
    assert_eq!(there(&f), ("APPROVE".to_owned(), "Good.".to_owned()));
}

#[test]
fn what_people_and_bots_say_is_told_apart() {
    let f = fixture();
    f.filed(&f.agent("api"));
    f.github.person("ada").approve(1, "Fine.");
    f.github.bot("robot").remark(1, "Nice.", &[]);
    let mut seen: Vec<_> = f
        .forge()
        .reviews(1)
        .unwrap()
        .into_iter()
        .map(|review| (review.author, review.human, review.state))
        .collect();
    seen.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        seen,
        [
            ("ada".to_owned(), true, ReviewState::Approved),
            ("robot[bot]".to_owned(), false, ReviewState::Commented),
        ]
    );
}
