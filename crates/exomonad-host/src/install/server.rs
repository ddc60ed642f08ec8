//! Whether our MCP server can have its place in the settings, and so may be approved.
//!
//! Rule: a server that is not ours is never overwritten, and never approved: a name is all that an approval says, and
//! whoever can commit could have given it to a program of theirs.

use camino::Utf8PathBuf;

use super::document::{Held, held};
use super::entry::{Entry, Place};
use super::error::InstallError;
use super::file;
use super::ours::{is_moved_server, is_server};
use super::plan::{Artefact, Request};
use super::record::{Record, RecordedFile};

/// One artefact, and what the user's own servers leave of it.
pub(super) struct Wanted<'r> {
    pub(super) artefact: &'r Artefact,
    pub(super) hooks: &'r [Entry],
    pub(super) server: Option<&'r Entry>,
    pub(super) approvals: &'r [Entry],
    /// The server that stands where ours should.
    pub(super) taken: Option<Taken<'r>>,
}

/// A server that is not ours, under our server's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken<'r> {
    label: &'r str,
    /// The file.
    path: Utf8PathBuf,
    /// The keys that lead to it.
    keys: String,
    /// It runs `exomonad mcp-stdio` all the same.
    pub(super) runs_us: bool,
}

impl Wanted<'_> {
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.hooks.iter().chain(self.server).chain(self.approvals).cloned().collect()
    }

    /// What the record says of the file, without the server that is the user's now.
    pub(super) fn recorded(&self, record: &Record) -> Option<RecordedFile> {
        let mut recorded = record.settings.iter().find(|file| file.path == self.artefact.path)?.clone();
        if self.taken.is_some() {
            recorded.known.entries.retain(|entry| entry.place != Place::Member);
        }
        Some(recorded)
    }
}

impl Taken<'_> {
    /// What it is.
    pub(super) fn what(&self) -> String {
        match self.runs_us {
            true => format!("`{}` in `{}` is not as `init` writes it", self.keys, self.path),
            false => format!("`{}` in `{}` is another server", self.keys, self.path),
        }
    }

    /// What it is, what that means, and the next step.
    pub(super) fn warning(&self) -> String {
        let what = self.what();
        let meaning = match self.runs_us {
            true => format!("it stays, and {} may ask you whether it may be used", self.label),
            false => format!("it stays, and {} gets no tools of exomonad's", self.label),
        };
        format!("{what}: {meaning}; to have ours, rename or delete it and run `exomonad init` again")
    }
}

/// Looks at every place where our server should stand.
pub(super) fn settle<'r>(request: &'r Request, record: &Record) -> Result<Vec<Wanted<'r>>, InstallError> {
    let mut artefacts = Vec::new();
    for artefact in &request.artefacts {
        let taken = match &artefact.server {
            Some(server) => find_taken(request, artefact, server, record)?,
            None => None,
        };
        let server = artefact.server.as_ref().filter(|_| taken.is_none());
        let (hooks, approvals) = (artefact.hooks.as_slice(), artefact.approvals.as_slice());
        artefacts.push(Wanted { artefact, hooks, server, approvals, taken });
    }
    let taken = artefacts.iter().filter_map(|one| one.taken.as_ref());
    let unapproved: Vec<&str> = taken.map(|taken| taken.label).collect();
    for one in artefacts.iter_mut().filter(|one| unapproved.contains(&one.artefact.label.as_str())) {
        one.approvals = &[];
    }
    Ok(artefacts)
}

fn find_taken<'r>(
    request: &Request,
    artefact: &'r Artefact,
    server: &Entry,
    record: &Record,
) -> Result<Option<Taken<'r>>, InstallError> {
    let path = request.project_root.join(&artefact.path);
    let Some(bytes) = file::load(&path)? else { return Ok(None) };
    // Whoever edits the file says what is wrong with its text.
    let text = String::from_utf8_lossy(&bytes);
    let found = match held(&text, &server.path) {
        Ok(Held::Nothing) | Err(_) => return Ok(None),
        Ok(Held::Value(value)) => Some(value),
        Ok(Held::Other) => None,
    };
    let recorded = record.settings.iter().find(|file| file.path == artefact.path);
    let mut known = recorded.into_iter().flat_map(|file| &file.known.entries);
    let is_ours = found.as_ref().is_some_and(|found| {
        *found == server.value
            || is_moved_server(found, &server.value)
            || known.any(|entry| entry.path == server.path && entry.value == *found)
    });
    let runs_us = found.as_ref().is_some_and(is_server);
    let label = artefact.label.as_str();
    Ok((!is_ours).then(|| Taken { label, path, keys: server.path.join("."), runs_us }))
}

/// Says which servers of ours the user has edited, and so keeps after an uninstall.
pub(super) fn kept_after_uninstall(recorded: &RecordedFile, after: &str, path: &str) -> Vec<String> {
    let members = recorded.known.entries.iter().filter(|entry| entry.place == Place::Member);
    let kept = members.filter(|entry| !matches!(held(after, &entry.path), Ok(Held::Nothing) | Err(_)));
    kept.map(|entry| {
        let keys = entry.path.join(".");
        format!("`{keys}` in `{path}` was edited after `init` wrote it, so it stays; delete it if you do not need it")
    })
    .collect()
}
