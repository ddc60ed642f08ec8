//! Plans an uninstall: the first bytes again where the file is still ours, else the user's text without our entries.

use camino::Utf8Path;

use super::content::{Content, exclude_path};
use super::step::Step;
use super::{EXCLUDE_LABEL, Outcome, Plan, Request, check_paths};
use crate::install::document::Dialect;
use crate::install::error::InstallError;
use crate::install::file;
use crate::install::record::{
    Loaded, Record, RecordedFile, backup_dir, backup_paths, home_dir, parse, record_path,
};
use crate::install::server::kept_after_uninstall;

/// Computes the removal of everything that [`super::plan`] and its `apply` added, without writing anything.
///
/// The artefacts of the request matter where there is no record; a recorded file needs none.
///
/// # Errors
/// When a file cannot be read, or cannot be told apart from ours.
pub fn uninstall(request: &Request) -> Result<Plan, InstallError> {
    check_paths(request)?;
    let root = &request.project_root;
    let record_file = record_path(root);
    let record_before = file::load(&record_file)?;
    let mut warnings = Vec::new();
    let loaded = parse(root, record_before.as_deref())?;
    if matches!(loaded, Loaded::Corrupt) {
        tracing::warn!(path = %record_file, "the install record is damaged");
        let told = "our entries are told by their text";
        warnings.push(format!("the install record `{record_file}` is damaged; {told}"));
    }
    let nothing = Record::default();
    let record = if let Loaded::Intact(record) = &loaded { record } else { &nothing };
    let mut outcomes = Vec::new();
    let mut made_dirs = Vec::new();
    for artefact in &request.artefacts {
        let content = Content::Settings { dialect: artefact.dialect, entries: &artefact.entries() };
        let recorded = record.settings.iter().find(|file| file.path == artefact.path);
        outcomes.push(remove_one(root, root, (&artefact.label, &artefact.path), &content, recorded)?);
    }
    for recorded in &record.settings {
        made_dirs.extend(recorded.made_dirs.iter().map(|dir| root.join(dir)));
        if request.artefacts.iter().all(|artefact| artefact.path != recorded.path) {
            let content = Content::Settings { dialect: Dialect::Comments, entries: &[] };
            let label = recorded.path.as_str();
            outcomes.push(remove_one(root, root, (label, &recorded.path), &content, Some(recorded))?);
        }
    }
    let content = Content::Exclude { patterns: Vec::new() };
    let name = (EXCLUDE_LABEL, exclude_path());
    outcomes.push(remove_one(root, &request.git_dir, name, &content, record.exclude.as_ref())?);
    if let Some(exclude) = &record.exclude {
        made_dirs.extend(exclude.made_dirs.iter().map(|dir| request.git_dir.join(dir)));
    }
    let mut steps: Vec<Step> = outcomes.iter().flat_map(Outcome::steps).collect();
    made_dirs.sort_by_key(|dir| std::cmp::Reverse(dir.components().count()));
    made_dirs.dedup();
    steps.extend(made_dirs.into_iter().filter(|dir| dir.exists()).map(Step::RemoveDir));
    steps.extend(forget(root, record_before, &loaded)?);
    let files = outcomes.iter().map(Outcome::planned).collect::<Result<Vec<_>, _>>()?;
    for recorded in &record.settings {
        let path = root.join(&recorded.path);
        let after = files.iter().find(|file| file.path == path).and_then(|file| file.after.as_deref());
        warnings.extend(kept_after_uninstall(recorded, after.unwrap_or_default(), path.as_str()));
    }
    Ok(Plan { files, warnings, steps })
}

fn remove_one(
    root: &Utf8Path,
    base: &Utf8Path,
    (label, relative): (&str, &Utf8Path),
    content: &Content<'_>,
    recorded: Option<&RecordedFile>,
) -> Result<Outcome, InstallError> {
    let path = base.join(relative);
    let target = file::follow_links(&path)?;
    let before = file::load(&target)?;
    let after = match &before {
        Some(bytes) => original_of(root, &path, bytes, content, recorded)?,
        None => None,
    };
    let outcome = Outcome { label: label.to_owned(), path, target, before, after, dirs: Vec::new() };
    outcome.require_writable()?;
    Ok(outcome)
}

/// The bytes without us.
fn original_of(
    root: &Utf8Path,
    path: &Utf8Path,
    bytes: &[u8],
    content: &Content<'_>,
    recorded: Option<&RecordedFile>,
) -> Result<Option<Vec<u8>>, InstallError> {
    if let Some(recorded) = recorded.filter(|recorded| recorded.written.contains(&file::digest(bytes))) {
        match &recorded.original {
            None => return Ok(None),
            Some(backup) => {
                if let Some(original) = backup.load(root)? {
                    return Ok(Some(original));
                }
            }
        }
    }
    let text = file::text(path, bytes)?;
    let stripped = match recorded {
        Some(recorded) => content.remove(path, &text, &recorded.known)?,
        None => content.remove_unrecorded(path, text)?,
    };
    let was_made = recorded.is_some_and(|recorded| recorded.original.is_none());
    Ok((!(was_made && content.is_blank(&stripped))).then(|| stripped.into_bytes()))
}

/// The record goes last: until then it leads back. A damaged one leaves the backups for people.
fn forget(root: &Utf8Path, bytes: Option<Vec<u8>>, loaded: &Loaded) -> Result<Vec<Step>, InstallError> {
    let Some(bytes) = bytes else { return Ok(Vec::new()) };
    let mut steps = vec![Step::delete_private(record_path(root), bytes)];
    let Loaded::Intact(record) = loaded else { return Ok(steps) };
    for path in backup_paths(root)? {
        if let Some(before) = file::load(&path)? {
            steps.push(Step::delete_private(path, before));
        }
    }
    if backup_dir(root).exists() {
        steps.push(Step::RemoveDir(backup_dir(root)));
    }
    if record.made_home {
        steps.push(Step::RemoveDir(home_dir(root)));
    }
    Ok(steps)
}
