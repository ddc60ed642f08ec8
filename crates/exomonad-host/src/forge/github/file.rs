//! Files a pull request: its branch is pushed, the base is there, and then GitHub is told.

use http::Method;
use serde_json::{Map, Value, json};

use super::body::{Body, CHARACTERS};
use super::read::Found;
use super::{GitHub, facts, shape, wire};
use crate::contract::WorkspaceKind;
use crate::contract::forge::{PullRequest, PullRequestState};
use crate::forge::local::file::{Checked, Ends, PUSH_LIMIT, birth_base, check, find_ends, reach, untitled};
use crate::forge::{FileOrder, ForgeError, GitHubError};
use crate::git::GitError;
use crate::store::{ActOn, RemoteFiling, Sender};

impl GitHub {
    /// Opens a pull request for what the agent has checked out, or updates the one that is open.
    pub(super) fn file(&self, order: &FileOrder<'_>) -> Result<PullRequest, ForgeError> {
        let checked = check(&self.site, order)?;
        if checked.body.chars().count() > CHARACTERS {
            let what = format!("GitHub takes a description of at most {CHARACTERS} characters");
            return Err(ForgeError::Text { what });
        }
        let open = self.open_of(&checked.head)?;
        if let Some(author) = open.as_ref().and_then(|open| open.agent.clone())
            && author != checked.row.name
        {
            let number = open.map_or(0, |open| open.pull.number);
            return Err(ForgeError::Foreign { number, author });
        }
        if open.is_none() && checked.title.is_empty() {
            return Err(untitled());
        }
        let base = match (order.base, &open) {
            (Some(base), _) => base.to_owned(),
            (None, Some(open)) => open.pull.base.branch.clone(),
            (None, None) => birth_base(&self.site, &checked.row.name, &checked.head)?,
        };
        let ends = find_ends(&self.site, &checked.row, checked.head.clone(), base)?;
        self.push(&checked, &ends)?;
        let base_sha = self.ensure_base(&checked, &ends.base)?;
        let act = self.begin(Sender::Agent(&checked.row.name), ActOn::Head(&ends.head), "")?;
        let said = match open {
            Some(open) => self.update(open, &checked, &ends, order.receipt),
            None => self.create(&checked, &ends, order.receipt),
        };
        let pull = self.ended(&act, said)?;
        let filing = RemoteFiling {
            number: pull.number,
            author: &checked.row.name,
            title: &pull.title,
            url: &pull.html_url,
            head: &ends.head,
            head_sha: &ends.head_sha,
            base: &ends.base,
            base_sha: base_sha.as_deref(),
        };
        self.site.store.record_remote_filing(&act, &filing, self.site.clock.now_ms())?;
        // GitHub takes note of a push somewhat later.
        let mut shown = Found { pull, agent: Some(checked.row.name) }.shown();
        shown.head_sha = ends.head_sha;
        Ok(shown)
    }

    fn open_of(&self, head: &str) -> Result<Option<Found>, ForgeError> {
        let found = self.of_branch(head)?;
        Ok(found.filter(|found| shape::pull_state(&found.pull) == PullRequestState::Open))
    }

    fn create(
        &self,
        checked: &Checked<'_>,
        ends: &Ends,
        receipt: Option<&str>,
    ) -> Result<wire::Pull, ForgeError> {
        let body = Body::new(checked.title, checked.body, receipt);
        let asked = json!({
            "title": checked.title, "body": body.render(), "head": ends.head, "base": ends.base,
        });
        match self.client.send(Method::POST, &self.client.target.route("pulls"), &asked) {
            Ok(pull) => Ok(pull),
            // Somebody else was faster, or it was made and the answer was lost.
            Err(err) if err.status() == Some(422) || !err.is_refusal() => match self.open_of(&ends.head)? {
                Some(open) => self.update(open, checked, ends, receipt),
                None => Err(err.into()),
            },
            Err(err) => Err(err.into()),
        }
    }

    /// Changes what is to be changed, and asks for nothing where that is nothing.
    fn update(
        &self,
        open: Found,
        checked: &Checked<'_>,
        ends: &Ends,
        receipt: Option<&str>,
    ) -> Result<wire::Pull, ForgeError> {
        let pull = open.pull;
        let old_body = pull.body.clone().unwrap_or_default();
        let old = Body::parse(&old_body);
        let (title, body) = if old.words().is_empty() && old.receipt.is_none() {
            // Somebody opened it without a word: the title is theirs.
            (pull.title.clone(), Body::new("", checked.body, receipt))
        } else {
            old.updated(&pull.title, checked.title, checked.body, receipt)
        };
        let body = body.render();
        let mut changes = Map::new();
        let mut change = |key: &str, old: &str, new: &str| {
            if old != new {
                changes.insert(key.to_owned(), Value::from(new));
            }
        };
        change("title", &pull.title, &title);
        change("body", &old_body.replace("\r\n", "\n"), &body);
        change("base", &pull.base.branch, &ends.base);
        if changes.is_empty() {
            return Ok(pull);
        }
        let route = self.client.target.route(&format!("pulls/{}", pull.number));
        Ok(self.client.send(Method::PATCH, &route, &changes)?)
    }

    /// Pushes the head. A standalone repository has no remote: its commits are in the project by now.
    fn push(&self, checked: &Checked<'_>, ends: &Ends) -> Result<(), ForgeError> {
        let (site, remote) = (&self.site, &self.site.config.forge.remote);
        let env = reach(site);
        let pushed = if checked.row.workspace_kind == WorkspaceKind::Standalone {
            self.git_of(Some(&checked.row.name))?.push_branch(remote, &ends.head, &env, PUSH_LIMIT)
        } else {
            site.git(site.repository.clone()).push(remote, &ends.head, &env, PUSH_LIMIT)
        };
        pushed.map_err(|source| not_pushed(&ends.head, remote, source))
    }

    /// Sees to it that GitHub has the base, and of an agent's branch what the project has of it; tells its newest commit.
    fn ensure_base(&self, checked: &Checked<'_>, base: &str) -> Result<Option<String>, ForgeError> {
        let there = facts::branch(&self.client, base)?;
        let git = self.git_of(Some(&checked.row.name))?;
        let here = git.commit(&format!("refs/heads/{base}"))?;
        let Some(here) = here.filter(|here| there.as_ref() != Some(here)) else { return Ok(there) };
        let is_protected = self.site.config.work.protected.iter().any(|name| name == base);
        let is_behind = match &there {
            None => true,
            Some(there) => {
                !is_protected
                    && git.commit(there)?.is_some()
                    && git.merge_base(there, &here)?.as_ref() == Some(there)
            }
        };
        if !is_behind {
            return Ok(there);
        }
        let remote = &self.site.config.forge.remote;
        let pushed = git.push_branch(remote, base, &reach(&self.site), PUSH_LIMIT);
        pushed.map_err(|source| not_pushed(base, remote, source))?;
        Ok(Some(here))
    }
}

fn not_pushed(branch: &str, remote: &str, source: GitError) -> ForgeError {
    ForgeError::Push { branch: branch.to_owned(), remote: remote.to_owned(), source }
}

impl GitHubError {
    /// Whether GitHub said no, so that nothing was done; otherwise nobody knows.
    pub(super) fn is_refusal(&self) -> bool {
        !matches!(
            self,
            Self::Server { .. } | Self::Unreachable { .. } | Self::Slow { .. } | Self::Answer { .. }
        )
    }
}
