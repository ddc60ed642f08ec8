//! The two kinds of file we add to, settings and git's exclude file, behind one set of verbs.

use camino::{Utf8Path, Utf8PathBuf};

use crate::install::document::{self, Containers, Dialect, DocumentError, Known, is_blank, outline};
use crate::install::entry::{Entry, Place};
use crate::install::error::InstallError;
use crate::install::exclude;
use crate::install::record::RecordedFile;

/// What belongs into one file.
pub(super) enum Content<'r> {
    Settings { dialect: Dialect, entries: &'r [Entry] },
    Exclude { patterns: Vec<String> },
}

impl Content<'_> {
    /// The text with our content in it.
    pub(super) fn add(&self, path: &Utf8Path, text: &str, known: &Known) -> Result<String, InstallError> {
        match self {
            Self::Settings { dialect, entries } => {
                let added = document::add(text, *dialect, entries, known);
                Ok(added.map_err(|err| in_document(path, err))?.0)
            }
            Self::Exclude { patterns } => {
                exclude::add(text, patterns).map_err(|broken| in_block(path, &broken))
            }
        }
    }

    /// The text without our content.
    pub(super) fn remove(&self, path: &Utf8Path, text: &str, known: &Known) -> Result<String, InstallError> {
        match self {
            Self::Settings { .. } => {
                Ok(document::remove(text, known).map_err(|err| in_document(path, err))?.0)
            }
            Self::Exclude { .. } => exclude::remove(text).map_err(|broken| in_block(path, &broken)),
        }
    }

    /// What an install into the text makes.
    pub(super) fn outline(&self, path: &Utf8Path, text: &str) -> Result<Known, InstallError> {
        match self {
            Self::Settings { entries, .. } => outline(text, entries).map_err(|err| in_document(path, err)),
            Self::Exclude { .. } => {
                Ok(Known { entries: Vec::new(), containers: Containers::Created(Vec::new()) })
            }
        }
    }

    /// All that could be ours.
    fn guess(&self) -> Known {
        match self {
            Self::Settings { entries, .. } => {
                Known { entries: entries.to_vec(), containers: Containers::Emptied }
            }
            Self::Exclude { .. } => Known::nothing(),
        }
    }

    /// The text without our content, for a file without a record. Text such as a permission rule has no mark; where a
    /// marked entry is, it came with it.
    pub(super) fn remove_unrecorded(&self, path: &Utf8Path, text: String) -> Result<String, InstallError> {
        let guess = self.guess();
        let mut marked = guess.clone();
        marked.entries.retain(|entry| entry.place == Place::Member);
        if self.remove(path, &text, &marked)? == text { Ok(text) } else { self.remove(path, &text, &guess) }
    }

    /// Whether a file that says this need not exist.
    pub(super) fn is_blank(&self, text: &str) -> bool {
        match self {
            Self::Settings { .. } => is_blank(text),
            Self::Exclude { .. } => text.trim().is_empty(),
        }
    }
}

/// Git's exclude file below its common directory.
pub(in crate::install) fn exclude_path() -> &'static Utf8Path {
    Utf8Path::new("info/exclude")
}

/// What git shall not see: our directory but for the committed configuration, and the settings files that we made.
pub(in crate::install) fn exclude_patterns(settings: &[RecordedFile]) -> Vec<String> {
    let made = settings.iter().filter(|file| file.original.is_none());
    let mut patterns = vec!["/.exomonad/*".to_owned(), "!/.exomonad/config.toml".to_owned()];
    patterns.extend(made.map(|file| exclude::pattern(file.path.as_str())));
    patterns
}

fn in_document(path: &Utf8Path, source: DocumentError) -> InstallError {
    InstallError::Document { path: Utf8PathBuf::from(path), at: source.at, source }
}

fn in_block(path: &Utf8Path, broken: &exclude::Broken) -> InstallError {
    InstallError::BrokenBlock { path: path.to_owned(), line: broken.line }
}
