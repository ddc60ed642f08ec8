//! Plans an install: what each file shall hold, and the record that leads back.

use camino::{Utf8Path, Utf8PathBuf};

use super::content::{Content, exclude_path, exclude_patterns};
use super::step::Step;
use super::{EXCLUDE_LABEL, Outcome, Plan, Request, Status, check_paths};
use crate::install::document::Known;
use crate::install::error::InstallError;
use crate::install::file;
use crate::install::record::{
    Backup, Loaded, Record, RecordedFile, backup_dir, home_dir, parse, record_path,
};
use crate::install::server::settle;

/// One file to install into.
struct Target<'r> {
    label: &'r str,
    /// The directory that `path` is below.
    base: &'r Utf8Path,
    path: &'r Utf8Path,
    content: Content<'r>,
}

/// What stands for the user's part of a file.
struct Base {
    /// The bytes to restore; nothing when the file shall not exist.
    original: Option<Vec<u8>>,
    /// The texts known to stand for it.
    written: Vec<String>,
    /// Whether the text now is the original and nothing but our entries, so that they can be added afresh.
    is_untouched: bool,
}

/// What an install makes of one file.
struct Installed {
    outcome: Outcome,
    recorded: Option<RecordedFile>,
    backup: Option<(Backup, Vec<u8>)>,
}

/// Computes an install without writing anything.
///
/// # Errors
/// When a file cannot be read or has no place for our entries.
pub fn plan(request: &Request) -> Result<Plan, InstallError> {
    check_paths(request)?;
    let root = &request.project_root;
    let record_file = record_path(root);
    let record_before = file::load(&record_file)?;
    let mut warnings = Vec::new();
    let earlier = match parse(root, record_before.as_deref())? {
        Loaded::Intact(record) => record,
        Loaded::Missing => Record { made_home: !home_dir(root).exists(), ..Record::default() },
        Loaded::Corrupt => {
            tracing::warn!(path = %record_file, "the install record is damaged; a new one is made");
            warnings.push(format!("the install record `{record_file}` is damaged; a new one is made"));
            Record::default()
        }
    };
    let mut record = Record { made_home: earlier.made_home, ..Record::default() };
    let mut installed = Vec::new();
    for wanted in settle(request, &earlier)? {
        let (artefact, entries) = (wanted.artefact, wanted.entries());
        let content = Content::Settings { dialect: artefact.dialect, entries: &entries };
        let target = Target { label: &artefact.label, base: root, path: &artefact.path, content };
        let one = install_one(root, &target, wanted.recorded(&earlier).as_ref())?;
        record.settings.extend(one.recorded.clone());
        installed.push(one);
        warnings.extend(wanted.taken.map(|taken| taken.warning()));
    }
    let is_other = |file: &&RecordedFile| request.artefacts.iter().all(|wanted| wanted.path != file.path);
    record.settings.extend(earlier.settings.iter().filter(is_other).cloned());
    let content = Content::Exclude { patterns: exclude_patterns(&record.settings) };
    let target = Target { label: EXCLUDE_LABEL, base: &request.git_dir, path: exclude_path(), content };
    let exclude = install_one(root, &target, earlier.exclude.as_ref())?;
    record.exclude.clone_from(&exclude.recorded);
    installed.insert(0, exclude);
    let steps = steps(root, record_before, (&earlier, &record), &installed)?;
    let files = installed.iter().map(|one| one.outcome.planned()).collect::<Result<Vec<_>, _>>()?;
    Ok(Plan { files, warnings, steps })
}

fn install_one(
    root: &Utf8Path,
    target: &Target<'_>,
    recorded: Option<&RecordedFile>,
) -> Result<Installed, InstallError> {
    let path = target.base.join(target.path);
    let resolved = file::follow_links(&path)?;
    let before = file::load(&resolved)?;
    let text = before.as_deref().map(|bytes| file::text(&path, bytes)).transpose()?.unwrap_or_default();
    let base = find_base(root, target, recorded, before.as_deref())?;
    let original = base.original.as_deref().map(|bytes| file::text(&path, bytes)).transpose()?;
    let original = original.unwrap_or_default();
    let content = &target.content;
    let after = if base.is_untouched {
        content.add(&path, &original, &Known::nothing())?
    } else {
        let known = recorded.map_or_else(Known::nothing, |recorded| recorded.known.clone());
        content.add(&path, &text, &known)?
    };
    let is_nothing = before.is_none() && content.is_blank(&after);
    let after = (!is_nothing).then(|| after.into_bytes());
    let dirs = file::missing_dirs(&resolved);
    let mut outcome = Outcome { label: target.label.to_owned(), path, target: resolved, before, after, dirs };
    outcome.require_writable()?;
    if is_nothing {
        outcome.dirs.clear();
        return Ok(Installed { outcome, recorded: None, backup: None });
    }
    let mut written = base.written;
    for bytes in [&outcome.before, &outcome.after].into_iter().flatten() {
        let digest = file::digest(bytes);
        if !written.contains(&digest) {
            written.push(digest);
        }
    }
    let known = content.outline(&outcome.path, &original)?;
    let backup = base.original.map(|bytes| (Backup::of(target.path, &bytes), bytes));
    let recorded = RecordedFile {
        path: target.path.to_owned(),
        original: backup.as_ref().map(|(backup, _)| backup.clone()),
        written,
        known,
        made_dirs: made_dirs(target.base, recorded, &outcome.dirs),
    };
    Ok(Installed { outcome, recorded: Some(recorded), backup })
}

/// Finds what was there before us: the first original while the file is still ours, else the user's text now.
fn find_base(
    root: &Utf8Path,
    target: &Target<'_>,
    recorded: Option<&RecordedFile>,
    before: Option<&[u8]>,
) -> Result<Base, InstallError> {
    let Some(before) = before else {
        return Ok(Base { original: None, written: Vec::new(), is_untouched: true });
    };
    if let Some(recorded) = recorded.filter(|recorded| recorded.written.contains(&file::digest(before))) {
        let written = recorded.written.clone();
        match &recorded.original {
            None => return Ok(Base { original: None, written, is_untouched: true }),
            Some(backup) => {
                if let Some(bytes) = backup.load(root)? {
                    return Ok(Base { original: Some(bytes), written, is_untouched: true });
                }
            }
        }
    }
    let path = target.base.join(target.path);
    let text = file::text(&path, before)?;
    let content = &target.content;
    let stripped = match recorded {
        Some(recorded) => content.remove(&path, &text, &recorded.known)?,
        None => content.remove_unrecorded(&path, text)?,
    };
    let was_made = recorded.is_some_and(|recorded| recorded.original.is_none());
    let original = (!(was_made && content.is_blank(&stripped))).then(|| stripped.into_bytes());
    Ok(Base { original, written: Vec::new(), is_untouched: false })
}

/// The directories we made for the file so far and now, below `base`.
fn made_dirs(base: &Utf8Path, recorded: Option<&RecordedFile>, dirs: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
    let mut made = recorded.map(|recorded| recorded.made_dirs.clone()).unwrap_or_default();
    for dir in dirs.iter().filter_map(|dir| dir.strip_prefix(base).ok()) {
        if !dir.as_str().is_empty() && !made.iter().any(|other| other == dir) {
            made.push(dir.to_owned());
        }
    }
    made.sort_by_key(|dir| dir.components().count());
    made
}

/// The backups and the record come first: from then on every state of the files leads back.
fn steps(
    root: &Utf8Path,
    record_before: Option<Vec<u8>>,
    (earlier, record): (&Record, &Record),
    installed: &[Installed],
) -> Result<Vec<Step>, InstallError> {
    let bytes = record.to_bytes();
    let is_unchanged = installed.iter().all(|one| one.outcome.status() == Status::Unchanged);
    let mut backups = Vec::new();
    for (backup, bytes) in installed.iter().filter_map(|one| one.backup.as_ref()) {
        let path = backup_dir(root).join(&backup.name);
        let before = file::load(&path)?;
        if before.as_ref() != Some(bytes) {
            backups.push(Step::write_private(path, before, bytes.clone()));
        }
    }
    if is_unchanged && backups.is_empty() && record_before.as_ref() == Some(&bytes) {
        return Ok(Vec::new());
    }
    let mut steps: Vec<Step> =
        file::missing_dirs(&record_path(root)).into_iter().map(Step::MakeDir).collect();
    if !backup_dir(root).exists() {
        steps.push(Step::MakeDir(backup_dir(root)));
    }
    steps.extend(backups);
    if record_before.as_ref() != Some(&bytes) {
        steps.push(Step::write_private(record_path(root), record_before, bytes));
    }
    steps.extend(installed.iter().flat_map(|one| one.outcome.steps()));
    let needed = record.backups();
    for name in earlier.backups().into_iter().filter(|name| !needed.contains(name)) {
        let path = backup_dir(root).join(name);
        if let Some(before) = file::load(&path)? {
            steps.push(Step::delete_private(path, before));
        }
    }
    Ok(steps)
}
