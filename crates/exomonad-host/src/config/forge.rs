//! `[forge]`: where pull requests live.

use std::time::Duration;

use camino::Utf8Path;
use serde::Deserialize;

use super::{Author, ConfigError};

/// The least and the most seconds between two looks at a forge.
const POLL_S: std::ops::RangeInclusive<u64> = 5..=3600;

/// Where pull requests live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeConfig {
    /// Which forge.
    pub kind: ForgeChoice,
    /// The remote that leads to it.
    pub remote: String,
    /// Owner and name of the repository, where the remote does not say.
    pub repository: Option<(String, String)>,
    /// The root of its API, where its host does not say.
    pub api_url: Option<String>,
    /// How long a forge is left alone between two looks at it.
    pub poll: Duration,
}

/// Which forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForgeChoice {
    /// GitHub, if the remote leads there and there is a token; else the project's own database.
    #[default]
    Auto,
    /// The project's own database.
    Local,
    /// GitHub.
    Github,
}

impl ForgeChoice {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Local => "local",
            Self::Github => "github",
        }
    }
}

impl Default for ForgeConfig {
    fn default() -> Self {
        Self {
            kind: ForgeChoice::Auto,
            remote: "origin".to_owned(),
            repository: None,
            api_url: None,
            poll: Duration::from_secs(30),
        }
    }
}

/// The table as a file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ForgeTable {
    kind: Option<ForgeChoice>,
    remote: Option<String>,
    repository: Option<String>,
    api_url: Option<String>,
    poll_s: Option<u64>,
}

impl ForgeConfig {
    /// What a file says holds instead of what an earlier one said. Where a token is sent, and what is done with it, is not
    /// for whoever committed a file to say.
    pub(super) fn apply(
        &mut self,
        path: &Utf8Path,
        author: Author,
        table: ForgeTable,
        warnings: &mut Vec<String>,
    ) -> Result<(), ConfigError> {
        let invalid = |message: String| ConfigError::Parse { path: path.to_owned(), message };
        self.kind = table.kind.unwrap_or(self.kind);
        if let Some(remote) = table.remote {
            if remote.is_empty() || remote.starts_with('-') || remote.contains(char::is_whitespace) {
                return Err(invalid("`forge.remote` is the name of a remote, such as `origin`".to_owned()));
            }
            self.remote = remote;
        }
        if let Some(poll) = table.poll_s {
            if !POLL_S.contains(&poll) {
                let (least, most) = (POLL_S.start(), POLL_S.end());
                return Err(invalid(format!("`forge.poll_s` is between {least} and {most}")));
            }
            self.poll = Duration::from_secs(poll);
        }
        let is_committed = author == Author::Repository;
        for (key, is_there) in
            [("repository", table.repository.is_some()), ("api_url", table.api_url.is_some())]
        {
            if is_committed && is_there {
                warnings.push(format!(
                    "`{path}`: `forge.{key}` is ignored: whoever can commit could have your token used elsewhere; put it in `config.local.toml`"
                ));
            }
        }
        if is_committed {
            return Ok(());
        }
        if let Some(repository) = table.repository {
            let parts =
                repository.split_once('/').filter(|(owner, name)| !owner.is_empty() && !name.is_empty());
            let (owner, name) = parts
                .filter(|(_, name)| !name.contains('/'))
                .ok_or_else(|| invalid("`forge.repository` is `\"OWNER/NAME\"`".to_owned()))?;
            self.repository = Some((owner.to_owned(), name.to_owned()));
        }
        self.api_url = table.api_url.or_else(|| self.api_url.take());
        Ok(())
    }
}
