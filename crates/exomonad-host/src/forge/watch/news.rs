//! What is new about a pull request: what a look found, compared with what is known.
//!
//! Rules: a fact is told once, and kept as told in the same transaction; one that belongs to a commit is news again at the
//! next commit; what this program did itself is not told as somebody else's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::first;
use crate::agent::AgentName;
use crate::contract::forge::{CheckState, PullRequestState, Review, ReviewState};
use crate::forge::facts::{CheckFact, CommentFact, PullFacts};
use crate::store::{
    ChecksTold, KeptReview, OpenAct, RemoteBook, RemotePull, StoreError, from_outside, review_state_name,
};

/// What one look brought.
#[derive(Debug)]
pub(super) struct Look<'a> {
    /// When it began, in milliseconds since 1970.
    pub(super) began_ms: u64,
    /// What was begun by processes that had died by then.
    pub(super) abandoned: &'a [OpenAct],
    /// The ends of what failed checks printed, by the check's id.
    pub(super) logs: &'a BTreeMap<String, String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    /// So much was told.
    News(usize),
    /// As before, and it was merged by somebody else; the agent is its author.
    Merged(AgentName),
    /// It is nobody's here.
    NotOurs,
    /// This program is at it, or was while the forge was asked: what was seen may be older than what is known.
    Later,
}

/// Takes what a look found of one pull request into account.
pub(super) fn take(book: &RemoteBook<'_>, look: &Look<'_>, facts: &PullFacts) -> Result<Taken, StoreError> {
    let acts = book.open_acts()?;
    let is_at_it = |act: &OpenAct| act.is_on(facts.number, &facts.head) && !look.abandoned.contains(act);
    if acts.iter().any(is_at_it) || book.touched_ms(facts.number)? >= look.began_ms {
        return Ok(Taken::Later);
    }
    let known = book.pull(facts.number)?;
    let author = match book.agent_of(&facts.head)? {
        Some(author) => author,
        None => match &known {
            Some(known) => known.author.clone(),
            None => return Ok(Taken::NotOurs),
        },
    };
    let ours: Vec<_> = look.abandoned.iter().filter(|act| act.is_on(facts.number, &facts.head)).collect();
    let pull = RemotePull {
        number: facts.number,
        author,
        title: facts.title.clone(),
        url: facts.url.clone(),
        state: facts.state,
        head: facts.head.clone(),
        head_sha: facts.head_sha.clone(),
        base: facts.base.clone(),
        base_sha: Some(facts.base_sha.clone()),
        merge_sha: facts.merge_sha.clone(),
        conflict_sha: known.as_ref().and_then(|known| known.conflict_sha.clone()),
        checks: known
            .as_ref()
            .filter(|known| known.head_sha == facts.head_sha)
            .and_then(|known| known.checks),
    };
    let mut page = Page { book, look, facts, ours: &ours, pull, told: 0 };
    let is_open = |state: PullRequestState| state == PullRequestState::Open;
    let taken = match known {
        Some(known) if is_open(known.state) || !is_open(facts.state) => page.compare(&known)?,
        Some(_) | None => page.begin()?,
    };
    book.keep(&page.pull)?;
    Ok(taken)
}

/// One pull request that is looked at.
pub(super) struct Page<'a> {
    pub(super) book: &'a RemoteBook<'a>,
    look: &'a Look<'a>,
    pub(super) facts: &'a PullFacts,
    /// Acts on it whose end nobody recorded.
    ours: &'a [&'a OpenAct],
    /// As it is to be known from now on.
    pub(super) pull: RemotePull,
    told: usize,
}

impl Page<'_> {
    pub(super) fn tell(&mut self, kind: &str, more: Value) -> Result<(), StoreError> {
        self.told += 1;
        self.book.tell(kind, &self.pull, more)
    }

    /// One that nobody here knew as open: what is open on it is told at once, and nothing of it again.
    fn begin(&mut self) -> Result<Taken, StoreError> {
        first::keep_all(self)?;
        if self.facts.state == PullRequestState::Open {
            let is_filed = self.ours.iter().any(|act| act.head.is_some());
            if is_filed {
                self.tell("pull.filed", Value::Null)?;
            } else {
                self.tell("pull.seen", first::summary(self.facts))?;
            }
        }
        Ok(Taken::News(self.told))
    }

    fn compare(&mut self, known: &RemotePull) -> Result<Taken, StoreError> {
        self.reviews()?;
        if self.facts.state == PullRequestState::Open {
            self.checks(known)?;
            self.conflict()?;
            self.base(known)?;
            return Ok(Taken::News(self.told));
        }
        if known.state == self.facts.state {
            return Ok(Taken::News(self.told));
        }
        if self.facts.state == PullRequestState::Merged {
            self.told += 1;
            let sha = self.facts.merge_sha.clone().unwrap_or_default();
            let by = self.ours.iter().find(|act| act.number.is_some() && act.body.is_empty());
            self.book.tell_of_merge(&self.pull, &sha, by.map(|act| act.sender()))?;
            return Ok(Taken::Merged(self.pull.author.clone()));
        }
        self.tell("pull.closed", json!({}))?;
        Ok(Taken::News(self.told))
    }

    /// What was said. The remarks that belong to a review are told with it.
    fn reviews(&mut self) -> Result<(), StoreError> {
        let facts = self.facts;
        let mut unfinished = BTreeSet::new();
        for review in &facts.reviews {
            if review.state == ReviewState::Pending {
                unfinished.insert(review.id.as_str());
                continue;
            }
            let (shown, ours) = self.attributed(review);
            if !self.book.keep_review(facts.number, KeptReview { review: &shown, ours })? {
                continue;
            }
            let remarks: Vec<_> = remarks_of(facts, &review.id).collect();
            // A single remark is a review without a word of its own.
            if is_bare(review) && remarks.len() <= 1 {
                continue;
            }
            let mut new = Vec::new();
            for remark in remarks {
                if self.book.keep_comment(facts.number, &remark.id)? {
                    new.push(remark);
                }
            }
            self.tell("pull.reviewed", review_data(&shown, &new))?;
        }
        let known: BTreeSet<_> = facts.reviews.iter().map(|review| review.id.as_str()).collect();
        for comment in &facts.comments {
            // Its review comes with a later look.
            let waits = |id: &str| !known.contains(id) || unfinished.contains(id);
            if comment.review.as_deref().is_some_and(waits) {
                continue;
            }
            let is_ours = self.act_with(&comment.body).is_some();
            if self.book.keep_comment(facts.number, &comment.id)? && !is_ours {
                self.tell("pull.commented", comment_data(comment))?;
            }
        }
        Ok(())
    }

    /// A review with its true author, and whether that is one of us.
    fn attributed(&self, review: &Review) -> (Review, bool) {
        match self.act_with(&review.body) {
            Some(act) => {
                let by = act.sender();
                let (author, human) = (by.as_str().to_owned(), by.is_human());
                (Review { author, human, ..review.clone() }, true)
            }
            None => (review.clone(), false),
        }
    }

    /// The act in whose words something is said.
    fn act_with(&self, body: &str) -> Option<&OpenAct> {
        let said = body.trim();
        self.ours.iter().copied().find(|act| !said.is_empty() && act.body.trim() == said)
    }

    fn checks(&mut self, known: &RemotePull) -> Result<(), StoreError> {
        let facts = self.facts;
        if known.head_sha != facts.head_sha {
            self.book.forget_checks(facts.number, &facts.head_sha)?;
        }
        for check in &facts.checks {
            let failed = check.state == CheckState::Failed;
            if self.book.keep_check(facts.number, &facts.head_sha, &check.id, failed)? {
                let data = check_data(check, self.look.logs.get(&check.id).map(String::as_str));
                self.tell("pull.checks-failed", data)?;
            }
        }
        let told = verdict(&facts.checks);
        if told == Some(ChecksTold::Passed) && self.pull.checks != told {
            self.tell("pull.checks-passed", json!({"checks": facts.checks.len()}))?;
        }
        self.pull.checks = told.or(self.pull.checks);
        Ok(())
    }

    /// A conflict is news once at each commit.
    fn conflict(&mut self) -> Result<(), StoreError> {
        match self.facts.conflicted {
            Some(true) if self.pull.conflict_sha.as_ref() != Some(&self.facts.head_sha) => {
                self.pull.conflict_sha = Some(self.facts.head_sha.clone());
                self.tell("pull.conflicted", json!({"base_sha": self.facts.base_sha}))
            }
            Some(false) => {
                self.pull.conflict_sha = None;
                Ok(())
            }
            Some(true) | None => Ok(()),
        }
    }

    fn base(&mut self, known: &RemotePull) -> Result<(), StoreError> {
        let is_moved = known.base_sha.as_ref().is_some_and(|sha| *sha != self.facts.base_sha);
        if !is_moved && known.base == self.facts.base {
            return Ok(());
        }
        self.tell("pull.base-moved", json!({"base_sha": self.facts.base_sha}))
    }
}

/// What is to be told of checks as a whole: that one failed, or that none will any more.
pub(super) fn verdict(checks: &[CheckFact]) -> Option<ChecksTold> {
    let any = |state: CheckState| checks.iter().any(|check| check.state == state);
    if any(CheckState::Failed) {
        return Some(ChecksTold::Failed);
    }
    let is_settled = !any(CheckState::Queued) && !any(CheckState::Running);
    (is_settled && any(CheckState::Passed)).then_some(ChecksTold::Passed)
}

/// Whether a review says nothing by itself.
fn is_bare(review: &Review) -> bool {
    review.state == ReviewState::Commented && review.body.trim().is_empty()
}

fn remarks_of<'a>(facts: &'a PullFacts, review: &'a str) -> impl Iterator<Item = &'a CommentFact> {
    facts.comments.iter().filter(move |comment| comment.review.as_deref() == Some(review))
}

/// A review as an event has it; what it says of files goes along, as far as it fits.
pub(super) fn review_data(review: &Review, remarks: &[&CommentFact]) -> Value {
    let mut room = REMARK_BYTES;
    let fits = |remark: &&&CommentFact| {
        let bytes = remark.body.len() + remark.path.as_ref().map_or(0, String::len);
        let fits = bytes <= room;
        room = room.saturating_sub(bytes);
        fits
    };
    let said: Vec<Value> = remarks
        .iter()
        .take_while(fits)
        .map(|remark| json!({"comment": remark.id, "path": remark.path, "line": remark.line, "body": from_outside(&remark.body)}))
        .collect();
    json!({
        "review": review.id, "author": from_outside(&review.author), "by": from_outside(&review.author),
        "human": review.human, "state": review_state_name(review.state), "commit": review.commit,
        "body": from_outside(&review.body), "remarks": remarks.len(), "said": said,
    })
}

/// The most bytes that the remarks of one review have in its event.
const REMARK_BYTES: usize = 16 << 10;

pub(super) fn comment_data(comment: &CommentFact) -> Value {
    json!({
        "comment": comment.id, "author": from_outside(&comment.author), "human": comment.human,
        "path": comment.path, "line": comment.line, "body": from_outside(&comment.body),
    })
}

pub(super) fn check_data(check: &CheckFact, log: Option<&str>) -> Value {
    json!({
        "name": from_outside(&check.name), "check": check.id, "check_url": check.url, "log": log.map(from_outside),
    })
}
