//! Reviews, and what authors hear of them.

use exomonad_host::contract::EffectErrorKind;
use exomonad_host::contract::forge::{Remark, ReviewState};
use exomonad_host::forge::{Forge, ReviewOrder};
use exomonad_host::store::{Inbox, Sender};

use super::{agent, commit, filed, forge, project, root, told};
use crate::support::TestProject;
use crate::workspaces::name;

fn waiting() -> TestProject {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    filed(&project, &plan);
    project
}

fn remark(path: &str, line: Option<u32>, body: &str) -> Remark {
    Remark { path: path.to_owned(), line, body: body.to_owned() }
}

#[test]
fn a_review_is_kept_at_its_commit_and_its_author_hears_all_of_it() {
    let project = waiting();
    let local = forge(&project);
    let remarks = [remark("new", Some(1), "why?"), remark("dir/x", None, "this one")];
    let order = ReviewOrder {
        by: Sender::Agent(&root()),
        number: 1,
        state: ReviewState::ChangesRequested,
        body: "not yet",
        remarks: &remarks,
    };
    let review = local.submit_review(&order).unwrap();
    let pull = local.pull_request(1).unwrap();
    assert_eq!((review.commit.as_str(), review.human), (pull.head_sha.as_str(), false));
    let order =
        ReviewOrder { by: Sender::Human, state: ReviewState::Approved, body: "", remarks: &[], ..order };
    let approval = local.submit_review(&order).unwrap();
    assert_eq!(local.reviews(1).unwrap(), [review, approval.clone()]);
    assert!(approval.human && approval.author == "human");
    let comments = local.review_comments(1).unwrap();
    let shown: Vec<_> = comments.iter().map(|c| (c.path.as_str(), c.line, c.body.as_str())).collect();
    assert_eq!(shown, [("new", Some(1), "why?"), ("dir/x", None, "this one")]);
    assert_eq!(told(&project, "pull.reviewed"), ["a", "a"]);

    let own = exomonad_host::agent::ProcessIdentity::own().unwrap();
    let inbox = project.store().inbox(&name("a"), Inbox::All, 10, &own, 1).unwrap();
    let [first, second] = &inbox[..] else { panic!("{inbox:?}") };
    let commit: String = pull.head_sha.chars().take(8).collect();
    assert_eq!((first.kind.as_str(), first.from.as_str()), ("pull.review", "root"));
    assert_eq!(
        first.body,
        format!(
            "Changes are requested in your pull request #1 at {commit}. Make them, commit, and file it again.\n\n\
             not yet\n\nnew:1: why?\ndir/x: this one"
        )
    );
    assert!(second.human && second.body.starts_with("Your pull request #1 was approved"), "{second:?}");
}

#[test]
fn a_review_says_something_about_files_of_the_repository_and_is_not_ones_own() {
    let project = waiting();
    let local = forge(&project);
    let check = |state, body: &str, remarks: &[Remark], says: &str| {
        let order = ReviewOrder { by: Sender::Human, number: 1, state, body, remarks };
        let err = local.submit_review(&order).unwrap_err();
        assert_eq!(err.kind(), EffectErrorKind::InvalidInput);
        assert!(err.to_string().contains(says), "{err}");
    };
    use ReviewState::{ChangesRequested, Commented, Pending};
    check(Pending, "x", &[], "a review approves, requests changes, or comments");
    check(ChangesRequested, " \n", &[], "whoever requests changes says which");
    check(Commented, "", &[], "a comment says something");
    check(Commented, &"x".repeat((256 << 10) + 1), &[], "has at most 262144 bytes");
    check(Commented, "a\0b", &[], "no zero byte");
    for path in ["", "/etc/passwd", "../x", "a/../b", "a\nb"] {
        check(Commented, "", &[remark(path, None, "x")], "no path relative to the top");
    }
    check(Commented, "", &[remark("new", Some(0), "x")], "lines are counted from 1");
    check(Commented, "", &[remark("new", None, " ")], "a remark says something");
    check(Commented, "", &vec![remark("new", None, "x"); 201], "at most 200 remarks");
    let own = name("a");
    let by = Sender::Agent(&own);
    let order = ReviewOrder { by, number: 1, state: ReviewState::Approved, body: "", remarks: &[] };
    let err = local.submit_review(&order).unwrap_err();
    assert_eq!(err.to_string(), "pull request #1 is your own, and not yours to review");
    assert_eq!(local.reviews(1).unwrap(), []);
}
