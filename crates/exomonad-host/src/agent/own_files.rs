//! Writes the files that a harness reads at its start.
//!
//! Rule: what has to lie in the workspace is hidden from git, so that no agent commits it and no checkout counts as changed.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Site, write_private};
use crate::git::{GitError, Repository, RepositoryError};
use crate::harness::OwnFile;
use crate::install::exclude_pattern;

/// Why a harness's file was not written.
#[derive(Debug, thiserror::Error)]
pub enum OwnFileError {
    /// It cannot be written.
    #[error("failed to write `{path}`")]
    Write {
        /// The file.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The workspace is no checkout.
    #[error("failed to find the repository of the workspace")]
    Repository(#[from] RepositoryError),
    /// It cannot be hidden from git.
    #[error("failed to hide a file from git")]
    Git(#[from] GitError),
}

/// Writes the files, for an agent that works in this workspace. A file that has the text already is left alone.
pub(super) fn write_own_files(
    site: &Site,
    workspace: &Utf8Path,
    files: &[OwnFile],
) -> Result<(), OwnFileError> {
    for file in files {
        let failed = |source| OwnFileError::Write { path: file.path.clone(), source };
        if std::fs::read_to_string(&file.path).is_ok_and(|text| text == file.text) {
            continue;
        }
        if file.in_workspace {
            hide(site, workspace, &file.path)?;
        }
        let dir = file.path.parent().unwrap_or(workspace);
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
        write_private(&file.path, file.text.as_bytes()).map_err(failed)?;
    }
    Ok(())
}

/// Hides a file of the workspace from git: one that git keeps versions of by a mark in the index, another one by a pattern.
fn hide(site: &Site, workspace: &Utf8Path, path: &Utf8Path) -> Result<(), OwnFileError> {
    let repository = Repository::find(workspace)?;
    let Ok(relative) = path.strip_prefix(&repository.workspace) else { return Ok(()) };
    let exclude = repository.common_dir.join("info/exclude");
    let git = site.git(repository);
    if !git.tracked(&[relative.as_str()])?.is_empty() {
        return Ok(git.skip_worktree(relative.as_str())?);
    }
    let failed = |source| OwnFileError::Write { path: exclude.clone(), source };
    let pattern = exclude_pattern(relative.as_str());
    let text = match std::fs::read_to_string(&exclude) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(failed)?,
    };
    if text.lines().any(|line| line == pattern) {
        return Ok(());
    }
    if let Some(dir) = exclude.parent() {
        std::fs::create_dir_all(dir).map_err(failed)?;
    }
    // Added in one piece, since other spawns may add theirs.
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let opened = OpenOptions::new().append(true).create(true).open(&exclude);
    opened.and_then(|mut file| file.write_all(format!("{newline}{pattern}\n").as_bytes())).map_err(failed)
}
