//! Takes a workspace's directory away. It is renamed first, so that nobody meets half of it, and a removal that was
//! interrupted is finished by the next.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;

use camino::{Utf8Path, Utf8PathBuf};

use super::{WorkspaceError, WorkspacePlan};
use crate::contract::WorkspaceKind;
use crate::git::Pointer;

/// Removes the directory of a workspace that [`super::make`] made, without another look at what is in it, and what an
/// interrupted removal left of it. `admin_dir` is git's own directory for a worktree. The branch stays.
pub(in crate::agent) fn remove(
    plan: &WorkspacePlan,
    admin_dir: Option<&Utf8Path>,
) -> Result<(), WorkspaceError> {
    let Some(dir) = directory(plan) else { return Ok(()) };
    if let Some(path) = admin_dir.and_then(|admin_dir| moved_to(dir, admin_dir)) {
        return Err(WorkspaceError::Moved { path });
    }
    let aside = aside(plan, dir);
    if is_made_for(plan, dir, admin_dir) {
        match std::fs::rename(dir, &aside) {
            Err(err) if is_absent(&err) => {}
            renamed => renamed.map_err(|source| fail("remove", dir, source))?,
        }
    }
    delete(&aside)?;
    let Some(admin_dir) = admin_dir else { return Ok(()) };
    delete(admin_dir)?;
    // As git does it: the last worktree takes the directory for worktrees along.
    if let Some(worktrees) = admin_dir.parent() {
        match std::fs::remove_dir(worktrees) {
            Err(err) if !matches!(err.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => {
                return Err(fail("remove", worktrees, err));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// What [`super::make`] makes as a whole: for a standalone repository the directory that also holds its pointer.
pub(super) fn directory(plan: &WorkspacePlan) -> Option<&Utf8Path> {
    match plan.kind {
        WorkspaceKind::Worktree => Some(&plan.path),
        WorkspaceKind::Standalone => plan.path.parent(),
        WorkspaceKind::Shared | WorkspaceKind::Main => None,
    }
}

/// Beside the directory, under a name that only this spawn has: where it is while it is not complete.
pub(super) fn aside(plan: &WorkspacePlan, dir: &Utf8Path) -> Utf8PathBuf {
    dir.with_file_name(format!(".{}", plan.mark))
}

/// Whether the directory bears the spawn's mark, or is the empty one with which git begins a worktree.
fn is_made_for(plan: &WorkspacePlan, dir: &Utf8Path, admin_dir: Option<&Utf8Path>) -> bool {
    match admin_dir {
        None => Pointer::read(dir).is_some_and(|pointer| pointer.mark == plan.mark),
        Some(admin_dir) => {
            leads_to(dir, admin_dir) || dir.read_dir().is_ok_and(|mut dir| dir.next().is_none())
        }
    }
}

/// Whether a directory is the worktree that git keeps this directory for.
pub(super) fn leads_to(dir: &Utf8Path, admin_dir: &Utf8Path) -> bool {
    let Ok(link) = std::fs::read_to_string(dir.join(".git")) else { return false };
    let target = link.trim_end().strip_prefix("gitdir: ").map(|target| dir.join(target));
    let target = target.and_then(|target| target.canonicalize_utf8().ok());
    target.is_some() && target == admin_dir.canonicalize_utf8().ok()
}

/// Where git knows a worktree to be, when that is another place than `dir` and it is there.
pub(super) fn moved_to(dir: &Utf8Path, admin_dir: &Utf8Path) -> Option<Utf8PathBuf> {
    let link = std::fs::read_to_string(admin_dir.join("gitdir")).ok()?;
    let there = admin_dir.join(link.trim_end()).parent()?.to_owned();
    let is_elsewhere = there.canonicalize_utf8().ok()? != dir;
    (is_elsewhere && leads_to(&there, admin_dir)).then_some(there)
}

/// Nothing is there; neither is anything below a file.
fn is_absent(err: &std::io::Error) -> bool {
    matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether something is there, even a link to nothing.
pub(in crate::agent) fn exists(path: &Utf8Path) -> Result<bool, WorkspaceError> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(err) if is_absent(&err) => Ok(false),
        Err(source) => Err(fail("look at", path, source)),
    }
}

/// Deletes a directory and all that is in it, write-protected directories included, if it is there.
pub(super) fn delete(dir: &Utf8Path) -> Result<(), WorkspaceError> {
    let again = match std::fs::remove_dir_all(dir) {
        Err(err) if err.kind() == ErrorKind::PermissionDenied => {
            open_up(dir)?;
            std::fs::remove_dir_all(dir)
        }
        removed => removed,
    };
    match again {
        Err(err) if !is_absent(&err) => Err(fail("remove", dir, err)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Lets us remove what is in a directory and in those below it; some tools protect what they unpack.
fn open_up(dir: &Utf8Path) -> Result<(), WorkspaceError> {
    std::fs::set_permissions(dir, Permissions::from_mode(0o700))
        .map_err(|source| fail("unlock", dir, source))?;
    for entry in dir.read_dir_utf8().map_err(|source| fail("read", dir, source))? {
        let entry = entry.map_err(|source| fail("read", dir, source))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(entry.path())?;
        }
    }
    Ok(())
}

pub(super) fn fail(act: &'static str, path: &Utf8Path, source: std::io::Error) -> WorkspaceError {
    WorkspaceError::File { act, path: path.to_owned(), source }
}
