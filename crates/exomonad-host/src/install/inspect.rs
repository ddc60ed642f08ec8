//! Tells whether all that we installed is still there.

use camino::{Utf8Path, Utf8PathBuf};

use super::document::{Held, held, missing};
use super::entry::Entry;
use super::error::InstallError;
use super::exclude::patterns;
use super::file;
use super::ours::is_moved_server;
use super::plan::{EXCLUDE_LABEL, Request, exclude_path, exclude_patterns};
use super::record::{Loaded, Record, parse, record_path};
use super::server::{Wanted, settle};

/// How a part of one artefact stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose file it is.
    pub artefact: String,
    /// The file: below the project's root, or git's own.
    pub path: Utf8PathBuf,
    /// Which part.
    pub part: Part,
    /// How it stands.
    pub state: State,
}

/// What entries are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// That we are asked, and what backs that up.
    Hooks,
    /// That an agent has our tools.
    Tools,
}

/// How our entries in a file stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// All are there.
    Intact,
    /// None is there.
    Missing,
    /// Some are there, or the file does not do what it did.
    Altered {
        /// What is different.
        what: String,
    },
    /// Our server's name belongs to a server of the user's, which nobody but the user changes.
    Taken {
        /// What stands there.
        what: String,
        /// It runs `exomonad mcp-stdio` all the same.
        runs_us: bool,
    },
}

/// Looks at every artefact of the request and at git's exclude file. Writes nothing.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn inspect(request: &Request) -> Result<Vec<Finding>, InstallError> {
    let record =
        match parse(&request.project_root, file::load(&record_path(&request.project_root))?.as_deref())? {
            Loaded::Intact(record) => record,
            Loaded::Missing | Loaded::Corrupt => Record::default(),
        };
    let mut findings = Vec::new();
    for wanted in settle(request, &record)? {
        findings.extend(inspect_settings(request, &wanted)?);
    }
    findings.push(Finding {
        artefact: EXCLUDE_LABEL.to_owned(),
        path: exclude_path().to_owned(),
        part: Part::Hooks,
        state: inspect_exclude(request)?,
    });
    Ok(findings)
}

fn inspect_settings(request: &Request, wanted: &Wanted<'_>) -> Result<Vec<Finding>, InstallError> {
    let artefact = wanted.artefact;
    let bytes = file::load(&request.project_root.join(&artefact.path))?;
    let finding =
        |part, state| Finding { artefact: artefact.label.clone(), path: artefact.path.clone(), part, state };
    let mut findings = Vec::new();
    if !wanted.hooks.is_empty() {
        findings.push(finding(Part::Hooks, entries_state(bytes.as_deref(), wanted, wanted.hooks)));
    }
    if let Some(taken) = &wanted.taken {
        let state = State::Taken { what: taken.what(), runs_us: taken.runs_us };
        findings.push(finding(Part::Tools, state));
    } else {
        let tools: Vec<Entry> = wanted.server.into_iter().chain(wanted.approvals).cloned().collect();
        if !tools.is_empty() {
            let state = entries_state(bytes.as_deref(), wanted, &tools);
            let moved = wanted.server.and_then(|server| moved(bytes.as_deref(), server, &artefact.path));
            findings.push(finding(Part::Tools, moved.unwrap_or(state)));
        }
    }
    Ok(findings)
}

fn entries_state(bytes: Option<&[u8]>, wanted: &Wanted<'_>, entries: &[Entry]) -> State {
    let Some(bytes) = bytes else { return State::Missing };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return State::Altered { what: "the file is not UTF-8 text".to_owned() };
    };
    if let Err(err) = super::document::check(text, wanted.artefact.dialect) {
        return State::Altered { what: format!("{err}, at {}", err.at) };
    }
    match missing(text, entries) {
        Ok(missing) if missing.is_empty() => State::Intact,
        Ok(missing) if missing.len() == entries.len() => State::Missing,
        Ok(missing) => {
            let mut paths: Vec<String> = missing.iter().map(|entry| entry.path.join(".")).collect();
            paths.dedup();
            State::Altered { what: format!("missing: {}", paths.join(", ")) }
        }
        Err(err) => State::Altered { what: format!("{err}, at {}", err.at) },
    }
}

/// Our server, but with the program at another place.
fn moved(bytes: Option<&[u8]>, server: &Entry, path: &Utf8Path) -> Option<State> {
    let Ok(Held::Value(found)) = held(std::str::from_utf8(bytes?).ok()?, &server.path) else { return None };
    if found == server.value || !is_moved_server(&found, &server.value) {
        return None;
    }
    let program = found.get("command")?.as_str()?;
    let what = format!("`{}` in `{path}` runs `{program}`, not this program", server.path.join("."));
    Some(State::Altered { what })
}

fn inspect_exclude(request: &Request) -> Result<State, InstallError> {
    let path = request.git_dir.join(exclude_path());
    let Some(bytes) = file::load(&path)? else { return Ok(State::Missing) };
    let Ok(found) = patterns(&file::text(&path, &bytes)?) else {
        return Ok(State::Altered { what: "a marker of the block is missing".to_owned() });
    };
    let Some(found) = found else { return Ok(State::Missing) };
    let wanted = exclude_patterns(&[]);
    let missing: Vec<_> = wanted.into_iter().filter(|pattern| !found.contains(pattern)).collect();
    Ok(if missing.is_empty() {
        State::Intact
    } else {
        State::Altered { what: format!("missing: {}", missing.join(", ")) }
    })
}
