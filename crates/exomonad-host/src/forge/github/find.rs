//! Finds a project's repository on GitHub, and the token for it.

use camino::Utf8Path;

use super::error::GitHubError;
use super::target::{Target, canonical_host, default_root, host_kind, is_name};
use super::token::{self, HostKind, Token};
use crate::agent::Site;
use crate::config::ForgeChoice;
use crate::forge::ForgeError;
use crate::git::Repository;
use crate::surroundings::Surroundings;

/// Where requests go unless a host or a configuration says otherwise.
const HOST: &str = "github.com";

/// A repository that may be on GitHub.
#[derive(Debug)]
pub(in crate::forge) struct Found {
    pub(in crate::forge) target: Target,
    kind: HostKind,
}

impl Found {
    /// Whether its host is GitHub's own, or one that the user vouched for.
    pub(in crate::forge) fn is_known(&self) -> bool {
        self.kind != HostKind::Unknown
    }

    /// Why there is no token for it.
    pub(in crate::forge) fn no_token(&self) -> GitHubError {
        let host = self.target.host.clone();
        if self.kind == HostKind::Unknown {
            GitHubError::UnknownHost { host }
        } else {
            GitHubError::NoToken { host }
        }
    }
}

/// The repository that the configuration names, or that the remote leads to; nothing where that is on no GitHub, as far as
/// can be told.
pub(in crate::forge) fn find_target(site: &Site) -> Result<Option<Found>, ForgeError> {
    let (configured, surroundings) = (&site.config.forge, &site.surroundings);
    // A standalone repository has no remote of its own.
    let git = site.git(Repository::find(&site.repository.root)?);
    let remote = git.configured_remote(&configured.remote)?;
    let (host, owner, name) = match (&configured.repository, remote) {
        (Some((owner, name)), remote) => {
            let host = remote.map_or_else(|| HOST.to_owned(), |(host, ..)| host);
            (host, owner.clone(), name.clone())
        }
        (None, Some(found)) => found,
        (None, None) => return Ok(None),
    };
    if !is_name(&owner) || !is_name(&name) {
        return Ok(None);
    }
    let host = canonical_host(&host);
    let root = configured.api_url.as_deref().or_else(|| surroundings.variable("GITHUB_API_URL"));
    let kind = host_kind(surroundings, &host, configured.api_url.as_deref());
    // A variable tells of GitHub itself, too: it says nothing of a host that nobody knows.
    let root = root.filter(|_| kind != HostKind::Unknown);
    if kind == HostKind::Unknown && configured.kind == ForgeChoice::Auto && !may_know(surroundings) {
        return Ok(None);
    }
    let root = root.map_or_else(|| default_root(&host), str::to_owned);
    Ok(Some(Found { target: Target::new(&host, &owner, &name, &root)?, kind }))
}

/// Whether there is anybody to ask about a host that nobody vouched for.
fn may_know(surroundings: &Surroundings) -> bool {
    surroundings.find_program("gh").is_some()
}

/// The token for it.
pub(in crate::forge) fn find_token(
    surroundings: &Surroundings,
    found: &Found,
    dir: &Utf8Path,
) -> Result<Option<Token>, GitHubError> {
    token::find(surroundings, &found.target.host, found.kind, dir)
}
