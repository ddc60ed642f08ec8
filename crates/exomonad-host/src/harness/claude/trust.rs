//! Which directories Claude Code trusts: a member of the file in which it keeps its state, which it rewrites often.
//!
//! Rule: only a directory that we made is trusted here, and no byte but its entry changes.

use std::fs;
use std::io::ErrorKind;
use std::time::{Duration, Instant, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::harness::settings::member;
use crate::harness::trust::{Trust, TrustError};
use crate::install::{
    Audience, Containers, Dialect, InstallError, Known, add, follow_links, load_text, remove, replace,
    value_at,
};
use crate::surroundings::Surroundings;

/// A lock that was not touched for so long was left behind. Claude Code's own measure.
const STALE: Duration = Duration::from_secs(10);

/// How long we wait for the lock: until it is stale, and then some.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often we look whether the lock is free.
const LOOK: Duration = Duration::from_millis(20);

const PROJECTS: &str = "projects";
const TRUSTED: &str = "hasTrustDialogAccepted";

/// Where Claude Code keeps its user's settings and state.
pub(super) fn config_dir(surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    let told = surroundings.variable("CLAUDE_CONFIG_DIR").map(Utf8PathBuf::from);
    told.or_else(|| Some(surroundings.home()?.join(".claude")))
}

/// The file with the projects.
fn state_file(surroundings: &Surroundings) -> Option<Utf8PathBuf> {
    // Where an old installation left one, it is still used.
    let old = config_dir(surroundings)?.join(".config.json");
    if old.is_file() {
        return Some(old);
    }
    let told = surroundings.variable("CLAUDE_CONFIG_DIR").map(Utf8Path::new);
    Some(told.or_else(|| surroundings.home())?.join(".claude.json"))
}

pub(in crate::harness) fn trust(surroundings: &Surroundings, trust: &Trust<'_>) -> Result<bool, TrustError> {
    let Some(file) = state_file(surroundings) else { return Ok(false) };
    edit(&file, |text| {
        let trusts = |dir: &Utf8Path| dir.ancestors().any(|dir| is_trusted(text, dir));
        if trusts(trust.workspace) || trust.worktree_of.is_some_and(trusts) {
            return Ok(None);
        }
        let wanted = member(&[PROJECTS, trust.workspace.as_str(), TRUSTED], json!(true));
        // An agent that had this directory before may have left a `false`.
        let old = value_at(text, &wanted.path).map(|value| crate::install::Entry { value, ..wanted.clone() });
        let known = Known { entries: old.into_iter().collect(), containers: Containers::Created(Vec::new()) };
        let (text, _) = add(text, Dialect::Strict, &[wanted], &known)?;
        Ok(Some(text))
    })
}

pub(in crate::harness) fn untrust(
    surroundings: &Surroundings,
    workspace: &Utf8Path,
) -> Result<bool, TrustError> {
    let Some(file) = state_file(surroundings).filter(|file| file.exists()) else { return Ok(false) };
    edit(&file, |text| {
        let path = [PROJECTS, workspace.as_str()].map(ToOwned::to_owned);
        let Some(value) = value_at(text, &path) else { return Ok(None) };
        let entry = member(&[PROJECTS, workspace.as_str()], value);
        let known = Known { entries: vec![entry], containers: Containers::Created(Vec::new()) };
        let (text, changes) = remove(text, &known)?;
        Ok((!changes.is_empty()).then_some(text))
    })
}

/// Claude Code trusts what lies in a trusted directory, and a worktree whose main checkout it trusts.
fn is_trusted(text: &str, dir: &Utf8Path) -> bool {
    let path = [PROJECTS, dir.as_str(), TRUSTED].map(ToOwned::to_owned);
    value_at(text, &path) == Some(Value::Bool(true))
}

/// Changes the file under its lock, in one step; tells whether it changed.
fn edit(
    file: &Utf8Path,
    change: impl FnOnce(&str) -> Result<Option<String>, crate::install::DocumentError>,
) -> Result<bool, TrustError> {
    let lock = Lock::take(file)?;
    let target = follow_links(file)?;
    let text = load_text(&target)?.unwrap_or_default();
    let changed = change(&text).map_err(|source| InstallError::Document {
        path: target.clone(),
        at: source.at,
        source,
    })?;
    let Some(changed) = changed else { return Ok(false) };
    lock.require_held(file)?;
    replace(&target, changed.as_bytes(), Audience::Owner)?;
    Ok(true)
}

/// The directory that whoever changes the file makes first, and removes last.
struct Lock {
    dir: Utf8PathBuf,
    made: Option<SystemTime>,
}

impl Lock {
    fn take(file: &Utf8Path) -> Result<Self, TrustError> {
        let dir = Utf8PathBuf::from(format!("{file}.lock"));
        let failed = |source| TrustError::Lock { dir: dir.clone(), source };
        let begin = Instant::now();
        loop {
            match fs::create_dir(&dir) {
                Ok(()) => {
                    let made = touched(&dir);
                    return Ok(Self { dir, made });
                }
                Err(err) if err.kind() == ErrorKind::AlreadyExists => {}
                Err(err) => return Err(failed(err)),
            }
            let age = touched(&dir).and_then(|touched| touched.elapsed().ok());
            if age.is_some_and(|age| age > STALE) {
                match fs::remove_dir(&dir) {
                    Err(err) if err.kind() != ErrorKind::NotFound => return Err(failed(err)),
                    Ok(()) | Err(_) => continue,
                }
            }
            if begin.elapsed() > PATIENCE {
                return Err(TrustError::Held { dir });
            }
            std::thread::park_timeout(LOOK);
        }
    }

    /// A process that slept past the lock's age has lost it to another one.
    fn require_held(&self, file: &Utf8Path) -> Result<(), TrustError> {
        if self.made.is_some() && touched(&self.dir) == self.made {
            return Ok(());
        }
        Err(TrustError::Lost { file: file.to_owned() })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.made.is_some() && touched(&self.dir) == self.made {
            crate::drop_logged(fs::remove_dir(&self.dir), "remove the lock of Claude Code's state");
        }
    }
}

fn touched(dir: &Utf8Path) -> Option<SystemTime> {
    fs::metadata(dir).and_then(|metadata| metadata.modified()).ok()
}
