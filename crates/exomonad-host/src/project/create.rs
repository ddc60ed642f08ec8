//! Makes a repository a project.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

use camino::{Utf8Path, Utf8PathBuf};

use crate::agent::AgentName;
use crate::contract::WorkspaceKind;
use crate::git::Repository;
use crate::harness::Harness;
use crate::store::{AgentRow, AgentState, Mode, Store, StoreError};

/// What a new project's configuration says.
const CONFIG: &str = r#"# exomonad's configuration of this repository; commit it. `config.local.toml` beside it is yours alone.
# docs/configuration.md lists every key.

# [[rules]]
# event = "pre-tool"                  # what is about to happen: pre-tool, permission-requested, prompt-submitted
# tool = "shell"                      # shell, read, write, search, web, mcp, subagent, or the coding agent's own names
# matches = "git push --force*"       # `*` stands for any text
# decision = "deny"                   # deny, ask, or (in config.local.toml only) allow
# reason = "force pushes are not allowed here"
"#;

/// What hides the state directory.
const HIDDEN: &str = "# exomonad was uninstalled; `exomonad init` uses these files again.\n*\n";

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Created {
    /// The configuration was not there.
    pub config: bool,
    /// The database was not there.
    pub database: bool,
}

/// Why it could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A file or directory could not be made.
    #[error("failed to make `{path}`")]
    Make {
        /// What.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error("failed to set the database up")]
    Store(#[from] StoreError),
}

/// Makes the state directory, the configuration and the database with the root agent, as far as they are not there.
///
/// # Errors
/// The disk takes no writes, or the database is damaged.
pub fn create(repository: &Repository, lead: Harness, now_ms: u64) -> Result<Created, CreateError> {
    let state_dir = repository.state_dir();
    make_dir(&state_dir)?;
    show(repository)?;
    let config = make_file(&state_dir.join("config.toml"), CONFIG)?;
    let path = repository.database();
    let database = !path.exists();
    let store = Store::open(&path, Mode::Create)?;
    store.add_agent(&AgentRow {
        name: AgentName::root(),
        role: "tl".to_owned(),
        harness: lead.name().to_owned(),
        parent: None,
        workspace_kind: WorkspaceKind::Main,
        workspace: repository.root.clone(),
        depth: 0,
        state: AgentState::Running,
        created_ms: now_ms,
    })?;
    store.checkpoint()?;
    Ok(Created { config, database })
}

/// Keeps git from listing the state directory of a project that exomonad has left.
///
/// # Errors
/// The disk takes no writes.
pub fn hide(repository: &Repository) -> Result<(), CreateError> {
    make_file(&repository.state_dir().join(".gitignore"), HIDDEN).map(drop)
}

/// Undoes [`hide`], and leaves a file that somebody else wrote.
fn show(repository: &Repository) -> Result<(), CreateError> {
    let path = repository.state_dir().join(".gitignore");
    if !std::fs::read_to_string(&path).is_ok_and(|text| text == HIDDEN) {
        return Ok(());
    }
    std::fs::remove_file(&path).map_err(|source| CreateError::Make { path, source })
}

/// A directory that only the user can enter, whatever it was before.
fn make_dir(path: &Utf8Path) -> Result<(), CreateError> {
    let fail = |source| CreateError::Make { path: path.to_owned(), source };
    if !path.is_dir() {
        DirBuilder::new().mode(0o700).create(path).map_err(fail)?;
    }
    std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(fail)
}

/// A file, unless there is one; tells whether it was made.
fn make_file(path: &Utf8Path, text: &str) -> Result<bool, CreateError> {
    let made = OpenOptions::new().write(true).create_new(true).open(path);
    let written = match made {
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        made => made.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all())),
    };
    written.map_err(|source| CreateError::Make { path: path.to_owned(), source })?;
    Ok(true)
}
