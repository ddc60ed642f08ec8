//! What an install or uninstall is going to write, computed in full before the first byte is.

mod content;
mod install;
mod removal;
mod step;

use camino::{Utf8Path, Utf8PathBuf};

pub(super) use self::content::{exclude_path, exclude_patterns};
pub use self::install::plan;
pub use self::removal::uninstall;
pub(super) use self::step::Step;
use super::document::Dialect;
use super::entry::Entry;
use super::error::InstallError;
use super::file;
use super::record::is_inside;

/// The label of git's exclude file among the planned files.
pub(super) const EXCLUDE_LABEL: &str = "git exclude";

/// Where to install what.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The project's main worktree.
    pub project_root: Utf8PathBuf,
    /// Git's common directory.
    pub git_dir: Utf8PathBuf,
    /// One settings file each.
    pub artefacts: Vec<Artefact>,
}

/// What we want in one settings file.
#[derive(Debug, Clone, PartialEq)]
pub struct Artefact {
    /// Whose file it is, such as `Claude Code`. A program may have several.
    pub label: String,
    /// The file, below the project root.
    pub path: Utf8PathBuf,
    /// What its program accepts.
    pub dialect: Dialect,
    /// The hooks, and the rules that back them up.
    pub hooks: Vec<Entry>,
    /// Our MCP server, where this file names servers: a [`Place::Member`](super::Place::Member).
    pub server: Option<Entry>,
    /// What spares the user the question whether our server may be used. Added only where the servers of the artefacts
    /// with the same label are ours.
    pub approvals: Vec<Entry>,
}

impl Artefact {
    /// All that it may add.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.hooks.iter().chain(&self.server).chain(&self.approvals).cloned().collect()
    }
}

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It did not exist.
    Created,
    /// Its text changes.
    Changed,
    /// Nothing of the user's is in it, and it did not exist before us.
    Deleted,
    /// It stays as it is.
    Unchanged,
}

/// One file of a plan, for a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFile {
    /// Whose file it is.
    pub label: String,
    /// The file; a link is not resolved.
    pub path: Utf8PathBuf,
    /// What happens to it.
    pub status: Status,
    /// Its text now; nothing when it does not exist.
    pub before: Option<String>,
    /// Its text then; nothing when it will not exist.
    pub after: Option<String>,
}

/// One file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whose file it is.
    pub label: String,
    /// The file.
    pub path: Utf8PathBuf,
    /// What happened to it.
    pub status: Status,
}

/// Everything that is going to be written, in order.
#[derive(Debug)]
#[must_use = "nothing is written before `apply`"]
pub struct Plan {
    pub(super) files: Vec<PlannedFile>,
    pub(super) warnings: Vec<String>,
    pub(super) steps: Vec<Step>,
}

impl Plan {
    /// The settings files and the exclude file, with their text before and after.
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }

    /// What was given up to be able to go on.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Writes it all. After a failure everything is as it was before.
    ///
    /// # Errors
    /// When a file changed since the plan was made, or cannot be written.
    pub fn apply(self) -> Result<Vec<Applied>, InstallError> {
        step::run(&self.steps)?;
        let written = self.files.into_iter().filter(|file| file.status != Status::Unchanged);
        Ok(written.map(|PlannedFile { label, path, status, .. }| Applied { label, path, status }).collect())
    }
}

/// One file of ours-to-be, as it stands and as it shall.
struct Outcome {
    label: String,
    path: Utf8PathBuf,
    /// Where the path leads.
    target: Utf8PathBuf,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
    /// The directories to make, outermost first.
    dirs: Vec<Utf8PathBuf>,
}

impl Outcome {
    fn status(&self) -> Status {
        match (&self.before, &self.after) {
            (before, after) if before == after => Status::Unchanged,
            (None, _) => Status::Created,
            (Some(_), Some(_)) => Status::Changed,
            (Some(_), None) => Status::Deleted,
        }
    }

    fn planned(&self) -> Result<PlannedFile, InstallError> {
        let text =
            |bytes: &Option<Vec<u8>>| bytes.as_deref().map(|bytes| file::text(&self.path, bytes)).transpose();
        Ok(PlannedFile {
            label: self.label.clone(),
            path: self.path.clone(),
            status: self.status(),
            before: text(&self.before)?,
            after: text(&self.after)?,
        })
    }

    fn steps(&self) -> Vec<Step> {
        if self.status() == Status::Unchanged {
            return Vec::new();
        }
        let mut steps: Vec<Step> = self.dirs.iter().cloned().map(Step::MakeDir).collect();
        steps.push(Step::write(self.target.clone(), self.before.clone(), self.after.clone()));
        steps
    }

    fn require_writable(&self) -> Result<(), InstallError> {
        if self.status() == Status::Unchanged { Ok(()) } else { file::require_writable(&self.target) }
    }
}

/// Refuses paths out of the project, and two artefacts that lead to one file.
fn check_paths(request: &Request) -> Result<(), InstallError> {
    let mut targets: Vec<(&str, Utf8PathBuf)> = Vec::new();
    for artefact in &request.artefacts {
        if !is_inside(&artefact.path) {
            return Err(InstallError::OutsideProject { path: artefact.path.clone() });
        }
        let target = canonical(&file::follow_links(&request.project_root.join(&artefact.path))?);
        if let Some((first, _)) = targets.iter().find(|(_, other)| *other == target) {
            let (first, second) = ((*first).to_owned(), artefact.label.clone());
            return Err(InstallError::SameFile { first, second, path: target });
        }
        targets.push((&artefact.label, target));
    }
    Ok(())
}

/// The path with the links in its directories resolved, as far as they exist.
fn canonical(path: &Utf8Path) -> Utf8PathBuf {
    let dir = path.parent().and_then(|dir| dir.canonicalize_utf8().ok());
    match (dir, path.file_name()) {
        (Some(dir), Some(name)) => dir.join(name),
        (Some(_) | None, _) => path.to_owned(),
    }
}
