//! Copies what `.worktreeinclude` names: files that git does not keep, and without which the workspace does not work.
//!
//! Rule: nothing in the workspace is overwritten, and nothing is written outside of it.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::PermissionsExt;

use camino::{Utf8Component, Utf8Path};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};

use super::removal::fail;
use super::{WorkspaceError, WorkspacePlan};
use crate::agent::Site;
use crate::contract::WorkspaceKind;

/// The file with the patterns, in the syntax of `.gitignore`.
const PATTERNS: &str = ".worktreeinclude";

/// The most that is copied.
const FILES: usize = 10_000;
const BYTES: u64 = 1 << 30;

/// Copies what `.worktreeinclude` names from the parent's checkout; tells what was left out and why.
///
/// # Errors
/// It names too much, or a file cannot be read or written.
pub fn include(site: &Site, plan: &WorkspacePlan) -> Result<Vec<String>, WorkspaceError> {
    let top = &plan.origin.workspace;
    let patterns = top.join(PATTERNS);
    if plan.kind == WorkspaceKind::Shared || !patterns.is_file() {
        return Ok(Vec::new());
    }
    let found = site.git(plan.origin.clone()).unversioned_matching(&patterns)?;
    let wanted = measure(top, found.into_iter().filter(|path| !is_ours(Utf8Path::new(path))))?;
    let open = |dir: &Utf8Path| {
        Dir::open_ambient_dir(dir, ambient_authority()).map_err(|source| fail("open", dir, source))
    };
    let (from, to) = (open(top)?, open(&plan.path)?);
    let mut notes = Vec::new();
    for (path, metadata) in wanted {
        let copied = copy(&from, &to, Utf8Path::new(&path), &metadata);
        let why = copied.map_err(|source| fail("copy", &top.join(&path), source))?;
        notes.extend(why.map(|why| format!("`{path}` was not copied: {why}")));
    }
    Ok(notes)
}

/// Repositories, and what is about the project and not about one workspace.
fn is_ours(path: &Utf8Path) -> bool {
    let is_git = |part: Utf8Component<'_>| part.as_str() == ".git";
    path.starts_with(".exomonad") || path.components().any(is_git) || path.as_str().ends_with('/')
}

/// Adds up before anything is copied.
fn measure(
    top: &Utf8Path,
    paths: impl Iterator<Item = String>,
) -> Result<Vec<(String, Metadata)>, WorkspaceError> {
    let mut wanted = Vec::new();
    let mut bytes: u64 = 0;
    for path in paths {
        let metadata = match top.join(&path).symlink_metadata() {
            // It went away since git saw it.
            Err(err) if err.kind() == io::ErrorKind::NotFound => continue,
            metadata => metadata.map_err(|source| fail("look at", &top.join(&path), source))?,
        };
        bytes = bytes.saturating_add(metadata.len());
        let limit = match (wanted.len() >= FILES, bytes > BYTES) {
            (true, _) => Some("10,000 files"),
            (false, true) => Some("1 GiB"),
            (false, false) => None,
        };
        if let Some(limit) = limit {
            return Err(WorkspaceError::TooMuch { limit, path });
        }
        wanted.push((path, metadata));
    }
    Ok(wanted)
}

/// Copies one file or link; tells why not, when it is left out.
fn copy(from: &Dir, to: &Dir, path: &Utf8Path, metadata: &Metadata) -> io::Result<Option<&'static str>> {
    let kind = metadata.file_type();
    if !kind.is_file() && !kind.is_symlink() {
        return Ok(Some("it is neither a file nor a link"));
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_str().is_empty()) {
        to.create_dir_all(parent)?;
    }
    let made =
        if kind.is_symlink() { copy_link(from, to, path) } else { copy_file(from, to, path, metadata) };
    match made {
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Ok(Some("it is there already")),
        made => made,
    }
}

fn copy_link(from: &Dir, to: &Dir, path: &Utf8Path) -> io::Result<Option<&'static str>> {
    let target = from.read_link_contents(path)?;
    let Some(target) = target.to_str().filter(|target| stays_inside(path, Utf8Path::new(target))) else {
        return Ok(Some("it is a link that leads out of the workspace"));
    };
    to.symlink(target, path)?;
    Ok(None)
}

/// Whether the link at this path below the top has a target below the top, by its words.
fn stays_inside(path: &Utf8Path, target: &Utf8Path) -> bool {
    let mut depth = path.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            Utf8Component::Prefix(_) | Utf8Component::RootDir => return false,
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return false,
            },
            Utf8Component::Normal(_) => depth += 1,
        }
    }
    true
}

fn copy_file(from: &Dir, to: &Dir, path: &Utf8Path, metadata: &Metadata) -> io::Result<Option<&'static str>> {
    let mut source = from.open(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(metadata.permissions().mode() & 0o777);
    let mut target = to.open_with(path, &options)?;
    io::copy(&mut source, &mut target)?;
    Ok(None)
}
