//! Files a pull request for what an agent has checked out.

use std::time::Duration;

use super::{graft, has_branch, repository_of};
use crate::agent::{AgentName, Site};
use crate::contract::WorkspaceKind;
use crate::contract::forge::PullRequestState;
use crate::forge::local::review::require_text;
use crate::forge::{FileOrder, ForgeError, TITLE_BYTES};
use crate::git::Git;
use crate::store::{AgentRow, Filing, PullDraft, PullRow};

/// How long a push may take.
pub(in crate::forge) const PUSH_LIMIT: Duration = Duration::from_secs(120);

/// What else of the user's environment it takes to reach a remote.
const REACH: [&str; 13] = [
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "no_proxy",
];

/// The ends of a pull request.
pub(in crate::forge) struct Ends {
    pub(in crate::forge) head: String,
    pub(in crate::forge) head_sha: String,
    pub(in crate::forge) base: String,
    pub(in crate::forge) base_sha: String,
    /// What the head's commit is called where the agent made it; absent where that is the base's repository.
    own_sha: Option<String>,
}

/// An order that can be carried out.
pub(in crate::forge) struct Checked<'a> {
    /// Who files.
    pub(in crate::forge) row: AgentRow,
    pub(in crate::forge) title: &'a str,
    pub(in crate::forge) body: &'a str,
    /// The branch that it has checked out.
    pub(in crate::forge) head: String,
}

/// Looks who files what. The site's checkout is the agent's.
pub(in crate::forge) fn check<'a>(site: &Site, order: &FileOrder<'a>) -> Result<Checked<'a>, ForgeError> {
    let row = site.store.agent(order.by)?;
    let row = row.ok_or_else(|| ForgeError::NoAgent { name: order.by.clone() })?;
    let (title, body) = (order.title.trim(), order.body.trim());
    require_title(title)?;
    require_text("a description", body)?;
    let head = require_head(site, &row)?;
    Ok(Checked { row, title, body, head })
}

/// Files it, or updates the one that is open.
pub(super) fn file(site: &Site, order: &FileOrder<'_>) -> Result<PullRow, ForgeError> {
    let Checked { row, title, body, head } = check(site, order)?;
    let open = site.store.pull_of(&head)?.filter(|pull| pull.state == PullRequestState::Open);
    if let Some(open) = open.as_ref().filter(|open| open.author != row.name) {
        return Err(ForgeError::Foreign { number: open.number, author: open.author.clone() });
    }
    if open.is_none() && title.is_empty() {
        return Err(untitled());
    }
    let base = match (order.base, &open) {
        (Some(base), _) => base.to_owned(),
        (None, Some(open)) => open.base.clone(),
        (None, None) => birth_base(site, &row.name, &head)?,
    };
    let ends = find_ends(site, &row, head, base)?;
    push(site, &row, &ends.head)?;
    let draft = PullDraft {
        title: Some(title).filter(|title| !title.is_empty()),
        body: Some(body).filter(|body| !body.is_empty()),
        head: &ends.head,
        base: &ends.base,
        author: &row.name,
        head_sha: &ends.head_sha,
        base_sha: &ends.base_sha,
        own_sha: ends.own_sha.as_deref(),
        receipt: order.receipt,
    };
    match site.store.file_pull(&draft, site.clock.now_ms())? {
        Filing::Created(pull) | Filing::Updated(pull) => Ok(pull),
        Filing::Foreign(pull) => Err(ForgeError::Foreign { number: pull.number, author: pull.author }),
        Filing::Untitled => Err(untitled()),
    }
}

/// A new one needs a title.
pub(in crate::forge) fn untitled() -> ForgeError {
    ForgeError::Text { what: "a new pull request needs a title".to_owned() }
}

fn require_title(title: &str) -> Result<(), ForgeError> {
    if title.len() > TITLE_BYTES || title.contains(char::is_control) {
        let what = format!("a title is one line of at most {TITLE_BYTES} bytes");
        return Err(ForgeError::Text { what });
    }
    Ok(())
}

/// The branch that the agent has checked out, which is its own.
fn require_head(site: &Site, row: &AgentRow) -> Result<String, ForgeError> {
    if !has_branch(row.workspace_kind) {
        return Err(ForgeError::NoBranch { name: row.name.clone() });
    }
    let checkout = || site.repository.workspace.clone();
    let head = site.repository.branch()?.ok_or_else(|| ForgeError::Detached { checkout: checkout() })?;
    if site.config.work.protected.contains(&head) {
        return Err(ForgeError::Protected { branch: head });
    }
    Ok(head)
}

/// The branch that the agent's was made from.
pub(in crate::forge) fn birth_base(site: &Site, name: &AgentName, head: &str) -> Result<String, ForgeError> {
    let base = site.store.spawn(name)?.and_then(|spawn| spawn.base);
    base.ok_or_else(|| ForgeError::NoBase { head: head.to_owned() })
}

/// Finds the commits, and that there is something to merge. A standalone repository's are copied into the project by this.
pub(in crate::forge) fn find_ends(
    site: &Site,
    row: &AgentRow,
    head: String,
    base: String,
) -> Result<Ends, ForgeError> {
    let git = site.git(repository_of(site, &row.name)?);
    let unknown = || ForgeError::UnknownBase { base: base.clone() };
    let target = git.commit(&format!("refs/heads/{base}"))?.ok_or_else(unknown)?;
    let head_sha = match row.workspace_kind {
        WorkspaceKind::Standalone => graft::graft(site, row, &git, &head)?,
        WorkspaceKind::Main | WorkspaceKind::Worktree | WorkspaceKind::Shared => {
            git.commit(&format!("refs/heads/{head}"))?
        }
    };
    let nothing = || ForgeError::NothingNew { head: head.clone(), base: base.clone() };
    let head_sha = head_sha.ok_or_else(nothing)?;
    let Some(base_sha) = git.merge_base(&target, &head_sha)? else {
        return Err(ForgeError::Unrelated { head, base });
    };
    if base_sha == head_sha {
        return Err(nothing());
    }
    let is_apart = row.workspace_kind == WorkspaceKind::Standalone;
    let own_sha = if is_apart { site.git(site.repository.clone()).commit("HEAD")? } else { None };
    Ok(Ends { head, head_sha, base, base_sha, own_sha })
}

/// Pushes the branch where there is somewhere to push to. A standalone repository has no remote.
fn push(site: &Site, row: &AgentRow, head: &str) -> Result<(), ForgeError> {
    if row.workspace_kind == WorkspaceKind::Standalone {
        return Ok(());
    }
    let here: Git = site.git(site.repository.clone());
    let Some(remote) = here.push_remote(head)? else { return Ok(()) };
    here.push(&remote, head, &reach(site), PUSH_LIMIT).map_err(|source| ForgeError::Push {
        branch: head.to_owned(),
        remote,
        source,
    })
}

/// How the user reaches a remote.
pub(in crate::forge) fn reach(site: &Site) -> Vec<(String, String)> {
    let surroundings = &site.surroundings;
    let variable = |name: &&str| Some(((*name).to_owned(), surroundings.variable(name)?.to_owned()));
    REACH.iter().filter_map(variable).collect()
}
