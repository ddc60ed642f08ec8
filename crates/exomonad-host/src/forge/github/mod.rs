//! The forge on GitHub: pull requests, reviews, checks and issues by its REST API, branches by git.
//!
//! Rules: what GitHub says is true, and what we know besides (which agent did what under the shared account) is in the
//! project's database; what is about to be said there is in the database first, so that nobody takes it for a stranger's;
//! nothing is deleted on the remote; a branch is pushed before anything is said about it.

mod authors;
mod body;
mod cache;
mod client;
mod close;
mod diff;
mod error;
mod facts;
mod file;
mod find;
mod issues;
mod land;
mod problem;
mod read;
mod review;
mod shape;
mod target;
mod token;
mod watch;
mod wire;

use self::client::Client;
pub use self::error::GitHubError;
pub(super) use self::find::{find_target, find_token};
pub(super) use self::land::follow_base;
pub(super) use self::target::Target;
pub(super) use self::token::Token;
pub use self::token::TokenSource;
use self::watch::Watch;
use super::facts::Watched;
use super::{Ending, FileOrder, Forge, ForgeError, MergeOrder, Patience, ReviewOrder};
use crate::agent::{ProcessIdentity, Site};
use crate::contract::forge::{
    Changes, Check, Issue, IssueState, MergeResult, PullRequest, PullRequestState, Review, ReviewComment,
};
use crate::store::{ActOn, BegunAct, RemoteAct, Sender};

/// The forge of one project, on GitHub.
#[derive(Debug)]
pub(super) struct GitHub {
    site: Site,
    ending: Ending,
    client: Client,
}

impl GitHub {
    /// The forge, as whoever acts in the site's checkout sees it.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub(super) fn new(
        site: Site,
        ending: Ending,
        patience: Patience,
        target: Target,
        token: &Token,
    ) -> Result<Self, GitHubError> {
        let client = connect(&site, target, token, patience)?;
        Ok(Self { site, ending, client })
    }

    /// What the repository is called in the database.
    fn key(&self) -> String {
        self.client.target.key()
    }

    /// Keeps that something is about to be said.
    fn begin(&self, by: Sender<'_>, on: ActOn<'_>, body: &str) -> Result<BegunAct, ForgeError> {
        let act = RemoteAct { repository: &self.key(), by, on, body };
        let process = ProcessIdentity::own().map_err(ForgeError::Process)?;
        Ok(self.site.store.begin_remote_act(&act, &process, self.site.clock.now_ms())?)
    }

    /// Forgets what was begun where GitHub said no. Where nobody knows, whoever watches GitHub finds out.
    fn ended<T>(&self, act: &BegunAct, result: Result<T, ForgeError>) -> Result<T, ForgeError> {
        if let Err(ForgeError::GitHub(err)) = &result
            && err.is_refusal()
        {
            self.site.store.end_remote_act(act)?;
        }
        result
    }
}

/// A client for a project's repository.
fn connect(site: &Site, target: Target, token: &Token, patience: Patience) -> Result<Client, GitHubError> {
    let named = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let has_proxy = named.iter().any(|name| site.surroundings.variable(name).is_some());
    Client::new(target, token, patience, site.clock, has_proxy)
}

/// Whether the token sees the repository, and may push to it as far as GitHub says.
pub(super) fn prove(site: &Site, target: Target, token: &Token) -> Result<Option<bool>, ForgeError> {
    let client = connect(site, target, token, Patience::endless())?;
    let repository: wire::Repo = client.get(&client.target.repository_route())?;
    Ok(repository.permissions.map(|permissions| permissions.push))
}

/// A project's repository, to be looked at again and again.
pub(super) fn new_watch(site: &Site, target: Target, token: &Token) -> Result<Box<dyn Watched>, ForgeError> {
    Ok(Box::new(Watch::new(connect(site, target, token, Patience::endless())?)))
}

impl Forge for GitHub {
    fn find(&self, head: &str) -> Result<Option<PullRequest>, ForgeError> {
        Ok(self.of_branch(head)?.map(read::Found::shown))
    }

    fn pull_request(&self, number: u64) -> Result<PullRequest, ForgeError> {
        Ok(self.require(number)?.shown())
    }

    fn pull_requests(&self, state: Option<PullRequestState>) -> Result<Vec<PullRequest>, ForgeError> {
        self.listed(state)
    }

    fn create_or_update(&self, order: &FileOrder<'_>) -> Result<PullRequest, ForgeError> {
        self.file(order)
    }

    fn diff(&self, number: u64, path: Option<&str>, max_bytes: usize) -> Result<Changes, ForgeError> {
        self.changes(number, path, max_bytes)
    }

    fn reviews(&self, number: u64) -> Result<Vec<Review>, ForgeError> {
        self.require(number)?;
        self.named_reviews(number)
    }

    fn review_comments(&self, number: u64) -> Result<Vec<ReviewComment>, ForgeError> {
        self.require(number)?;
        self.named_remarks(number)
    }

    fn submit_review(&self, order: &ReviewOrder<'_>) -> Result<Review, ForgeError> {
        self.review(order)
    }

    fn checks(&self, number: u64) -> Result<Vec<Check>, ForgeError> {
        self.checked(&self.require(number)?)
    }

    fn merge(&self, order: &MergeOrder<'_>) -> Result<MergeResult, ForgeError> {
        self.land(order)
    }

    fn close(&self, number: u64, by: Sender<'_>, comment: Option<&str>) -> Result<PullRequest, ForgeError> {
        self.shut(number, by, comment)
    }

    fn issues(&self, state: Option<IssueState>) -> Result<Vec<Issue>, ForgeError> {
        self.listed_issues(state)
    }

    fn issue(&self, number: u64) -> Result<Issue, ForgeError> {
        self.require_issue(number)
    }
}
