//! Any history of a pull request, with a kill at any moment, tells the same as one that nobody disturbs: nothing twice, and
//! nothing not at all.

use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::Connection;

use super::*;

/// Something that happens to a pull request between two looks.
#[derive(Debug, Clone)]
enum Step {
    Push,
    Review { state: ReviewState, body: bool, remarks: usize },
    Comment,
    Dismiss,
    Run { name: usize, state: CheckState },
    Conflict(Option<bool>),
    MoveBase,
    Retarget,
    End(PullRequestState),
    Nothing,
}

/// What happens to whoever looks.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// Nothing.
    Goes,
    /// It looks again before anything happens.
    LooksTwice,
    /// It is killed after this many events of the look were written, and somebody else looks.
    Killed(u32),
    /// It is killed after the look, and somebody else looks.
    KilledAfter,
}

fn step() -> impl Strategy<Value = Step> {
    use CheckState::{Failed, Passed, Queued, Running, Skipped};
    use PullRequestState::{Closed, Merged, Open};
    use ReviewState::{Approved, ChangesRequested, Commented, Pending};
    let state = proptest::sample::select(vec![Approved, ChangesRequested, Commented, Pending]);
    let run = proptest::sample::select(vec![Queued, Running, Passed, Failed, Skipped]);
    let conflict = proptest::sample::select(vec![None, Some(true), Some(false)]);
    prop_oneof![
        2 => Just(Step::Push),
        4 => (state, any::<bool>(), 0..4_usize)
            .prop_map(|(state, body, remarks)| Step::Review { state, body, remarks }),
        3 => Just(Step::Comment),
        1 => Just(Step::Dismiss),
        4 => (0..3_usize, run).prop_map(|(name, state)| Step::Run { name, state }),
        2 => conflict.prop_map(Step::Conflict),
        1 => Just(Step::MoveBase),
        1 => Just(Step::Retarget),
        1 => proptest::sample::select(vec![Open, Closed, Merged]).prop_map(Step::End),
        1 => Just(Step::Nothing),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Goes),
        1 => Just(Fate::LooksTwice),
        3 => (0..4_u32).prop_map(Fate::Killed),
        1 => Just(Fate::KilledAfter),
    ]
}

fn happen(facts: &mut PullFacts, step: &Step, number: usize) {
    match step {
        Step::Push => {
            facts.head_sha = format!("head-{number}");
            facts.checks.clear();
            facts.conflicted = None;
        }
        Step::Review { state, body, remarks } => {
            // A review that is pending is submitted by the next one.
            for earlier in &mut facts.reviews {
                if earlier.state == ReviewState::Pending {
                    earlier.state = *state;
                }
            }
            let id = format!("r{number}");
            let body = if *body { format!("says {id}") } else { String::new() };
            let review = review(&id, *state, &body, facts);
            facts.reviews.push(review);
            let remarks = (0..*remarks).map(|remark| comment(&format!("c{number}-{remark}"), Some(&id)));
            facts.comments.extend(remarks);
        }
        Step::Comment => facts.comments.push(comment(&format!("c{number}"), None)),
        Step::Dismiss => {
            if let Some(review) =
                facts.reviews.iter_mut().find(|review| review.state == ReviewState::ChangesRequested)
            {
                review.state = ReviewState::Commented;
            }
        }
        Step::Run { name, state } => {
            let name = format!("check-{name}");
            match facts.checks.iter_mut().find(|check| check.name == name) {
                // A run that has not ended goes on; another one takes the place of one that has.
                Some(run) if matches!(run.state, CheckState::Queued | CheckState::Running) => {
                    run.state = *state;
                }
                Some(run) => *run = check(&format!("run{number}"), &name, *state),
                None => facts.checks.push(check(&format!("run{number}"), &name, *state)),
            }
        }
        Step::Conflict(conflicted) => facts.conflicted = *conflicted,
        Step::MoveBase => facts.base_sha = format!("base-{number}"),
        Step::Retarget => facts.base = format!("branch-{number}"),
        Step::End(state) => {
            if facts.state != PullRequestState::Merged {
                facts.state = *state;
                facts.merge_sha = (*state == PullRequestState::Merged).then(|| format!("merge-{number}"));
            }
        }
        Step::Nothing => {}
    }
}

/// Has the database refuse the event after so many more, as a power cut would.
fn break_after(book: &Book, events: u32) {
    let connection = Connection::open(&book.path).unwrap();
    let last: i64 =
        connection.query_row("SELECT coalesce(max(id), 0) FROM events", [], |row| row.get(0)).unwrap();
    let limit = last + i64::from(events);
    let trigger = format!(
        "CREATE TRIGGER cut BEFORE INSERT ON events WHEN (SELECT coalesce(max(id), 0) FROM events) >= {limit}
         BEGIN SELECT RAISE(ABORT, 'cut'); END"
    );
    connection.execute_batch(&trigger).unwrap();
}

fn mend(book: &mut Book) {
    Connection::open(&book.path).unwrap().execute_batch("DROP TRIGGER cut").unwrap();
    book.reopen();
}

fn live(history: &[(Step, Fate)], filed: bool, disturbed: bool) -> (Book, PullFacts) {
    let (mut book, mut facts) = (Book::new(), quiet());
    if filed {
        book.file(&facts);
    }
    for (number, (step, fate)) in history.iter().enumerate() {
        happen(&mut facts, step, number);
        match fate {
            Fate::Killed(events) if disturbed => {
                break_after(&book, *events);
                let looked = book.look(&facts);
                mend(&mut book);
                if looked.is_err() {
                    book.look(&facts).unwrap();
                }
            }
            Fate::KilledAfter if disturbed => {
                book.look(&facts).unwrap();
                book.reopen();
                book.look(&facts).unwrap();
            }
            Fate::LooksTwice if disturbed => {
                book.look(&facts).unwrap();
                book.look(&facts).unwrap();
            }
            Fate::Goes | Fate::Killed(_) | Fate::KilledAfter | Fate::LooksTwice => {
                book.look(&facts).unwrap();
            }
        }
    }
    (book, facts)
}

/// How often each thing that has an id was told.
fn counted(book: &Book) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (kind, _, data) in book.told() {
        let said = data["said"].as_array().cloned().unwrap_or_default();
        let ids = match kind.as_str() {
            "pull.reviewed" => {
                std::iter::once(&data["review"]).chain(said.iter().map(|one| &one["comment"])).collect()
            }
            "pull.commented" => vec![&data["comment"]],
            "pull.checks-failed" => vec![&data["check"]],
            _ => Vec::new(),
        };
        for id in ids {
            *counts.entry(id.as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_kill_at_any_moment_neither_repeats_nor_loses(
        history in vec((step(), fate()), 1..14),
        filed in any::<bool>(),
    ) {
        let (calm, _) = live(&history, filed, false);
        let (wild, _) = live(&history, filed, true);
        prop_assert_eq!(calm.told(), wild.told());
    }

    #[test]
    fn everything_that_is_said_is_told_exactly_once(history in vec((step(), fate()), 1..14)) {
        // Once it is closed nobody looks, and what is said then is told as what is open.
        let history: Vec<_> =
            history.into_iter().filter(|(step, _)| !matches!(step, Step::End(_))).collect();
        let (book, facts) = live(&history, true, true);
        let counts = counted(&book);
        prop_assert!(counts.values().all(|count| *count == 1), "{:?}", counts);
        let pending = |id: &str| {
            facts.reviews.iter().any(|review| review.id == id && review.state == ReviewState::Pending)
        };
        for comment in &facts.comments {
            let waits = comment.review.as_deref().is_some_and(pending);
            prop_assert_eq!(counts.contains_key(&comment.id), !waits, "{}", &comment.id);
        }
        for review in facts.reviews.iter().filter(|review| !review.body.is_empty()) {
            let waits = review.state == ReviewState::Pending;
            prop_assert_eq!(counts.contains_key(&review.id), !waits, "{}", &review.id);
        }
    }
}
