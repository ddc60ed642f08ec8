//! Merges on GitHub, and has the project's own checkouts follow.
//!
//! Rules: GitHub merges exactly the commit that was looked at; whether it did is asked where the answer was lost; what happens
//! here afterwards is told apart from the merge, which has happened.

use http::Method;
use serde_json::json;

use super::read::Found;
use super::{GitHub, facts, shape, wire};
use crate::agent::{AgentName, Site};
use crate::contract::forge::{Check, MergeResult, MergeStrategy, PullRequestState};
use crate::forge::guard::{self, Subject};
use crate::forge::local::checkout::{Followed, survey};
use crate::forge::local::file::{PUSH_LIMIT, reach};
use crate::forge::local::{repository_of, tidy, turn, verified};
use crate::forge::{ForgeError, GitHubError, MergeOrder};
use crate::git::{Attributes, Git, MergedTree, Repository};
use crate::store::ActOn;

/// How GitHub ended a merge.
enum Landed {
    /// The base has it, at this commit.
    Merged(String),
    /// Both sides changed the same: the paths.
    Conflicts(Vec<String>),
}

/// What became of the project's own branch and its checkouts.
struct Synced {
    is_whole: bool,
    /// What was left as it was, and why.
    left: Vec<String>,
}

impl GitHub {
    /// Merges an open pull request into its base.
    pub(super) fn land(&self, order: &MergeOrder<'_>) -> Result<MergeResult, ForgeError> {
        let _turn = turn::take(&self.site)?;
        let found = self.require_open(order.number)?;
        let author = found.author();
        let (base, head) = (found.pull.base.branch.clone(), found.pull.head.branch.clone());
        let subject =
            Subject { number: order.number, author: &author, base: &base, head_sha: &found.pull.head.sha };
        let reviews = self.named_reviews(order.number)?;
        guard::check(&self.site, order, subject, &reviews, || self.checked(&found))?;
        let sha = match self.merge_there(order, &found)? {
            Landed::Conflicts(paths) => return Ok(tidy::conflicts(order.number, &base, &head, &paths)),
            Landed::Merged(sha) => sha,
        };
        let synced = self.sync(found.agent.as_ref(), &base).unwrap_or_else(|err| Synced {
            is_whole: false,
            left: vec![format!("`{base}` here could not be taken along ({})", crate::explain(&err))],
        });
        let mut said = vec![format!("pull request #{} is merged into `{base}` on GitHub", order.number)];
        said.extend(synced.left);
        let mut cleaned = false;
        if let Some(agent) = &found.agent {
            match tidy::clean_up(&self.site, self.ending, agent) {
                Ok(true) => {
                    cleaned = true;
                    said.push(tidy::cleaned_up(agent, &head));
                }
                Ok(false) => {}
                Err(why) => said.push(why),
            }
        }
        let (synced, message) = (synced.is_whole, said.join("; "));
        Ok(MergeResult { merged: true, synced, cleaned, sha: Some(sha), conflicts: Vec::new(), message })
    }

    /// What was checked at its newest commit: on GitHub, and in the workspace of the agent that made it.
    pub(super) fn checked(&self, found: &Found) -> Result<Vec<Check>, ForgeError> {
        let commit = found.pull.head.sha.as_str();
        let there = facts::checks(&self.client, commit)?.into_iter();
        let mut checks: Vec<_> =
            there.map(|check| Check { name: check.name, state: check.state, url: check.url }).collect();
        if let Some(agent) = &found.agent
            && !self.site.config.work.verify.is_empty()
        {
            let git = self.git_of(Some(agent))?;
            if git.commit(commit)?.is_none() {
                let env = reach(&self.site);
                git.fetch_branch(&self.site.config.forge.remote, &found.pull.head.branch, &env, PUSH_LIMIT)?;
            }
            checks.extend(verified(&self.site, &git, agent, commit)?);
        }
        Ok(checks)
    }

    fn merge_there(&self, order: &MergeOrder<'_>, found: &Found) -> Result<Landed, ForgeError> {
        let number = order.number;
        let method = match order.strategy {
            MergeStrategy::Squash => "squash",
            MergeStrategy::Merge => "merge",
            MergeStrategy::Rebase => "rebase",
        };
        let act = self.begin(order.by, ActOn::Pull(number), "")?;
        let route = self.client.target.route(&format!("pulls/{number}/merge"));
        let asked = json!({ "sha": found.pull.head.sha, "merge_method": method });
        let merged: Result<wire::Merged, _> = self.client.send(Method::PUT, &route, &asked);
        let sha = match merged {
            Ok(merged) => merged.sha,
            Err(err) if err.is_refusal() => {
                self.site.store.end_remote_act(&act)?;
                return self.refused(err, found);
            }
            // It may have been made, and the answer lost.
            Err(err) => match self.merged_sha(number) {
                Some(sha) => sha,
                None => return self.ended(&act, Err(err.into())),
            },
        };
        self.site.store.record_remote_merge(&act, number, &sha, self.site.clock.now_ms())?;
        Ok(Landed::Merged(sha))
    }

    /// The commit that merged it, where GitHub answers that it is merged.
    fn merged_sha(&self, number: u64) -> Option<String> {
        let pull = facts::pull(&self.client, number).ok().flatten()?;
        shape::merge_sha(&pull).filter(|_| shape::pull_state(&pull) == PullRequestState::Merged)
    }

    /// Why GitHub did not merge it.
    fn refused(&self, err: GitHubError, found: &Found) -> Result<Landed, ForgeError> {
        let number = found.pull.number;
        if let Some(405 | 409 | 422) = err.status() {
            let now = self.require(number)?;
            let state = shape::pull_state(&now.pull);
            if state != PullRequestState::Open {
                return Err(ForgeError::NotOpen { number, state });
            }
            if now.pull.head.sha != found.pull.head.sha {
                return Err(ForgeError::HeadMoved { number });
            }
            if let Some(paths) = self.conflicts(&now)? {
                return Ok(Landed::Conflicts(paths));
            }
        }
        Err(err.into())
    }

    /// Where both sides changed the same, as git finds it here; nothing where it can be merged.
    fn conflicts(&self, found: &Found) -> Result<Option<Vec<String>>, ForgeError> {
        let git = self.git_of(found.agent.as_ref())?;
        let (remote, env) = (&self.site.config.forge.remote, reach(&self.site));
        let mut tips = Vec::new();
        for end in [&found.pull.base, &found.pull.head] {
            git.fetch_branch(remote, &end.branch, &env, PUSH_LIMIT)?;
            tips.push(format!("refs/remotes/{remote}/{}", end.branch));
        }
        let [base, head] = tips.as_slice() else { return Ok(None) };
        let attributes = Attributes::of(git.version()?);
        Ok(match git.merge_trees(attributes, None, base, head)? {
            MergedTree::Conflicts(paths) => Some(paths),
            MergedTree::Clean(_) => None,
        })
    }

    /// Has the project's own branch be where GitHub's is, with the checkouts that have it, unless somebody worked there.
    fn sync(&self, author: Option<&AgentName>, base: &str) -> Result<Synced, ForgeError> {
        let git = self.git_of(author)?;
        let remote = &self.site.config.forge.remote;
        git.fetch_branch(remote, base, &reach(&self.site), PUSH_LIMIT)?;
        follow(&self.site, &git, remote, base)
    }

    /// Git in the repository that has the bases of an agent's work.
    pub(super) fn git_of(&self, author: Option<&AgentName>) -> Result<Git, ForgeError> {
        let repository = match author {
            Some(author) => repository_of(&self.site, author)?,
            None => Repository::find(&self.site.repository.root)?,
        };
        Ok(self.site.git(repository))
    }
}

/// Has the project's own branch follow a merge that somebody made on GitHub; tells what was left as it was, and why.
pub(in crate::forge) fn follow_base(
    site: &Site,
    author: &AgentName,
    base: &str,
) -> Result<Vec<String>, ForgeError> {
    let _turn = turn::take(site)?;
    let git = site.git(repository_of(site, author)?);
    let remote = &site.config.forge.remote;
    git.fetch_branch(remote, base, &reach(site), PUSH_LIMIT)?;
    Ok(follow(site, &git, remote, base)?.left)
}

/// Takes a branch to where it was fetched to be on the remote.
fn follow(site: &Site, git: &Git, remote: &str, base: &str) -> Result<Synced, ForgeError> {
    let left = |why: String| Ok(Synced { is_whole: false, left: vec![why] });
    let done = Ok(Synced { is_whole: true, left: Vec::new() });
    let Some(new) = git.commit(&format!("refs/remotes/{remote}/{base}"))? else {
        return left(format!("`{remote}` has no branch `{base}`"));
    };
    let Some(old) = git.commit(&format!("refs/heads/{base}"))? else { return done };
    if old == new {
        return done;
    }
    if git.merge_base(&old, &new)?.as_ref() != Some(&old) {
        return left(format!(
            "`{base}` here has commits that `{remote}/{base}` has not, and was left as it is: `git rebase {remote}/{base}` puts them on top"
        ));
    }
    let checkouts = match survey(site, git, base, &old, &new) {
        Ok(checkouts) => checkouts,
        Err(err @ (ForgeError::Overlap { .. } | ForgeError::Busy { .. })) => {
            return left(format!("`{base}` here was left as it is: {}", crate::explain(&err)));
        }
        Err(err) => return Err(err),
    };
    if !git.move_branch(base, &old, &new, &format!("exomonad: follow {remote}/{base}"))? {
        return left(format!("`{base}` here moved meanwhile, and was left as it is"));
    }
    let followed = checkouts.iter().map(|checkout| checkout.follow(&old, &new));
    let left: Vec<_> = followed
        .filter_map(|followed| match followed {
            Followed::Yes => None,
            Followed::No(why) | Followed::NotYet(why) => Some(why),
        })
        .collect();
    Ok(Synced { is_whole: left.is_empty(), left })
}
