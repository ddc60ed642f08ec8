//! Writes one thing after the other, and undoes them in reverse when one fails.

use std::fs::{self, Permissions};

use camino::{Utf8Path, Utf8PathBuf};

use crate::install::error::InstallError;
use crate::install::file::{self, Audience};

/// One thing to do to the disk. Each is done in full or not at all.
#[derive(Debug, Clone)]
pub(in crate::install) enum Step {
    MakeDir(Utf8PathBuf),
    /// Only while the file still holds `before`. No `after` deletes it.
    Write {
        path: Utf8PathBuf,
        before: Option<Vec<u8>>,
        after: Option<Vec<u8>>,
        audience: Audience,
    },
    /// Only if it is empty.
    RemoveDir(Utf8PathBuf),
}

impl Step {
    pub(super) fn write(path: Utf8PathBuf, before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> Self {
        Self::Write { path, before, after, audience: Audience::Everyone }
    }

    pub(super) fn write_private(path: Utf8PathBuf, before: Option<Vec<u8>>, after: Vec<u8>) -> Self {
        Self::Write { path, before, after: Some(after), audience: Audience::Owner }
    }

    pub(super) fn delete_private(path: Utf8PathBuf, before: Vec<u8>) -> Self {
        Self::Write { path, before: Some(before), after: None, audience: Audience::Owner }
    }
}

/// How to take one step back.
enum Undo {
    RemoveDir(Utf8PathBuf),
    MakeDir(Utf8PathBuf),
    Restore { path: Utf8PathBuf, bytes: Option<Vec<u8>>, permissions: Option<Permissions> },
}

/// Does all the steps. After a failure none of them is done.
pub(super) fn run(steps: &[Step]) -> Result<(), InstallError> {
    for step in steps {
        if let Step::Write { path, before, .. } = step {
            require_unchanged(path, before.as_deref())?;
        }
    }
    let mut undo = Vec::new();
    for step in steps {
        match take(step) {
            Ok(back) => undo.extend(back),
            Err(err) => return Err(roll_back(undo, err)),
        }
    }
    Ok(())
}

fn require_unchanged(path: &Utf8Path, before: Option<&[u8]>) -> Result<(), InstallError> {
    if file::load(path)?.as_deref() == before {
        Ok(())
    } else {
        Err(InstallError::ChangedMeanwhile { path: path.to_owned() })
    }
}

fn take(step: &Step) -> Result<Option<Undo>, InstallError> {
    match step {
        Step::MakeDir(path) if path.is_dir() => Ok(None),
        Step::MakeDir(path) => {
            file::make_dir(path)?;
            Ok(Some(Undo::RemoveDir(path.clone())))
        }
        Step::RemoveDir(path) => {
            file::remove_empty_dir(path)?;
            Ok((!path.exists()).then(|| Undo::MakeDir(path.clone())))
        }
        Step::Write { path, before, after, audience } => {
            require_unchanged(path, before.as_deref())?;
            let permissions = fs::metadata(path).ok().map(|metadata| metadata.permissions());
            match after {
                Some(bytes) => file::replace(path, bytes, *audience)?,
                None => file::delete(path)?,
            }
            Ok(Some(Undo::Restore { path: path.clone(), bytes: before.clone(), permissions }))
        }
    }
}

/// Takes all the steps back; the answer is why.
fn roll_back(undo: Vec<Undo>, cause: InstallError) -> InstallError {
    let mut lost = None;
    for back in undo.into_iter().rev() {
        let path = match &back {
            Undo::RemoveDir(path) | Undo::MakeDir(path) | Undo::Restore { path, .. } => path.clone(),
        };
        if let Err(err) = take_back(back) {
            tracing::warn!(path = %path, error = %err, "failed to put a file back");
            lost.get_or_insert(path);
        }
    }
    match lost {
        Some(path) => InstallError::RollBack { path, source: Box::new(cause) },
        None => cause,
    }
}

fn take_back(undo: Undo) -> Result<(), InstallError> {
    match undo {
        Undo::RemoveDir(path) => file::remove_empty_dir(&path),
        Undo::MakeDir(path) => file::make_dir(&path),
        Undo::Restore { path, bytes: None, .. } => file::delete(&path),
        Undo::Restore { path, bytes: Some(bytes), permissions } => {
            file::replace(&path, &bytes, Audience::Owner)?;
            match permissions {
                Some(permissions) => fs::set_permissions(&path, permissions)
                    .map_err(|source| InstallError::Write { path, source }),
                None => Ok(()),
            }
        }
    }
}
