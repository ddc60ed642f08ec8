//! Which forge a project has, and why.
//!
//! Rules: a token is not looked for where nothing leads to GitHub; a project does not change its forge while pull requests
//! are open in the one that it has.

use super::facts::Watched;
use super::github::{GitHub, GitHubError, Target, Token, find_target, find_token, new_watch};
use super::{Ending, Forge, ForgeError, Local, Patience, github};
use crate::agent::Site;
use crate::config::ForgeChoice;
use crate::contract::forge::PullRequestState;
use crate::git::Repository;

/// The forge of a project.
#[derive(Debug)]
pub(crate) enum Chosen {
    /// The project's own database.
    Local,
    /// A repository on GitHub.
    GitHub(Target, Token),
}

/// The forge of a project, as it is told to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// `local` or `github`.
    pub kind: &'static str,
    /// Why this one, in words.
    pub why: String,
    /// Where it is, for one that is elsewhere.
    pub place: Option<Place>,
}

/// Where a forge is that is elsewhere. There is no secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `owner/name`.
    pub repository: String,
    /// The root of its API.
    pub api_url: String,
    /// Where the token is from.
    pub token_from: String,
}

/// Finds out which forge a project has, without asking it.
///
/// # Errors
/// The project says that it is on GitHub, and there is no way to it; or git or the database failed.
pub fn choose(site: &Site) -> Result<Choice, ForgeError> {
    let (chosen, why) = decide(site)?;
    Ok(match chosen {
        Chosen::Local => Choice { kind: "local", why, place: None },
        Chosen::GitHub(target, token) => {
            let (repository, api_url) = (target.repository(), target.root());
            let place = Place { repository, api_url, token_from: token.source().to_string() };
            Choice { kind: "github", why, place: Some(place) }
        }
    })
}

/// Asks a forge that is elsewhere whether it is there and the token sees the repository; tells whether it may be pushed to,
/// where the forge says so. Of a forge in the project's own database there is nothing to ask.
///
/// # Errors
/// As [`choose`], or the forge did not answer, or does not accept the token.
pub fn prove(site: &Site) -> Result<Option<bool>, ForgeError> {
    match decide(site)?.0 {
        Chosen::Local => Ok(None),
        Chosen::GitHub(target, token) => github::prove(site, target, &token),
    }
}

/// The project's forge, as whoever acts in the site's checkout sees it.
///
/// # Errors
/// As [`choose`], or no connection can be made.
pub fn open(site: Site, ending: Ending, patience: Patience) -> Result<Box<dyn Forge>, ForgeError> {
    match decide(&site)?.0 {
        Chosen::Local => Ok(Box::new(Local::new(site, ending))),
        Chosen::GitHub(target, token) => Ok(Box::new(GitHub::new(site, ending, patience, target, &token)?)),
    }
}

/// The project's forge for somebody who may wait for nobody, such as a hook: never one that is elsewhere.
///
/// # Errors
/// It is elsewhere, or git failed.
pub fn open_here(site: Site) -> Result<Box<dyn Forge>, ForgeError> {
    let may_be_elsewhere = match site.config.forge.kind {
        ForgeChoice::Local => false,
        ForgeChoice::Github => true,
        ForgeChoice::Auto => find_target(&site)?.is_some_and(|found| found.is_known()) && !has_open(&site)?,
    };
    if may_be_elsewhere {
        return Err(GitHubError::Hook.into());
    }
    Ok(Box::new(Local::new(site, Ending::Forbidden)))
}

/// What has to be asked again and again whether something happened; nothing for a forge in the project's own database.
///
/// # Errors
/// As [`open`].
pub(crate) fn watched(site: &Site) -> Result<Option<Box<dyn Watched>>, ForgeError> {
    match decide(site)?.0 {
        Chosen::Local => Ok(None),
        Chosen::GitHub(target, token) => Ok(Some(new_watch(site, target, &token)?)),
    }
}

fn decide(site: &Site) -> Result<(Chosen, String), ForgeError> {
    let configured = &site.config.forge;
    let remote = &configured.remote;
    let local = |why: String| Ok((Chosen::Local, why));
    match configured.kind {
        ForgeChoice::Local => return local("`forge.kind` is `local`".to_owned()),
        ForgeChoice::Auto if has_open(site)? => {
            return local("pull requests are open in the project's own database".to_owned());
        }
        ForgeChoice::Auto | ForgeChoice::Github => {}
    }
    let is_demanded = configured.kind == ForgeChoice::Github;
    let Some(found) = find_target(site)? else {
        if is_demanded {
            return Err(GitHubError::NoRepository { remote: remote.clone() }.into());
        }
        return local(format!("remote `{remote}` does not lead to GitHub"));
    };
    let dir = Repository::find(&site.repository.root)?.workspace;
    match find_token(&site.surroundings, &found, &dir)? {
        Some(token) => {
            let why = if is_demanded { "`forge.kind` is `github`" } else { "there is a token for it" };
            let why = format!("{why}, and remote `{remote}` leads to `{}`", found.target.repository());
            Ok((Chosen::GitHub(found.target, token), why))
        }
        None if is_demanded => Err(found.no_token().into()),
        None => local(format!(
            "remote `{remote}` leads to `{}` on `{}`, and there is no token for it",
            found.target.repository(),
            found.target.host
        )),
    }
}

fn has_open(site: &Site) -> Result<bool, ForgeError> {
    Ok(!site.store.pulls(Some(PullRequestState::Open))?.is_empty())
}
