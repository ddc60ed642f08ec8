//! Tells whether all that we installed is still there.

use super::document::missing;
use super::error::InstallError;
use super::exclude::patterns;
use super::file;
use super::plan::{Artefact, EXCLUDE_LABEL, Request, exclude_path, exclude_patterns};

/// How one artefact stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose file it is.
    pub artefact: String,
    /// How it stands.
    pub state: State,
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
}

/// Looks at every artefact of the request and at git's exclude file. Writes nothing.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn inspect(request: &Request) -> Result<Vec<Finding>, InstallError> {
    let mut findings = Vec::new();
    for artefact in &request.artefacts {
        let state = inspect_settings(request, artefact)?;
        findings.push(Finding { artefact: artefact.label.clone(), state });
    }
    findings.push(Finding { artefact: EXCLUDE_LABEL.to_owned(), state: inspect_exclude(request)? });
    Ok(findings)
}

fn inspect_settings(request: &Request, artefact: &Artefact) -> Result<State, InstallError> {
    let path = request.project_root.join(&artefact.path);
    let Some(bytes) = file::load(&path)? else { return Ok(State::Missing) };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(State::Altered { what: "the file is not UTF-8 text".to_owned() });
    };
    if let Err(err) = super::document::check(text, artefact.dialect) {
        return Ok(State::Altered { what: format!("{err}, at {}", err.at) });
    }
    match missing(text, &artefact.entries) {
        Ok(missing) if missing.is_empty() => Ok(State::Intact),
        Ok(missing) if missing.len() == artefact.entries.len() => Ok(State::Missing),
        Ok(missing) => {
            let mut paths: Vec<String> = missing.iter().map(|entry| entry.path.join(".")).collect();
            paths.dedup();
            Ok(State::Altered { what: format!("missing: {}", paths.join(", ")) })
        }
        Err(err) => Ok(State::Altered { what: format!("{err}, at {}", err.at) }),
    }
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
