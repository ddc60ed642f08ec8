//! The forge that needs no server: pull requests and reviews in the project's database, merges by git's plumbing.

mod candidate;
pub(super) mod checkout;
mod conflicts;
pub(super) mod file;
mod graft;
mod land;
mod mend;
pub(super) mod review;
pub(super) mod tidy;
pub(super) mod turn;

pub(crate) use self::conflicts::Conflicts;
pub use self::mend::{Mended, mend};
use super::guard::{self, Subject};
use super::{FileOrder, Forge, ForgeError, MergeOrder, ReviewOrder};
use crate::agent::{AgentName, Site, verifications_of};
use crate::contract::WorkspaceKind;
use crate::contract::forge::{
    Changes, Check, CheckState, Issue, IssueState, MergeResult, PullRequest, PullRequestState, Review,
    ReviewComment,
};
use crate::contract::work::{Verification, VerificationState};
use crate::git::{Git, Repository};
use crate::store::{Closing, PullRow, Sender, pull_url};

/// What may become of an author whose work was merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is cleaned up, if the configuration says so.
    Allowed,
    /// It stays: whoever asks neither starts nor ends agents.
    Forbidden,
}

/// The forge of one project.
#[derive(Debug)]
pub struct Local {
    site: Site,
    ending: Ending,
}

/// Where a pull request is, right now.
struct Place {
    pull: PullRow,
    /// Git in the repository that has the base.
    git: Git,
    /// The head's newest commit; of one that is not open: its last.
    head_sha: Option<String>,
}

impl Place {
    /// Where the head left the base; absent when the base is gone, or never had a commit in common with it.
    fn load_base_sha(&self) -> Result<Option<String>, ForgeError> {
        let Self { pull, git, head_sha } = self;
        if pull.state != PullRequestState::Open {
            return Ok(Some(pull.base_sha.clone()));
        }
        let base = git.commit(&format!("refs/heads/{}", pull.base))?;
        Ok(match (&base, head_sha) {
            (Some(base), Some(head)) => git.merge_base(base, head)?,
            (_, _) => None,
        })
    }
}

impl Local {
    /// The forge, as whoever acts in the site's checkout sees it.
    #[must_use]
    pub fn new(site: Site, ending: Ending) -> Self {
        Self { site, ending }
    }

    fn place(&self, number: u64) -> Result<Place, ForgeError> {
        self.look_up(self.require_pull(number)?)
    }

    fn require_pull(&self, number: u64) -> Result<PullRow, ForgeError> {
        Ok(self.site.store.pull(number)?.ok_or(crate::store::StoreError::NoPull { number })?)
    }

    /// As [`Local::place`], for one that is open and whose branch is there.
    fn open_place(&self, number: u64) -> Result<(Place, String), ForgeError> {
        let place = self.place(number)?;
        if place.pull.state != PullRequestState::Open {
            return Err(ForgeError::NotOpen { number, state: place.pull.state });
        }
        let head = place.pull.head.clone();
        let head_sha = place.head_sha.clone().ok_or(ForgeError::HeadGone { number, head })?;
        Ok((place, head_sha))
    }

    fn look_up(&self, pull: PullRow) -> Result<Place, ForgeError> {
        let git = self.site.git(repository_of(&self.site, &pull.author)?);
        if pull.state != PullRequestState::Open {
            let head_sha = Some(pull.head_sha.clone());
            return Ok(Place { pull, git, head_sha });
        }
        let head_sha = git.commit(&format!("refs/heads/{}", pull.head))?;
        Ok(Place { pull, git, head_sha })
    }
}

/// The repository that an agent's work goes into: that of its parent, or the project's.
pub(super) fn repository_of(site: &Site, author: &AgentName) -> Result<Repository, ForgeError> {
    let author = site.store.agent(author)?;
    let owner = match author.as_ref().map(|row| &row.parent) {
        Some(Some(parent)) => site.store.agent(parent)?,
        Some(None) => author,
        None => None,
    };
    let found = owner.and_then(|owner| {
        Repository::find(&owner.workspace).ok().filter(|found| found.workspace == owner.workspace)
    });
    match found {
        Some(found) => Ok(found),
        None if site.repository.root == site.repository.main => Ok(site.repository.clone()),
        None => Ok(Repository::find(&site.repository.root)?),
    }
}

/// A pull request as it is shown.
fn shown(place: &Place) -> PullRequest {
    let pull = place.pull.clone();
    PullRequest {
        number: pull.number,
        title: pull.title,
        body: pull.body,
        state: pull.state,
        head_sha: place.head_sha.clone().unwrap_or(pull.head_sha),
        head: pull.head,
        base: pull.base,
        author: pull.author.to_string(),
        url: pull_url(pull.number),
        receipt: pull.receipt,
        merge_sha: pull.merge_sha,
        updated_ms: pull.updated_ms,
    }
}

impl Forge for Local {
    fn find(&self, head: &str) -> Result<Option<PullRequest>, ForgeError> {
        let found = self.site.store.pull_of(head)?;
        found.map(|pull| Ok(shown(&self.look_up(pull)?))).transpose()
    }

    fn pull_request(&self, number: u64) -> Result<PullRequest, ForgeError> {
        Ok(shown(&self.place(number)?))
    }

    fn pull_requests(&self, state: Option<PullRequestState>) -> Result<Vec<PullRequest>, ForgeError> {
        let pulls = self.site.store.pulls(state)?;
        pulls.into_iter().map(|pull| Ok(shown(&self.look_up(pull)?))).collect()
    }

    fn create_or_update(&self, order: &FileOrder<'_>) -> Result<PullRequest, ForgeError> {
        let pull = file::file(&self.site, order)?;
        Ok(shown(&self.look_up(pull)?))
    }

    fn diff(&self, number: u64, path: Option<&str>, max_bytes: usize) -> Result<Changes, ForgeError> {
        let place = self.place(number)?;
        let base_sha = place.load_base_sha()?;
        let Place { pull, git, head_sha } = place;
        // A branch that is gone left its commits behind for a while.
        let head_sha = head_sha.unwrap_or(pull.head_sha);
        let base_sha = base_sha.unwrap_or(pull.base_sha);
        let files = git.diff_stat_between(&base_sha, &head_sha, path)?;
        let (text, truncated) = git.diff_between(&base_sha, &head_sha, path, max_bytes)?;
        Ok(Changes { files, text, truncated })
    }

    fn reviews(&self, number: u64) -> Result<Vec<Review>, ForgeError> {
        self.require_pull(number)?;
        Ok(self.site.store.reviews(number)?)
    }

    fn review_comments(&self, number: u64) -> Result<Vec<ReviewComment>, ForgeError> {
        self.require_pull(number)?;
        Ok(self.site.store.review_comments(number)?)
    }

    fn submit_review(&self, order: &ReviewOrder<'_>) -> Result<Review, ForgeError> {
        let (place, head_sha) = self.open_place(order.number)?;
        review::submit(&self.site, order, &place.pull, &head_sha)
    }

    fn checks(&self, number: u64) -> Result<Vec<Check>, ForgeError> {
        let pull = self.require_pull(number)?;
        if self.site.config.work.verify.is_empty() {
            return Ok(Vec::new());
        }
        let place = self.look_up(pull)?;
        let head_sha = place.head_sha.as_deref().unwrap_or(&place.pull.head_sha);
        verified(&self.site, &place.git, &place.pull.author, head_sha)
    }

    fn merge(&self, order: &MergeOrder<'_>) -> Result<MergeResult, ForgeError> {
        let (landed, finished) = {
            let _turn = turn::take(&self.site)?;
            let finished = mend::mend_in_turn(&self.site)?;
            let (place, head_sha) = self.open_place(order.number)?;
            let reviews = self.site.store.reviews(order.number)?;
            let subject = subject(&place.pull, &head_sha);
            guard::check(&self.site, order, subject, &reviews, || self.checks(order.number))?;
            let notice = tidy::notice(&self.site, self.ending, &place.pull.author)?;
            (land::land(&self.site, order, &place, &head_sha, notice)?, finished)
        };
        for finished in finished {
            mend::settle(&self.site, self.ending, finished)?;
        }
        Ok(tidy::tidy(&self.site, self.ending, order.by, &landed))
    }

    fn close(&self, number: u64, by: Sender<'_>, comment: Option<&str>) -> Result<PullRequest, ForgeError> {
        let place = self.place(number)?;
        guard::may_close(&self.site, by, subject(&place.pull, &place.pull.head_sha))?;
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        review::require_text("a comment", comment.unwrap_or_default())?;
        let base_sha = place.load_base_sha()?;
        let ends = base_sha.as_deref().zip(place.head_sha.as_deref());
        match self.site.store.close_pull(number, by, ends, comment, self.site.clock.now_ms())? {
            Closing::Closed(pull) => Ok(shown(&self.look_up(pull)?)),
            Closing::NotOpen(pull) => Err(ForgeError::NotOpen { number, state: pull.state }),
            Closing::Merging => Err(ForgeError::Merging { number }),
        }
    }

    fn issues(&self, _: Option<IssueState>) -> Result<Vec<Issue>, ForgeError> {
        Err(no_issues())
    }

    fn issue(&self, _: u64) -> Result<Issue, ForgeError> {
        Err(no_issues())
    }
}

fn subject<'a>(pull: &'a PullRow, head_sha: &'a str) -> Subject<'a> {
    Subject { number: pull.number, author: pull.author.as_str(), base: &pull.base, head_sha }
}

fn no_issues() -> ForgeError {
    ForgeError::Unavailable {
        what: "this project's pull requests live in its own database, which has no issues",
        hint: "look in the repository's files, or ask your human",
    }
}

/// The commands that the project asks for, and how each stands on the files of a commit, by what was seen in the workspace
/// of its author.
pub(super) fn verified(
    site: &Site,
    git: &Git,
    author: &AgentName,
    commit: &str,
) -> Result<Vec<Check>, ForgeError> {
    let tree = git.tree(commit)?;
    let found = verifications_of(&site.store, &site.config.work.verify, author, &tree)?;
    let check = |verification: Verification| Check {
        state: match verification.state {
            VerificationState::Passed => CheckState::Passed,
            VerificationState::Failed => CheckState::Failed,
            // It is to run on these files.
            VerificationState::Never | VerificationState::Stale => CheckState::Queued,
        },
        name: verification.command,
        url: None,
    };
    Ok(found.into_iter().map(check).collect())
}

/// Whether an agent of this kind has a branch that can be merged.
fn has_branch(kind: WorkspaceKind) -> bool {
    match kind {
        WorkspaceKind::Main | WorkspaceKind::Worktree | WorkspaceKind::Standalone => true,
        WorkspaceKind::Shared => false,
    }
}
