//! What a forge says of a pull request now. Facts, from which events are found by comparing them with what was known.

use std::time::Duration;

use super::ForgeError;
use crate::contract::forge::{CheckState, PullRequestState, Review};

/// A pull request as it stands.
#[derive(Debug, Clone)]
pub(crate) struct PullFacts {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) state: PullRequestState,
    /// The branch that is to be merged, and its newest commit.
    pub(crate) head: String,
    pub(crate) head_sha: String,
    /// The branch that it is to be merged into, and its newest commit.
    pub(crate) base: String,
    pub(crate) base_sha: String,
    /// The commit that merged it.
    pub(crate) merge_sha: Option<String>,
    /// It cannot be merged because both sides changed the same; absent while the forge has not found out.
    pub(crate) conflicted: Option<bool>,
    /// Oldest first.
    pub(crate) reviews: Vec<Review>,
    /// What was said beside the reviews, and about files; oldest first.
    pub(crate) comments: Vec<CommentFact>,
    /// What was checked at `head_sha`.
    pub(crate) checks: Vec<CheckFact>,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommentFact {
    pub(crate) id: String,
    pub(crate) author: String,
    /// A person wrote it.
    pub(crate) human: bool,
    /// The file and the line it is about; absent for the whole of it.
    pub(crate) path: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) body: String,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) time_ms: u64,
    /// The review it belongs to.
    pub(crate) review: Option<String>,
}

/// Something that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckFact {
    /// Names this run of it.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) state: CheckState,
    pub(crate) url: Option<String>,
}

/// What one look at the forge found.
#[derive(Debug)]
pub(crate) struct Looked {
    /// The pull requests that were asked for and exist.
    pub(crate) pulls: Vec<PullFacts>,
    /// How long the forge wants to be left alone; zero: it does not say.
    pub(crate) rest: Duration,
}

/// Which pull requests are looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interest {
    /// The open ones of these branches.
    pub(crate) heads: Vec<String>,
    /// These, whatever became of them.
    pub(crate) numbers: Vec<u64>,
}

/// A forge that has to be asked whether something happened.
pub(crate) trait Watched: std::fmt::Debug + Send {
    /// Where numbers mean pull requests: the forge's host, the owner and the name, with slashes between.
    fn repository(&self) -> String;

    /// Looks at pull requests. What did not change since the last look costs little.
    ///
    /// # Errors
    /// The forge did not answer, or not fully.
    fn look(&mut self, interest: &Interest) -> Result<Looked, ForgeError>;

    /// The end of what a failed check printed, at most `max_bytes`; nothing where the forge keeps none.
    ///
    /// # Errors
    /// The forge did not answer.
    fn failure_log(&mut self, check: &CheckFact, max_bytes: usize) -> Result<Option<String>, ForgeError>;
}
