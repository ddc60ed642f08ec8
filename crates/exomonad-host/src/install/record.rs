//! `.exomonad/install.json`: what every file we touched held before, and what we put there.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::{Containers, Known};
use super::entry::{Entry, Place};
use super::error::InstallError;
use super::file;

const VERSION: u64 = 1;
const HOME: &str = ".exomonad";
const FILE: &str = "install.json";
const BACKUP: &str = "backup";
/// How many letters of a digest begin the name of a backup.
const MARK_LENGTH: usize = 16;

/// The record of one project.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Record {
    /// The settings files; paths are below the project root.
    pub(super) settings: Vec<RecordedFile>,
    /// Git's exclude file; the path is below git's common directory.
    pub(super) exclude: Option<RecordedFile>,
    /// Whether we made `.exomonad` itself.
    pub(super) made_home: bool,
}

/// One file that we changed or made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecordedFile {
    /// As the request names it.
    pub(super) path: Utf8PathBuf,
    /// What it held before; nothing when it did not exist.
    pub(super) original: Option<Backup>,
    /// The digest of every text of ours that stands for that original.
    pub(super) written: Vec<String>,
    pub(super) known: Known,
    /// The directories we made for it, outermost first.
    pub(super) made_dirs: Vec<Utf8PathBuf>,
}

/// The bytes of a file in `.exomonad/backup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Backup {
    pub(super) name: String,
    pub(super) digest: String,
}

impl Backup {
    /// The backup of these bytes. The name follows from the bytes, so a new backup never replaces another.
    pub(super) fn of(path: &Utf8Path, bytes: &[u8]) -> Self {
        let digest = file::digest(bytes);
        let mark: String =
            file::digest(format!("{path}\n{digest}").as_bytes()).chars().take(MARK_LENGTH).collect();
        Self { name: format!("{mark}.{}", path.file_name().unwrap_or("file")), digest }
    }

    /// The bytes, if they are still those we put there.
    pub(super) fn load(&self, project_root: &Utf8Path) -> Result<Option<Vec<u8>>, InstallError> {
        let bytes = file::load(&backup_dir(project_root).join(&self.name))?;
        Ok(bytes.filter(|bytes| file::digest(bytes) == self.digest))
    }
}

/// What was found in place of the record.
#[derive(Debug)]
pub(super) enum Loaded {
    Missing,
    /// It cannot be read as a record.
    Corrupt,
    Intact(Record),
}

pub(super) fn home_dir(project_root: &Utf8Path) -> Utf8PathBuf {
    project_root.join(HOME)
}

pub(super) fn backup_dir(project_root: &Utf8Path) -> Utf8PathBuf {
    home_dir(project_root).join(BACKUP)
}

/// Every backup there is, also those of an install that was killed before its record was written.
pub(super) fn backup_paths(project_root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, InstallError> {
    let dir = backup_dir(project_root);
    let read = |source| InstallError::Read { path: dir.clone(), source };
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for child in dir.read_dir_utf8().map_err(read)? {
        let child = child.map_err(read)?;
        let mark = child.file_name().split('.').next().unwrap_or_default();
        if mark.len() == MARK_LENGTH && mark.chars().all(|letter| letter.is_ascii_hexdigit()) {
            paths.push(child.into_path());
        }
    }
    paths.sort();
    Ok(paths)
}

pub(super) fn record_path(project_root: &Utf8Path) -> Utf8PathBuf {
    home_dir(project_root).join(FILE)
}

/// Reads the record's bytes. Whoever can put a record into the repository must not gain a way out of it: paths that
/// lead elsewhere make the record corrupt.
pub(super) fn parse(project_root: &Utf8Path, bytes: Option<&[u8]>) -> Result<Loaded, InstallError> {
    let Some(bytes) = bytes else { return Ok(Loaded::Missing) };
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return Ok(Loaded::Corrupt) };
    match value.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(version) if version > VERSION => {
            return Err(InstallError::NewerRecord { path: record_path(project_root), version });
        }
        Some(_) | None => return Ok(Loaded::Corrupt),
    }
    let Ok(wire) = serde_json::from_value::<RecordWire>(value) else { return Ok(Loaded::Corrupt) };
    let record = Record {
        settings: wire.settings.into_iter().map(RecordedFile::from).collect(),
        exclude: wire.exclude.map(RecordedFile::from),
        made_home: wire.made_home,
    };
    let is_safe = record.settings.iter().chain(&record.exclude).all(RecordedFile::stays_inside);
    Ok(if is_safe { Loaded::Intact(record) } else { Loaded::Corrupt })
}

impl RecordedFile {
    fn stays_inside(&self) -> bool {
        let is_plain = |name: &str| !name.is_empty() && !name.contains('/') && name != "." && name != "..";
        is_inside(&self.path)
            && self.made_dirs.iter().all(|dir| is_inside(dir))
            && self.original.as_ref().is_none_or(|backup| is_plain(&backup.name))
    }
}

/// Whether the path names something below its root, and nothing of git's own.
pub(super) fn is_inside(path: &Utf8Path) -> bool {
    let is_gits = path.components().any(|part| part.as_str().eq_ignore_ascii_case(".git"));
    let is_below = path.components().all(|part| matches!(part, Utf8Component::Normal(_)));
    !path.as_str().is_empty() && is_below && !is_gits
}

impl Record {
    /// The bytes of the record file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let wire = RecordWire {
            version: VERSION,
            settings: self.settings.iter().map(RecordedFileWire::from).collect(),
            exclude: self.exclude.as_ref().map(RecordedFileWire::from),
            made_home: self.made_home,
        };
        let value = serde_json::to_value(wire).unwrap_or_default();
        format!("{value:#}\n").into_bytes()
    }

    /// The names of the backups it needs.
    pub(super) fn backups(&self) -> Vec<&str> {
        let files = self.settings.iter().chain(&self.exclude);
        files.filter_map(|file| Some(file.original.as_ref()?.name.as_str())).collect()
    }
}

#[derive(Serialize, Deserialize)]
struct RecordWire {
    version: u64,
    settings: Vec<RecordedFileWire>,
    exclude: Option<RecordedFileWire>,
    made_home: bool,
}

#[derive(Serialize, Deserialize)]
struct RecordedFileWire {
    path: Utf8PathWire,
    original: Option<BackupWire>,
    written: Vec<String>,
    entries: Vec<EntryWire>,
    containers: Vec<Vec<String>>,
    made_dirs: Vec<Utf8PathWire>,
}

type Utf8PathWire = String;

#[derive(Serialize, Deserialize)]
struct BackupWire {
    name: String,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct EntryWire {
    path: Vec<String>,
    place: PlaceWire,
    value: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlaceWire {
    Element,
    Member,
}

impl From<RecordedFileWire> for RecordedFile {
    fn from(wire: RecordedFileWire) -> Self {
        Self {
            path: wire.path.into(),
            original: wire.original.map(|backup| Backup { name: backup.name, digest: backup.sha256 }),
            written: wire.written,
            known: Known {
                entries: wire.entries.into_iter().map(Entry::from).collect(),
                containers: Containers::Created(wire.containers),
            },
            made_dirs: wire.made_dirs.into_iter().map(Utf8PathBuf::from).collect(),
        }
    }
}

impl From<&RecordedFile> for RecordedFileWire {
    fn from(file: &RecordedFile) -> Self {
        let original = file.original.clone();
        Self {
            path: file.path.to_string(),
            original: original.map(|backup| BackupWire { name: backup.name, sha256: backup.digest }),
            written: file.written.clone(),
            entries: file.known.entries.iter().map(EntryWire::from).collect(),
            containers: match &file.known.containers {
                Containers::Created(paths) => paths.clone(),
                Containers::Emptied => Vec::new(),
            },
            made_dirs: file.made_dirs.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<EntryWire> for Entry {
    fn from(wire: EntryWire) -> Self {
        let place = match wire.place {
            PlaceWire::Element => Place::Element,
            PlaceWire::Member => Place::Member,
        };
        Self { path: wire.path, place, value: wire.value }
    }
}

impl From<&Entry> for EntryWire {
    fn from(entry: &Entry) -> Self {
        let place = match entry.place {
            Place::Element => PlaceWire::Element,
            Place::Member => PlaceWire::Member,
        };
        Self { path: entry.path.clone(), place, value: entry.value.clone() }
    }
}
