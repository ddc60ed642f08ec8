//! Which repository on which GitHub a project's pull requests are in.

use std::net::Ipv4Addr;

use super::error::GitHubError;
use super::token::HostKind;
use crate::surroundings::Surroundings;

/// A repository, and where the API is that knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The host of its pages.
    pub(crate) host: String,
    pub(crate) owner: String,
    pub(crate) name: String,
    /// Scheme and authority of the API.
    pub(super) origin: String,
    /// What comes before every route: empty, or such as `/api/v3`.
    pub(super) prefix: String,
}

impl Target {
    /// A repository, by the root of the API.
    ///
    /// # Errors
    /// The root is no address, or would have the token sent in the clear.
    pub(super) fn new(host: &str, owner: &str, name: &str, root: &str) -> Result<Self, GitHubError> {
        let (origin, prefix) = parse_root(root)?;
        let [host, owner, name] = [host, owner, name].map(str::to_owned);
        Ok(Self { host, owner, name, origin, prefix })
    }

    /// `owner/name`.
    pub(crate) fn repository(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// What tells it from every other repository: host, owner and name.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.host, self.repository())
    }

    /// The root of the API.
    pub(crate) fn root(&self) -> String {
        format!("{}{}", self.origin, self.prefix)
    }

    /// The route of the repository itself.
    pub(super) fn repository_route(&self) -> String {
        format!("{}/repos/{}/{}", self.prefix, self.owner, self.name)
    }

    /// A route below the repository, such as `pulls/3`.
    pub(super) fn route(&self, rest: &str) -> String {
        format!("{}/{rest}", self.repository_route())
    }
}

/// Owner and name, if they are such as GitHub gives.
pub(super) fn is_name(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.chars().all(legal) && !text.chars().all(|c| c == '.')
}

/// Whose host it is, and what says that the user vouched for it. `root` is the root of the API that the user named.
pub(super) fn host_kind(surroundings: &Surroundings, host: &str, root: Option<&str>) -> HostKind {
    if is_public(host) {
        return HostKind::Public;
    }
    let is_host = |text: &str| host_of(text).eq_ignore_ascii_case(host);
    let by_variable = ["GH_HOST", "GITHUB_SERVER_URL", "GITHUB_API_URL"]
        .iter()
        .filter_map(|name| surroundings.variable(name))
        .any(is_host);
    if by_variable || root.is_some() { HostKind::Vouched } else { HostKind::Unknown }
}

/// The root of the API of a host, unless the user named one.
pub(super) fn default_root(host: &str) -> String {
    match host {
        "github.com" => "https://api.github.com".to_owned(),
        _ if host.ends_with(".ghe.com") => format!("https://api.{host}"),
        _ => format!("https://{host}/api/v3"),
    }
}

/// The host of the pages, for a host that git reaches.
pub(super) fn canonical_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    match host.as_str() {
        "ssh.github.com" | "www.github.com" => "github.com".to_owned(),
        _ => host,
    }
}

fn is_public(host: &str) -> bool {
    host == "github.com" || host.ends_with(".ghe.com")
}

/// The host in an address, or the text itself.
fn host_of(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

/// Scheme and authority, and the path without its last slash.
fn parse_root(root: &str) -> Result<(String, String), GitHubError> {
    let bad = |why| GitHubError::BadRoot { root: shown(root), why };
    let uri: http::Uri = root.trim().parse().map_err(|_not_one| bad("it is no address"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(bad("it is no whole address"));
    };
    if authority.as_str().contains('@') {
        return Err(bad("it has a password in it"));
    }
    let host = authority.host();
    let is_loopback = |host: &str| host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    let is_here = host == "localhost" || host == "[::1]" || is_loopback(host);
    match scheme {
        "https" => {}
        "http" if is_here => {}
        "http" => return Err(bad("the token would be sent unencrypted")),
        _ => return Err(bad("it begins with `https://`")),
    }
    if uri.query().is_some() {
        return Err(bad("it has a query"));
    }
    Ok((format!("{scheme}://{authority}"), uri.path().trim_end_matches('/').to_owned()))
}

/// Without what could be a password.
fn shown(root: &str) -> String {
    match (root.split_once("://"), root.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (_, _) => root.to_owned(),
    }
}

/// A part of a route or a query, in characters that a URL may have.
pub(super) fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests;
