//! One thing that happens at a time.

use super::*;

/// What one change of a filed pull request tells, beside its filing.
fn news(change: impl FnOnce(&mut PullFacts)) -> Vec<(String, Value)> {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    book.look(&facts).unwrap();
    assert_eq!(book.kinds(), ["pull.filed"]);
    change(&mut facts);
    for _ in 0..2 {
        book.look(&facts).unwrap();
    }
    let told = book.told().into_iter().skip(1);
    told.map(|(kind, agent, data)| {
        assert!(agent == "leaf", "{kind} is about {agent}");
        for name in ["number", "url", "forge", "head_sha"] {
            assert!(!data[name].is_null(), "{kind} has no {name}");
        }
        (kind, data)
    })
    .collect()
}

fn kinds(news: &[(String, Value)]) -> Vec<&str> {
    news.iter().map(|(kind, _)| kind.as_str()).collect()
}

#[test]
fn a_review_is_told_once_with_what_it_says_of_files() {
    let told = news(|facts| {
        facts.reviews.push(review("r1", ReviewState::ChangesRequested, "Not \u{1b}[31myet.", facts));
        facts.comments.push(comment("c1", Some("r1")));
    });
    assert_eq!(kinds(&told), ["pull.reviewed"]);
    let data = &told[0].1;
    assert_eq!(
        (&data["state"], &data["human"], &data["remarks"]),
        (&"changes-requested".into(), &true.into(), &1.into())
    );
    assert_eq!(data["body"], "Not [31myet.");
    assert_eq!(data["said"][0]["path"], "src/a.rs");
}

#[test]
fn a_remark_by_itself_is_a_comment_and_no_review() {
    let told = news(|facts| {
        facts.reviews.push(review("r1", ReviewState::Commented, "", facts));
        facts.comments.push(comment("c1", Some("r1")));
    });
    assert_eq!(kinds(&told), ["pull.commented"]);
    assert_eq!((&told[0].1["path"], &told[0].1["line"]), (&"src/a.rs".into(), &7.into()));
}

#[test]
fn what_belongs_to_a_review_that_is_not_submitted_waits_for_it() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    facts.comments.push(comment("c1", Some("r1")));
    book.look(&facts).unwrap();
    facts.reviews.push(review("r1", ReviewState::Pending, "", &facts));
    book.look(&facts).unwrap();
    assert_eq!(book.kinds(), ["pull.filed"]);
    facts.reviews[0].state = ReviewState::Approved;
    book.look(&facts).unwrap();
    assert_eq!(book.kinds(), ["pull.filed", "pull.reviewed"]);
    assert_eq!(book.last().1["said"][0]["comment"], "c1");
}

#[test]
fn the_same_failed_run_is_told_once_a_new_one_again_and_a_pass_after_it() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    let mut look = |checks: &[CheckFact], expect: &[&str]| {
        let before = book.told().len();
        facts.checks = checks.to_vec();
        book.look(&facts).unwrap();
        book.look(&facts).unwrap();
        assert_eq!(book.kinds()[before..], *expect, "{checks:?}");
    };
    let (failed, passed, running) = (CheckState::Failed, CheckState::Passed, CheckState::Running);
    look(&[check("1", "build", running)], &[]);
    look(&[check("1", "build", failed), check("2", "lint", running)], &["pull.checks-failed"]);
    look(&[check("1", "build", failed), check("2", "lint", failed)], &["pull.checks-failed"]);
    look(&[check("3", "build", running), check("2", "lint", failed)], &[]);
    look(&[check("3", "build", failed), check("2", "lint", failed)], &["pull.checks-failed"]);
    look(&[check("4", "build", passed), check("5", "lint", running)], &[]);
    look(&[check("4", "build", passed), check("5", "lint", passed)], &["pull.checks-passed"]);
}

#[test]
fn a_check_that_fails_at_the_next_commit_is_news() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    for (head, id) in [("head-0", "1"), ("head-1", "2")] {
        facts.head_sha = head.to_owned();
        facts.checks = vec![check(id, "build", CheckState::Failed)];
        book.look(&facts).unwrap();
        assert_eq!(book.last().0, "pull.checks-failed");
        assert_eq!(book.last().1["head_sha"], head);
    }
    assert_eq!(book.kinds().len(), 3);
}

#[test]
fn a_conflict_is_told_once_at_each_commit_and_never_while_it_is_being_found_out() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    let count = |facts: &PullFacts| {
        book.look(facts).unwrap();
        book.kinds().iter().filter(|kind| *kind == "pull.conflicted").count()
    };
    facts.conflicted = None;
    assert_eq!(count(&facts), 0);
    facts.conflicted = Some(true);
    assert_eq!((count(&facts), count(&facts)), (1, 1));
    facts.conflicted = None;
    assert_eq!(count(&facts), 1);
    facts.conflicted = Some(true);
    assert_eq!(count(&facts), 1);
    facts.head_sha = "head-1".to_owned();
    assert_eq!(count(&facts), 2);
}

#[test]
fn a_base_that_moves_or_is_another_one_now_is_told() {
    assert_eq!(kinds(&news(|facts| facts.base_sha = "base-1".to_owned())), ["pull.base-moved"]);
    let told = news(|facts| facts.base = "release".to_owned());
    assert_eq!(told[0].1["base"], "release");
}

#[test]
fn a_merge_tells_the_author_and_whoever_else_works_towards_the_base() {
    let (book, mut facts) = (Book::new(), quiet());
    add_agent(&book.store, "other", "main.other");
    book.file(&facts);
    facts.state = PullRequestState::Merged;
    facts.merge_sha = Some("merge-0".to_owned());
    book.look(&facts).unwrap();
    book.look(&facts).unwrap();
    let told: Vec<_> = book.told().into_iter().map(|(kind, agent, _)| format!("{kind} {agent}")).collect();
    assert_eq!(told, ["pull.filed leaf", "pull.merged leaf", "base.moved other"]);
    assert_eq!(book.store.filed(HEAD).unwrap().unwrap().state, "merged");
    assert_eq!(book.store.open_remote_pulls(REPOSITORY).unwrap(), Vec::<u64>::new());
}

#[test]
fn one_that_is_closed_and_opened_again_is_seen_anew_without_its_history() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    facts.reviews.push(review("r1", ReviewState::ChangesRequested, "No.", &facts));
    facts.state = PullRequestState::Closed;
    book.look(&facts).unwrap();
    facts.state = PullRequestState::Open;
    facts.comments.push(comment("c1", None));
    book.look(&facts).unwrap();
    book.look(&facts).unwrap();
    assert_eq!(book.kinds(), ["pull.filed", "pull.reviewed", "pull.closed", "pull.seen"]);
}

#[test]
fn the_first_sight_tells_what_is_open_and_no_history() {
    let (book, mut facts) = (Book::new(), quiet());
    facts.reviews.push(review("r1", ReviewState::ChangesRequested, "No.", &facts));
    facts.reviews.push(Review {
        author: "otto".to_owned(),
        ..review("r2", ReviewState::ChangesRequested, "Never.", &facts)
    });
    facts.reviews.push(review("r3", ReviewState::Approved, "Yes.", &facts));
    facts.comments.push(comment("c1", None));
    facts.checks = vec![check("1", "build", CheckState::Failed), check("2", "lint", CheckState::Passed)];
    book.look(&facts).unwrap();
    book.look(&facts).unwrap();
    assert_eq!(book.kinds(), ["pull.seen"]);
    let (_, data) = book.last();
    assert_eq!(data["reviews"].as_array().unwrap().len(), 1);
    assert_eq!(data["reviews"][0]["author"], "otto");
    assert_eq!(data["checks_failed"][0]["name"], "build");
    assert_eq!(data["comments"][0]["comment"], "c1");
    facts.comments.push(comment("c2", None));
    book.look(&facts).unwrap();
    assert_eq!(book.last().1["comment"], "c2");
}

#[test]
fn a_pull_request_of_nobody_here_is_not_told_of() {
    let book = Book::new();
    let facts = PullFacts { head: "somebody".to_owned(), ..quiet() };
    assert_eq!(book.look(&facts).unwrap(), Taken::NotOurs);
    assert_eq!(book.told(), []);
}

#[test]
fn what_an_agent_said_through_this_program_is_told_as_the_agents_and_not_again() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    let lead = AgentName::parse("lead").unwrap();
    let act = book.begin(Sender::Agent(&lead), ActOn::Pull(7), "Not yet.");
    let shared = review("r1", ReviewState::Commented, "Not yet.", &facts);
    facts.reviews.push(shared.clone());
    // The forge has it, and the agent's process has not recorded it.
    assert_eq!(book.look(&facts).unwrap(), Taken::Later);
    let own =
        Review { author: "lead".to_owned(), human: false, state: ReviewState::ChangesRequested, ..shared };
    book.store.record_remote_review(&act, 7, &own, &[], now()).unwrap();
    book.look(&facts).unwrap();
    assert_eq!(book.kinds(), ["pull.filed", "pull.reviewed"]);
    let (_, data) = book.last();
    assert_eq!((&data["author"], &data["human"]), (&"lead".into(), &false.into()));
    let filed = book.store.filed(HEAD).unwrap().unwrap();
    assert!(filed.verdicts.iter().any(|verdict| verdict.asks_for_changes), "{filed:?}");
}

#[test]
fn what_was_said_by_a_process_that_died_before_it_recorded_it_is_its_agents() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    let lead = AgentName::parse("lead").unwrap();
    let _killed = book.begin(Sender::Agent(&lead), ActOn::Pull(7), "Not yet.\n");
    facts.reviews.push(review("r1", ReviewState::Commented, "Not yet.", &facts));
    facts.reviews.push(review("r2", ReviewState::Commented, "Me neither.", &facts));
    book.look_after(&facts, now(), &book.abandoned()).unwrap();
    let authors: Vec<_> = book.told().into_iter().map(|(_, _, data)| data["author"].clone()).collect();
    assert_eq!(authors, [Value::Null, "lead".into(), "maria".into()]);
}

#[test]
fn a_filing_whose_process_died_is_told_as_one() {
    let (book, facts) = (Book::new(), quiet());
    let _killed = book.begin(Sender::Agent(&leaf()), ActOn::Head(HEAD), "");
    assert_eq!(book.look(&facts).unwrap(), Taken::Later);
    book.look_after(&facts, now(), &book.abandoned()).unwrap();
    assert_eq!(book.kinds(), ["pull.filed"]);
}

#[test]
fn what_was_seen_before_this_program_did_something_is_not_believed() {
    let (book, facts) = (Book::new(), quiet());
    let began_ms = now();
    book.file(&facts);
    let act = book.begin(Sender::Human, ActOn::Pull(7), "");
    book.store.record_remote_merge(&act, 7, "merge-0", now()).unwrap();
    assert_eq!(book.look_after(&facts, began_ms, &[]).unwrap(), Taken::Later);
    assert_eq!(book.kinds(), ["pull.filed", "pull.merged"]);
    let merged =
        PullFacts { state: PullRequestState::Merged, merge_sha: Some("merge-0".to_owned()), ..facts };
    book.look(&merged).unwrap();
    assert_eq!(book.kinds(), ["pull.filed", "pull.merged"]);
}

#[test]
fn a_verdict_that_was_taken_back_holds_nobody() {
    let (book, mut facts) = (Book::new(), quiet());
    book.file(&facts);
    facts.reviews.push(review("r1", ReviewState::ChangesRequested, "No.", &facts));
    book.look(&facts).unwrap();
    assert_eq!(book.store.filed(HEAD).unwrap().unwrap().verdicts.len(), 1);
    facts.reviews[0].state = ReviewState::Commented;
    book.look(&facts).unwrap();
    assert_eq!(book.store.filed(HEAD).unwrap().unwrap().verdicts, []);
}

#[test]
fn a_long_text_is_cut_in_its_event() {
    let told = news(|facts| {
        let mut long = comment("c1", None);
        long.body = "ä".repeat(20_000);
        facts.comments.push(long);
    });
    assert_eq!(told[0].1["body"].as_str().unwrap().len(), 16 << 10);
}
