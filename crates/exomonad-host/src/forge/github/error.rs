//! Why GitHub did not do what it was asked for, in words that say what to do next. No token is ever in them.

use std::io;
use std::time::Duration;

use camino::Utf8PathBuf;

use super::token::TokenSource;
use crate::clock::utc;
use crate::contract::EffectErrorKind;

/// Whatever a library says went wrong.
pub(super) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why GitHub did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    /// Nothing says which repository.
    #[error("remote `{remote}` leads to no repository on GitHub")]
    NoRepository {
        /// The remote.
        remote: String,
    },
    /// Nobody said that this host may have a token.
    #[error("nothing says that `{host}` is a GitHub Enterprise server of yours")]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// There is no token.
    #[error("there is no token for `{host}`")]
    NoToken {
        /// The host.
        host: String,
    },
    /// Others can read the file with the secrets.
    #[error("`{path}` can be read or written by others than you, and is not used")]
    LooseSecrets {
        /// The file.
        path: Utf8PathBuf,
    },
    /// The file with the secrets cannot be read.
    #[error("failed to read `{path}`")]
    Secrets {
        /// The file.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It has characters that no token has.
    #[error("the token from {from} is none: it has characters that cannot be sent")]
    BadToken {
        /// Where it is from.
        from: TokenSource,
    },
    /// It is no address of an API.
    #[error("`{root}` cannot be the root of GitHub's API: {why}")]
    BadRoot {
        /// The address.
        root: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The client cannot be made.
    #[error("failed to prepare connections to GitHub")]
    Client(#[source] Cause),
    /// A hook waits for nobody.
    #[error("a hook asks nobody over the network, and this project's pull requests are on GitHub")]
    Hook,
    /// It does not know the token.
    #[error("GitHub does not accept the token from {from}")]
    Unauthorized {
        /// Where it is from.
        from: TokenSource,
    },
    /// The token may not do it.
    #[error("the token from {from} may not do this in `{repository}`: {message}")]
    Forbidden {
        /// Where it is from.
        from: TokenSource,
        /// The repository.
        repository: String,
        /// What GitHub says.
        message: String,
        /// What would help.
        help: String,
    },
    /// There is no such thing, or the token does not see it.
    #[error("GitHub has no `{what}` that the token from {from} could see")]
    Missing {
        /// What is missing.
        what: String,
        /// Where the token is from.
        from: TokenSource,
    },
    /// Too much was asked.
    #[error("GitHub answers no more for now: {}", limit_words(*is_secondary))]
    Limited {
        /// It was too much at once, rather than in an hour.
        is_secondary: bool,
        /// How long to wait.
        rest: Duration,
        /// When it answers again, in milliseconds since 1970.
        until_ms: u64,
    },
    /// The repository has another name by now.
    #[error("`{repository}` has moved, and nothing was changed")]
    Moved {
        /// The name that it had.
        repository: String,
    },
    /// It understood, and did not want to.
    #[error("GitHub refused: {message}")]
    Refused {
        /// The status.
        status: u16,
        /// What it says, with what it says of single fields.
        message: String,
    },
    /// It failed itself.
    #[error("GitHub failed with status {status}")]
    Server {
        /// The status.
        status: u16,
    },
    /// Nobody answers there.
    #[error("failed to reach `{root}`")]
    Unreachable {
        /// The root of the API.
        root: String,
        /// The user's environment names a proxy.
        has_proxy: bool,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// It took too long.
    #[error("`{root}` did not answer within {} s", limit.as_secs().max(1))]
    Slow {
        /// The root of the API.
        root: String,
        /// How long was waited.
        limit: Duration,
    },
    /// Nobody waits for the answer any more.
    #[error("nobody waits for GitHub's answer any more")]
    Stopped,
    /// It is not what its documentation says.
    #[error("GitHub's answer to `{route}` makes no sense")]
    Answer {
        /// What was asked.
        route: String,
        /// The cause.
        #[source]
        source: Cause,
    },
}

fn limit_words(is_secondary: bool) -> &'static str {
    if is_secondary { "too much was asked at once" } else { "the token's requests of this hour are used up" }
}

impl GitHubError {
    /// What kind of refusal the guest gets.
    pub(in crate::forge) fn kind(&self) -> EffectErrorKind {
        match self {
            Self::NoRepository { .. }
            | Self::UnknownHost { .. }
            | Self::NoToken { .. }
            | Self::LooseSecrets { .. }
            | Self::Secrets { .. }
            | Self::BadToken { .. }
            | Self::BadRoot { .. }
            | Self::Client(_)
            | Self::Hook
            | Self::Limited { .. } => EffectErrorKind::Unavailable,
            Self::Unauthorized { .. } | Self::Forbidden { .. } => EffectErrorKind::PermissionDenied,
            Self::Missing { .. } => EffectErrorKind::NotFound,
            Self::Refused { status: 405 | 409, .. } | Self::Moved { .. } => EffectErrorKind::Conflict,
            Self::Refused { status: 422, .. } => EffectErrorKind::InvalidInput,
            Self::Slow { .. } | Self::Stopped => EffectErrorKind::Timeout,
            Self::Refused { .. } | Self::Server { .. } | Self::Unreachable { .. } | Self::Answer { .. } => {
                EffectErrorKind::Failed
            }
        }
    }

    /// The next step.
    pub(in crate::forge) fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NoRepository { .. } => {
                "name it in `.exomonad/config.local.toml`: `forge.repository = \"OWNER/NAME\"`; or `forge.kind = \"local\"`"
                    .to_owned()
            }
            Self::UnknownHost { host } => format!(
                "if it is, say so in `.exomonad/config.local.toml`: `forge.api_url = \"https://{host}/api/v3\"`; or `gh auth login --hostname {host}`"
            ),
            Self::NoToken { host } => format!(
                "`gh auth login --hostname {host}`, or set `GITHUB_TOKEN`; `forge.kind = \"local\"` does without GitHub"
            ),
            Self::LooseSecrets { path } => format!("`chmod 600 {path}`"),
            Self::Secrets { path, .. } => format!("make `{path}` readable for your user alone"),
            Self::BadToken { .. } => "copy it again, without quotes or blanks".to_owned(),
            Self::BadRoot { .. } => "correct `forge.api_url` or `GITHUB_API_URL`, such as `https://github.example.com/api/v3`".to_owned(),
            Self::Client(_) => "install your system's certificates, such as Debian's package `ca-certificates`".to_owned(),
            Self::Hook => "do it in a tool".to_owned(),
            Self::Unauthorized { from } => format!("it is revoked or expired: make a new one and put it into {from}"),
            Self::Forbidden { help, .. } => help.clone(),
            Self::Missing { .. } => {
                "look at its name, and give the token access to the repository: docs/github.md lists what it needs".to_owned()
            }
            Self::Limited { until_ms, .. } => format!("it answers again at {}", utc(*until_ms)),
            Self::Moved { .. } => "give your remote its new address: `git remote set-url origin URL`".to_owned(),
            Self::Server { .. } | Self::Slow { .. } => "try again; https://www.githubstatus.com says how GitHub is".to_owned(),
            Self::Unreachable { has_proxy: true, .. } => {
                "exomonad connects directly, and not through the proxy that your environment names".to_owned()
            }
            Self::Unreachable { .. } => {
                "look at your network; `forge.kind = \"local\"` does without GitHub".to_owned()
            }
            Self::Refused { .. } | Self::Stopped | Self::Answer { .. } => return None,
        };
        Some(text)
    }

    /// How long GitHub wants to be left alone.
    pub(in crate::forge) fn rest(&self) -> Option<Duration> {
        let Self::Limited { rest, .. } = self else { return None };
        Some(*rest)
    }

    /// The status of a refusal that a caller may know how to go on from.
    pub(super) fn status(&self) -> Option<u16> {
        if let Self::Refused { status, .. } = self {
            return Some(*status);
        }
        matches!(self, Self::Missing { .. }).then_some(404)
    }

    /// How long to wait before the same is asked once more; nothing when that is of no use. `pause` is how long, where
    /// GitHub does not say.
    pub(super) fn retry_after(&self, pause: Duration, most: Duration) -> Option<Duration> {
        if let Some(rest) = self.rest() {
            return Some(rest.max(pause)).filter(|rest| *rest <= most);
        }
        matches!(self, Self::Server { .. } | Self::Unreachable { .. } | Self::Slow { .. }).then_some(pause)
    }
}
