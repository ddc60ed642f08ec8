//! Pull requests as GitHub has them, in the words that every forge has.

use super::authors::{Authors, name};
use super::body::Body;
use super::target::encoded;
use super::watch::is_in;
use super::{GitHub, facts, shape, wire};
use crate::agent::AgentName;
use crate::contract::forge::{PullRequest, PullRequestState, Review, ReviewComment};
use crate::forge::ForgeError;
use crate::store::StoreError;

/// The most that a list has.
const LISTED: usize = 1000;

/// A pull request, and the agent whose it is.
pub(super) struct Found {
    pub(super) pull: wire::Pull,
    pub(super) agent: Option<AgentName>,
}

impl Found {
    /// Its author: an agent, or an account.
    pub(super) fn author(&self) -> String {
        name(self.agent.as_ref(), &self.pull)
    }

    /// As it is shown.
    pub(super) fn shown(self) -> PullRequest {
        let (author, state, merge_sha) =
            (self.author(), shape::pull_state(&self.pull), shape::merge_sha(&self.pull));
        let Self { pull, agent } = self;
        let body = Body::parse(pull.body.as_deref().unwrap_or_default());
        PullRequest {
            number: pull.number,
            title: pull.title,
            body: body.words(),
            state,
            head: pull.head.branch,
            head_sha: pull.head.sha,
            base: pull.base.branch,
            author,
            url: pull.html_url,
            // Anybody can write something that looks like one.
            receipt: body.receipt.filter(|_| agent.is_some()),
            merge_sha,
            updated_ms: shape::time_ms(&pull.updated_at),
        }
    }
}

impl GitHub {
    /// The open pull request of a branch, else its latest one.
    pub(super) fn of_branch(&self, head: &str) -> Result<Option<Found>, ForgeError> {
        let owner = &self.client.target.owner;
        let head = encoded(&format!("{owner}:{head}"));
        let route = format!("pulls?state=all&sort=created&direction=desc&per_page=100&head={head}");
        let pulls: Vec<wire::Pull> = self.client.list(&self.client.target.route(&route))?;
        let open = pulls.iter().position(|pull| shape::pull_state(pull) == PullRequestState::Open);
        let found = pulls.into_iter().nth(open.unwrap_or_default());
        found.map(|pull| self.found(pull)).transpose()
    }

    /// The pull request of that number.
    pub(super) fn require(&self, number: u64) -> Result<Found, ForgeError> {
        match facts::pull(&self.client, number)? {
            Some(pull) => self.found(pull),
            None => {
                // Nothing is seen of a repository that the token may not see.
                let _seen: wire::Repo = self.client.get(&self.client.target.repository_route())?;
                Err(StoreError::NoPull { number }.into())
            }
        }
    }

    /// As [`GitHub::require`], for one that is open.
    pub(super) fn require_open(&self, number: u64) -> Result<Found, ForgeError> {
        let found = self.require(number)?;
        match shape::pull_state(&found.pull) {
            PullRequestState::Open => Ok(found),
            state @ (PullRequestState::Merged | PullRequestState::Closed) => {
                Err(ForgeError::NotOpen { number, state })
            }
        }
    }

    /// The newest 1000, newest first.
    pub(super) fn listed(&self, state: Option<PullRequestState>) -> Result<Vec<PullRequest>, ForgeError> {
        let word = match state {
            None => "all",
            Some(PullRequestState::Open) => "open",
            Some(PullRequestState::Merged | PullRequestState::Closed) => "closed",
        };
        let route = format!("pulls?state={word}&sort=created&direction=desc&per_page=100");
        let mut pulls: Vec<wire::Pull> = Vec::new();
        self.client.pages(&self.client.target.route(&route), |page: Vec<wire::Pull>| {
            let is_asked = |pull: &wire::Pull| state.is_none_or(|state| shape::pull_state(pull) == state);
            pulls.extend(page.into_iter().filter(is_asked));
            pulls.len() < LISTED
        })?;
        pulls.truncate(LISTED);
        let authors = Authors::of(&self.site, self.key())?;
        let shown = |pull: wire::Pull| {
            let agent = authors.agent(&pull, self.is_here(&pull))?;
            Ok(Found { pull, agent }.shown())
        };
        pulls.into_iter().map(shown).collect()
    }

    pub(super) fn found(&self, pull: wire::Pull) -> Result<Found, ForgeError> {
        let agent = Authors::of(&self.site, self.key())?.agent(&pull, self.is_here(&pull))?;
        Ok(Found { pull, agent })
    }

    /// Whether its head is a branch of the repository, rather than of somebody's fork.
    fn is_here(&self, pull: &wire::Pull) -> bool {
        is_in(&pull.head, &self.client.target.repository())
    }

    /// The reviews, those of our own by the names of whoever made them, and as they were meant.
    pub(super) fn named_reviews(&self, number: u64) -> Result<Vec<Review>, ForgeError> {
        let mut reviews = facts::reviews(&self.client, number)?;
        let own = self.site.store.own_remote_reviews(&self.key(), number)?;
        for review in &mut reviews {
            if let Some(own) = own.iter().find(|own| own.id == review.id) {
                review.author.clone_from(&own.author);
                review.human = own.human;
                review.state = own.state;
            }
        }
        Ok(reviews)
    }

    /// The remarks, those of our own by the names of whoever made them.
    pub(super) fn named_remarks(&self, number: u64) -> Result<Vec<ReviewComment>, ForgeError> {
        let own = self.site.store.own_remote_reviews(&self.key(), number)?;
        let comments = facts::file_comments(&self.client, number)?.into_iter().map(|comment| {
            let own = own.iter().find(|own| Some(&own.id) == comment.review.as_ref());
            let (author, human) =
                own.map_or((comment.author, comment.human), |own| (own.author.clone(), own.human));
            ReviewComment {
                id: comment.id,
                author,
                human,
                path: comment.path.unwrap_or_default(),
                line: comment.line,
                body: comment.body,
            }
        });
        Ok(comments.collect())
    }
}
