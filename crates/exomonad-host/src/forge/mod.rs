//! Pull requests and issues, wherever they live.
//!
//! Rules: what is asked here is checked here, whoever asks; nothing that is not committed is ever touched; what a forge
//! answers is true when it answers.

mod choice;
mod error;
mod facts;
mod github;
mod guard;
mod local;
mod patience;
mod verdict;
mod watch;

pub(crate) use self::choice::watched;
pub use self::choice::{Choice, Place, choose, open, open_here, prove};
pub use self::error::ForgeError;
pub use self::github::{GitHubError, TokenSource};
pub(crate) use self::local::Conflicts;
pub use self::local::{Ending, Local, Mended, mend};
pub use self::patience::Patience;
pub(crate) use self::watch::ForgeWatch;
use crate::agent::AgentName;
use crate::contract::forge::{
    Changes, Check, Issue, IssueState, MergeResult, MergeStrategy, PullRequest, PullRequestState, Remark,
    Review, ReviewComment, ReviewState,
};
use crate::store::Sender;

/// The most bytes of a title, and of everything that a pull request or a review says.
pub(crate) const TITLE_BYTES: usize = 256;
pub(crate) const TEXT_BYTES: usize = 256 << 10;
/// The most remarks of one review.
pub(crate) const REMARKS: usize = 200;

/// A pull request to file for what an agent has checked out.
#[derive(Debug, Clone, Copy)]
pub struct FileOrder<'a> {
    /// The agent that files it.
    pub by: &'a AgentName,
    /// One line; empty: that of the one that is open stays.
    pub title: &'a str,
    /// What it is about; empty: that of the one that is open stays.
    pub body: &'a str,
    /// The branch that it is to be merged into; absent: that of the one that is open, else the one that the agent's was
    /// made from.
    pub base: Option<&'a str>,
    /// What the host knows of the work.
    pub receipt: Option<&'a str>,
}

/// A review to submit.
#[derive(Debug, Clone, Copy)]
pub struct ReviewOrder<'a> {
    /// Who reviews.
    pub by: Sender<'a>,
    /// The pull request.
    pub number: u64,
    /// What comes of it.
    pub state: ReviewState,
    /// What there is to say about all of it.
    pub body: &'a str,
    /// What there is to say about files.
    pub remarks: &'a [Remark],
}

/// A merge to make.
#[derive(Debug, Clone, Copy)]
pub struct MergeOrder<'a> {
    /// Who merges.
    pub by: Sender<'a>,
    /// The pull request.
    pub number: u64,
    /// How.
    pub strategy: MergeStrategy,
    /// Although changes are requested, or checks have not passed.
    pub force: bool,
}

/// Where pull requests and issues live.
pub trait Forge: std::fmt::Debug {
    /// The open pull request of a branch, else its latest one.
    ///
    /// # Errors
    /// The forge did not answer.
    fn find(&self, head: &str) -> Result<Option<PullRequest>, ForgeError>;

    /// The pull request of that number.
    ///
    /// # Errors
    /// There is none, or the forge did not answer.
    fn pull_request(&self, number: u64) -> Result<PullRequest, ForgeError>;

    /// The newest 1000, newest first.
    ///
    /// # Errors
    /// The forge did not answer.
    fn pull_requests(&self, state: Option<PullRequestState>) -> Result<Vec<PullRequest>, ForgeError>;

    /// Opens a pull request for what an agent has checked out, or updates the one that is open.
    ///
    /// # Errors
    /// There is nothing to merge, the branch cannot be pushed, or the forge did not answer.
    fn create_or_update(&self, order: &FileOrder<'_>) -> Result<PullRequest, ForgeError>;

    /// At most `max_bytes` of what a pull request changes; of one file where `path` names it.
    ///
    /// # Errors
    /// There is none of this number, its commits are gone, or the forge did not answer.
    fn diff(&self, number: u64, path: Option<&str>, max_bytes: usize) -> Result<Changes, ForgeError>;

    /// The reviews of a pull request, oldest first.
    ///
    /// # Errors
    /// There is none of this number, or the forge did not answer.
    fn reviews(&self, number: u64) -> Result<Vec<Review>, ForgeError>;

    /// The remarks about the files of a pull request, oldest first.
    ///
    /// # Errors
    /// There is none of this number, or the forge did not answer.
    fn review_comments(&self, number: u64) -> Result<Vec<ReviewComment>, ForgeError>;

    /// Reviews an open pull request at its newest commit, and tells its author.
    ///
    /// # Errors
    /// It is the reviewer's own, it is not open, there is nothing said, or the forge did not answer.
    fn submit_review(&self, order: &ReviewOrder<'_>) -> Result<Review, ForgeError>;

    /// What was checked at the newest commit of a pull request.
    ///
    /// # Errors
    /// There is none of this number, or the forge did not answer.
    fn checks(&self, number: u64) -> Result<Vec<Check>, ForgeError>;

    /// Merges an open pull request into its base.
    ///
    /// # Errors
    /// Whoever asks may not, it is not fit to be merged, or the forge did not answer. Conflicts of content are no error.
    fn merge(&self, order: &MergeOrder<'_>) -> Result<MergeResult, ForgeError>;

    /// Closes an open pull request without a merge.
    ///
    /// # Errors
    /// Whoever asks may not, it is not open, or the forge did not answer.
    fn close(&self, number: u64, by: Sender<'_>, comment: Option<&str>) -> Result<PullRequest, ForgeError>;

    /// The issues, newest first.
    ///
    /// # Errors
    /// The forge has none, or did not answer.
    fn issues(&self, state: Option<IssueState>) -> Result<Vec<Issue>, ForgeError>;

    /// The issue of that number.
    ///
    /// # Errors
    /// There is none, the forge has no issues, or did not answer.
    fn issue(&self, number: u64) -> Result<Issue, ForgeError>;
}
