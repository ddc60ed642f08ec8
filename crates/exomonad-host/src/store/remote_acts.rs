//! What this program does on a forge that is elsewhere. What is about to be done is on the disk first, so that nobody who
//! looks at the forge in between takes it for somebody else's.
//!
//! The order: [`Store::begin_remote_act`], the request, then one of the `record_remote_…`, which ends the act; or
//! [`Store::end_remote_act`] when nothing came of it. An act whose process died in between is found out by whoever watches
//! the forge: what was said in exactly its words is its agent's.

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::events::{from_outside, from_row, to_row};
use super::pulls::by_whom;
use super::remote_pulls::{KeptReview, RemoteBook, RemotePull};
use super::{Sender, Store, StoreError, review_state_name};
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::forge::{PullRequestState, Review};

/// What an act is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActOn<'a> {
    /// A pull request of this branch, which may not be there yet.
    Head(&'a str),
    /// The pull request of this number.
    Pull(u64),
}

/// Something that is about to be done.
#[derive(Debug, Clone, Copy)]
pub struct RemoteAct<'a> {
    /// Where: the forge's host, the owner and the name, with slashes between.
    pub repository: &'a str,
    /// Who does it.
    pub by: Sender<'a>,
    /// What it is about.
    pub on: ActOn<'a>,
    /// What is said, in exactly the words that the forge gets; empty where nothing is.
    pub body: &'a str,
}

/// An act that was begun, and is to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct BegunAct {
    id: i64,
    repository: String,
    /// Absent: a person.
    agent: Option<AgentName>,
}

impl BegunAct {
    fn by(&self) -> Sender<'_> {
        self.agent.as_ref().map_or(Sender::Human, Sender::Agent)
    }
}

/// A pull request that was filed or updated.
#[derive(Debug, Clone, Copy)]
pub struct RemoteFiling<'a> {
    /// Its number.
    pub number: u64,
    /// The agent that filed it.
    pub author: &'a AgentName,
    /// One line.
    pub title: &'a str,
    /// Where a person can look at it.
    pub url: &'a str,
    /// The branch that is to be merged.
    pub head: &'a str,
    /// Its newest commit.
    pub head_sha: &'a str,
    /// The branch that it is to be merged into.
    pub base: &'a str,
    /// The newest commit of that; absent where it was not looked up.
    pub base_sha: Option<&'a str>,
}

/// An act that is not recorded, as whoever watches the forge has to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenAct {
    pub(crate) id: i64,
    pub(crate) head: Option<String>,
    pub(crate) number: Option<u64>,
    /// Absent: a person.
    pub(crate) agent: Option<AgentName>,
    pub(crate) body: String,
    pub(crate) by: ProcessIdentity,
    pub(crate) begun_ms: u64,
}

impl Store {
    /// Keeps that something is about to be done. It is on the disk when this returns.
    ///
    /// # Errors
    /// The database failed.
    pub fn begin_remote_act(
        &self,
        act: &RemoteAct<'_>,
        by: &ProcessIdentity,
        now_ms: u64,
    ) -> Result<BegunAct, StoreError> {
        let (head, number) = match act.on {
            ActOn::Head(head) => (Some(head), None),
            ActOn::Pull(number) => (None, Some(to_row(number))),
        };
        let agent = match act.by {
            Sender::Agent(name) => Some(name.as_str()),
            Sender::Human | Sender::Host => None,
        };
        self.write_durably(|transaction| {
            let id = transaction
                .prepare_cached(
                    "INSERT INTO remote_acts (repository, head, number, agent, body, pid, started, machine, begun_ms)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .insert(params![
                    act.repository,
                    head,
                    number,
                    agent,
                    act.body,
                    by.pid,
                    by.started,
                    by.machine,
                    to_row(now_ms)
                ])?;
            let agent = match act.by {
                Sender::Agent(name) => Some(name.clone()),
                Sender::Human | Sender::Host => None,
            };
            Ok(BegunAct { id, repository: act.repository.to_owned(), agent })
        })
    }

    /// Forgets an act of which nothing came.
    ///
    /// # Errors
    /// The database failed.
    pub fn end_remote_act(&self, act: &BegunAct) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM remote_acts WHERE id = ?1", params![act.id])?;
            Ok(())
        })
    }

    /// Records a pull request that was filed or updated, with its event.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn record_remote_filing(
        &self,
        act: &BegunAct,
        filing: &RemoteFiling<'_>,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.finish_remote_act(act, now_ms, |book, _by| {
            let known = book.pull(filing.number)?;
            let mut pull = RemotePull {
                number: filing.number,
                author: filing.author.clone(),
                title: filing.title.to_owned(),
                url: filing.url.to_owned(),
                state: PullRequestState::Open,
                head: filing.head.to_owned(),
                head_sha: filing.head_sha.to_owned(),
                base: filing.base.to_owned(),
                base_sha: filing.base_sha.map(str::to_owned),
                merge_sha: None,
                conflict_sha: None,
                checks: None,
            };
            if let Some(known) = &known {
                pull.base_sha = pull.base_sha.or_else(|| known.base_sha.clone());
                pull.conflict_sha.clone_from(&known.conflict_sha);
                pull.checks = known.checks.filter(|_| known.head_sha == pull.head_sha);
            }
            book.keep(&pull)?;
            book.touch(pull.number)?;
            match known {
                None => book.tell("pull.filed", &pull, Value::Null),
                Some(known) if known == pull => Ok(()),
                Some(_) => book.tell("pull.updated", &pull, Value::Null),
            }
        })
    }

    /// Records a review that was submitted, with its event; of a pull request that nobody here knows, nothing. `comments` are
    /// the ids of everything that the forge keeps for it beside the review.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn record_remote_review(
        &self,
        act: &BegunAct,
        number: u64,
        review: &Review,
        comments: &[String],
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.finish_remote_act(act, now_ms, |book, by| {
            for comment in comments {
                book.keep_comment(number, comment)?;
            }
            let is_new = book.keep_review(number, KeptReview { review, ours: true })?;
            let Some(pull) = book.pull(number)?.filter(|_| is_new) else { return Ok(()) };
            book.touch(number)?;
            let mut data = by_whom(by);
            if let Some(data) = data.as_object_mut() {
                data.insert("review".to_owned(), json!(review.id));
                data.insert("author".to_owned(), json!(by.as_str()));
                data.insert("state".to_owned(), json!(review_state_name(review.state)));
                data.insert("commit".to_owned(), json!(review.commit));
                data.insert("body".to_owned(), json!(from_outside(&review.body)));
                data.insert("remarks".to_owned(), json!(comments.len()));
            }
            book.tell("pull.reviewed", &pull, data)
        })
    }

    /// Records a comment that was made, which its pull request's author is told of by whoever made it.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn record_remote_comment(
        &self,
        act: &BegunAct,
        number: u64,
        comment: &str,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.finish_remote_act(act, now_ms, |book, _by| book.keep_comment(number, comment).map(drop))
    }

    /// Records a merge that was made, with its event, and tells everyone else who works towards the same base.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn record_remote_merge(
        &self,
        act: &BegunAct,
        number: u64,
        merge_sha: &str,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.finish_remote_act(act, now_ms, |book, by| {
            let Some(mut pull) = book.pull(number)? else { return Ok(()) };
            if pull.state == PullRequestState::Merged {
                return Ok(());
            }
            pull.state = PullRequestState::Merged;
            pull.merge_sha = Some(merge_sha.to_owned());
            book.keep(&pull)?;
            book.touch(number)?;
            book.tell_of_merge(&pull, merge_sha, Some(by))
        })
    }

    /// Records that a pull request was closed without a merge, with its event. `comment` is the id of what was said with it.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn record_remote_close(
        &self,
        act: &BegunAct,
        number: u64,
        comment: Option<&str>,
        now_ms: u64,
    ) -> Result<(), StoreError> {
        self.finish_remote_act(act, now_ms, |book, by| {
            if let Some(comment) = comment {
                book.keep_comment(number, comment)?;
            }
            let Some(mut pull) = book.pull(number)? else { return Ok(()) };
            if pull.state != PullRequestState::Open {
                return Ok(());
            }
            pull.state = PullRequestState::Closed;
            book.keep(&pull)?;
            book.touch(number)?;
            book.tell("pull.closed", &pull, by_whom(by))
        })
    }

    /// Every act in a repository that is not recorded, oldest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub(crate) fn open_remote_acts(&self, repository: &str) -> Result<Vec<OpenAct>, StoreError> {
        open_acts(&self.lock(), repository)
    }

    /// Forgets acts that were given up, once a whole look at the forge began after that.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) fn end_abandoned_acts(&self, acts: &[OpenAct]) -> Result<(), StoreError> {
        if acts.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let mut delete = transaction.prepare_cached("DELETE FROM remote_acts WHERE id = ?1")?;
            for act in acts {
                delete.execute(params![act.id])?;
            }
            Ok(())
        })
    }

    fn finish_remote_act(
        &self,
        act: &BegunAct,
        now_ms: u64,
        change: impl FnOnce(&RemoteBook<'_>, Sender<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.write_durably(|transaction| {
            transaction.execute("DELETE FROM remote_acts WHERE id = ?1", params![act.id])?;
            change(&RemoteBook { transaction, repository: &act.repository, now_ms }, act.by())
        })
    }
}

impl OpenAct {
    /// Whether it is about a pull request.
    pub(crate) fn is_on(&self, number: u64, head: &str) -> bool {
        self.number == Some(number) || self.head.as_deref() == Some(head)
    }

    /// Who began it.
    pub(crate) fn sender(&self) -> Sender<'_> {
        self.agent.as_ref().map_or(Sender::Human, Sender::Agent)
    }
}

impl RemoteBook<'_> {
    /// Records that one was merged, as an event, and tells everyone else who works towards its base.
    pub(crate) fn tell_of_merge(
        &self,
        pull: &RemotePull,
        merge_sha: &str,
        by: Option<Sender<'_>>,
    ) -> Result<(), StoreError> {
        let mut data = by.map_or_else(|| json!({}), by_whom);
        if let Some(data) = data.as_object_mut() {
            data.insert("merge_sha".to_owned(), json!(merge_sha));
        }
        self.tell("pull.merged", pull, data)?;
        self.tell_of_moved_base(pull, merge_sha)
    }

    /// Every act in this repository that is not recorded, oldest first.
    pub(crate) fn open_acts(&self) -> Result<Vec<OpenAct>, StoreError> {
        open_acts(self.transaction, self.repository)
    }
}

fn open_acts(connection: &Connection, repository: &str) -> Result<Vec<OpenAct>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT id, head, number, agent, body, pid, started, machine, begun_ms FROM remote_acts
         WHERE repository = ?1 ORDER BY id",
    )?;
    let mut rows = select.query(params![repository])?;
    let mut acts = Vec::new();
    while let Some(row) = rows.next()? {
        acts.push(OpenAct {
            id: row.get(0)?,
            head: row.get(1)?,
            number: row.get::<_, Option<i64>>(2)?.map(from_row),
            agent: row.get::<_, Option<String>>(3)?.map(parse_agent).transpose()?,
            body: row.get(4)?,
            by: ProcessIdentity { pid: row.get(5)?, started: row.get(6)?, machine: row.get(7)? },
            begun_ms: from_row(row.get(8)?),
        });
    }
    Ok(acts)
}

fn parse_agent(name: String) -> Result<AgentName, StoreError> {
    AgentName::parse(&name).map_err(|_not_a_name| StoreError::Unknown { table: "remote_acts", value: name })
}
