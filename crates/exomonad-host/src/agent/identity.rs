//! Who is asking. Resolved once, from what is explicit, and never guessed: an unknown caller is an error, not a role.

use camino::Utf8PathBuf;

use super::{AgentName, NameError};
use crate::contract::WorkspaceKind;
use crate::git::Repository;
use crate::store::{AgentRow, Store, StoreError};

/// What is known of the caller.
#[derive(Debug, Clone)]
pub struct Seeker<'a> {
    /// The name the launcher gave it.
    pub claimed: Option<&'a str>,
    /// Where it works.
    pub repository: &'a Repository,
}

/// Why the caller is nobody.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The claimed name is not a name.
    #[error("the name given for the agent, by `--agent` or `EXOMONAD_AGENT`, is none")]
    Claim(#[source] NameError),
    /// The claimed name is not in the project.
    #[error("this project has no agent `{name}`")]
    Unknown {
        /// The name.
        name: AgentName,
    },
    /// The claimed agent works elsewhere.
    #[error("agent `{name}` works in `{workspace}`, not in `{found}`")]
    Elsewhere {
        /// The agent.
        name: AgentName,
        /// Its workspace.
        workspace: Utf8PathBuf,
        /// Where the caller is.
        found: Utf8PathBuf,
    },
    /// Several agents share the directory, and the caller did not say which it is.
    #[error("several agents work in `{workspace}`: {}", names.join(", "))]
    Ambiguous {
        /// The directory.
        workspace: Utf8PathBuf,
        /// The agents.
        names: Vec<String>,
    },
    /// No agent works here.
    #[error("no agent of this project works in `{workspace}`")]
    Nobody {
        /// The directory.
        workspace: Utf8PathBuf,
    },
    /// The database gave no answer.
    #[error("failed to look the agent up")]
    Store(#[from] StoreError),
}

impl IdentityError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Claim(_) | Self::Unknown { .. } => {
                Some("leave `--agent` and EXOMONAD_AGENT out, and the directory tells who it is".to_owned())
            }
            Self::Elsewhere { workspace, .. } => Some(format!(
                "start it in `{workspace}`, or leave `--agent` and EXOMONAD_AGENT out, and the directory tells who it is"
            )),
            Self::Ambiguous { .. } => Some("set EXOMONAD_AGENT to one of them".to_owned()),
            Self::Nobody { .. } => Some("run `exomonad init` in the main checkout".to_owned()),
            Self::Store(source) => source.hint(),
        }
    }
}

/// Finds the caller: the claimed name, checked against its row; else the one agent of this workspace.
///
/// # Errors
/// The caller is nobody, or could be several.
pub fn resolve(store: &Store, seeker: &Seeker<'_>) -> Result<AgentRow, IdentityError> {
    let here = &seeker.repository.workspace;
    require_known(store, seeker.repository)?;
    if let Some(claimed) = seeker.claimed {
        let name = AgentName::parse(claimed).map_err(IdentityError::Claim)?;
        let Some(row) = store.agent(&name)? else { return Err(IdentityError::Unknown { name }) };
        if row.workspace != *here {
            return Err(IdentityError::Elsewhere { name, workspace: row.workspace, found: here.clone() });
        }
        return Ok(row);
    }
    let mut rows = store.agents_in(here)?;
    // Workers share their parent's directory and are always started with a name, so an unnamed caller in the main
    // checkout is the lead.
    if let Some(root) = rows.iter().position(|row| row.name == AgentName::root()) {
        return Ok(rows.swap_remove(root));
    }
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) => Ok(row),
        (Some(row), false) => {
            rows.push(row);
            let names = rows.iter().map(|row| row.name.to_string()).collect();
            Err(IdentityError::Ambiguous { workspace: here.clone(), names })
        }
        (None, _) => Err(IdentityError::Nobody { workspace: here.clone() }),
    }
}

/// What a standalone repository's pointer says of its project counts only when the project says the same of the repository:
/// anybody can put such a file beside a repository.
fn require_known(store: &Store, repository: &Repository) -> Result<(), IdentityError> {
    let is_ours = |row: &AgentRow| row.workspace_kind == WorkspaceKind::Standalone;
    if repository.is_standalone() && !store.agents_in(&repository.main)?.iter().any(is_ours) {
        return Err(IdentityError::Nobody { workspace: repository.workspace.clone() });
    }
    Ok(())
}
