//! The token that GitHub knows us by: where it is looked for, and that it is shown to nobody.
//!
//! Rules: a token goes to one host, the one that it was looked up for, and to a host that is not GitHub's own only when its
//! user vouched for it; its value is in no log, no error and no argument.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Mutex;
use std::time::Duration;
use std::{fmt, io};

use camino::{Utf8Path, Utf8PathBuf};

use super::error::GitHubError;
use crate::exec::{Cmd, ExecError};
use crate::surroundings::Surroundings;

/// How long `gh` may take.
const GH_LIMIT: Duration = Duration::from_secs(5);

/// What else of the user's environment `gh` reads its own secrets by.
const GH_VARIABLES: [&str; 4] =
    ["GH_CONFIG_DIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

/// The variables that have a token, and those that have one for an enterprise's server, the first first.
const NAMES: [&str; 2] = ["GITHUB_TOKEN", "GH_TOKEN"];
const ENTERPRISE_NAMES: [&str; 4] =
    ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"];

/// A token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token {
    secret: String,
    from: TokenSource,
}

/// Where a token is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// A variable of the environment.
    Variable(&'static str),
    /// A key of the user's file with secrets.
    Secrets {
        /// The file.
        path: Utf8PathBuf,
        /// The key.
        key: &'static str,
    },
    /// GitHub's own program.
    Gh,
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "`{name}`"),
            Self::Secrets { path, key } => write!(f, "`{key}` in `{path}`"),
            Self::Gh => f.write_str("`gh auth token`"),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(from {})", self.from)
    }
}

impl Token {
    fn new(secret: &str, from: TokenSource) -> Result<Self, GitHubError> {
        // Anything else breaks the header that it is sent in.
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(GitHubError::BadToken { from });
        }
        Ok(Self { secret: secret.to_owned(), from })
    }

    /// The value, for the header that it is sent in.
    pub(super) fn expose(&self) -> &str {
        &self.secret
    }

    /// Where it is from.
    pub(crate) fn source(&self) -> &TokenSource {
        &self.from
    }
}

/// Whose host a token is looked up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostKind {
    /// GitHub's own.
    Public,
    /// An enterprise's server that the user vouched for.
    Vouched,
    /// Some host.
    Unknown,
}

/// Looks the token for a host up; nothing when there is none.
///
/// # Errors
/// There is something in its place that cannot be used.
pub(super) fn find(
    surroundings: &Surroundings,
    host: &str,
    kind: HostKind,
    dir: &Utf8Path,
) -> Result<Option<Token>, GitHubError> {
    let names: &[&'static str] = match kind {
        HostKind::Public => &NAMES,
        HostKind::Vouched => &ENTERPRISE_NAMES,
        HostKind::Unknown => &[],
    };
    for name in names {
        if let Some(secret) = surroundings.variable(name) {
            return Token::new(secret.trim(), TokenSource::Variable(name)).map(Some);
        }
    }
    if let Some(home) = surroundings.home().filter(|_| !names.is_empty())
        && let Some(token) = in_secrets(&home.join(".exomonad/secrets"), names)?
    {
        return Ok(Some(token));
    }
    of_gh(surroundings, host, dir)
}

/// The first of the names that the file has, which nobody else may read.
fn in_secrets(path: &Utf8Path, names: &[&'static str]) -> Result<Option<Token>, GitHubError> {
    let failed = |source| GitHubError::Secrets { path: path.to_owned(), source };
    let found = match std::fs::metadata(path) {
        Ok(found) => found,
        Err(err) if matches!(err.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(err) => return Err(failed(err)),
    };
    if found.permissions().mode() & 0o077 != 0 {
        return Err(GitHubError::LooseSecrets { path: path.to_owned() });
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let value = |name: &str| {
        text.lines().filter_map(key_and_value).find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    for name in names {
        if let Some(secret) = value(name) {
            let from = TokenSource::Secrets { path: path.to_owned(), key: name };
            return Token::new(secret, from).map(Some);
        }
    }
    Ok(None)
}

/// `KEY=VALUE`, as a shell would read it; nothing for a comment.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (key, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let value = value.trim();
    let unquoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let value = unquoted.unwrap_or(value);
    (!key.starts_with('#') && !value.is_empty()).then_some((key.trim(), value))
}

/// What `gh` said, by the host and by what it reads its settings from: it takes longer than many requests, and its answer
/// holds for as long as this process lives.
static SAID: Mutex<Option<HashMap<[String; 3], Option<String>>>> = Mutex::new(None);

fn of_gh(surroundings: &Surroundings, host: &str, dir: &Utf8Path) -> Result<Option<Token>, GitHubError> {
    if surroundings.find_program("gh").is_none() {
        return Ok(None);
    }
    let home = surroundings.home().map(Utf8Path::to_string).unwrap_or_default();
    let key = [host.to_owned(), surroundings.search_path().to_owned(), home];
    let mut said = SAID.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let said = said.get_or_insert_default();
    let secret = match said.get(&key) {
        Some(known) => known.clone(),
        None => {
            let secret = ask_gh(surroundings, host, dir);
            said.insert(key, secret.clone());
            secret
        }
    };
    secret.map(|secret| Token::new(&secret, TokenSource::Gh)).transpose()
}

fn ask_gh(surroundings: &Surroundings, host: &str, dir: &Utf8Path) -> Option<String> {
    let passed = GH_VARIABLES.into_iter().chain(["HOME"]);
    let env: Vec<_> =
        passed.filter_map(|name| Some((name.to_owned(), surroundings.variable(name)?.to_owned()))).collect();
    let command = Cmd::new("gh", dir, surroundings.search_path())
        .args(["auth", "token", "--hostname", host])
        .envs(&env)
        .limit(GH_LIMIT);
    match command.text() {
        Ok(text) => Some(text.trim().to_owned()).filter(|secret| !secret.is_empty()),
        // It has none for this host.
        Err(ExecError::Failed { code: Some(_), .. }) => None,
        Err(err) => {
            tracing::warn!(%err, "`gh auth token` did not answer");
            None
        }
    }
}

#[cfg(test)]
mod tests;
