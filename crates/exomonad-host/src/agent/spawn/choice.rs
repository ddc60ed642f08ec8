//! Decides what an agent runs in: its harness, its model, and the conversation it begins with.

use camino::Utf8PathBuf;
use uuid::Uuid;

use super::check::check_model;
use super::{SpawnError, SpawnRequest};
use crate::agent::launch::{Conversation, Permissions};
use crate::agent::{AgentName, Site};
use crate::config::Command;
use crate::harness::Harness;
use crate::store::StoreError;

/// What an agent runs in.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    /// Its name.
    pub(super) name: String,
    /// What it is.
    pub(super) program: Program<'a>,
    /// The model that was asked for, or is configured.
    pub(super) model: Option<String>,
    /// The permission mode that was asked for, or is configured.
    pub(super) permission_mode: Option<String>,
}

/// What a harness is to us.
#[derive(Debug, Clone, Copy)]
pub(super) enum Program<'a> {
    /// One whose settings and arguments we know.
    Known(Harness),
    /// A command of the configuration.
    Custom(&'a Command),
}

/// Chooses the harness: what was asked for, else what is configured for the role, else our own choice.
pub(super) fn choose<'a>(site: &'a Site, request: &SpawnRequest) -> Result<Choice<'a>, SpawnError> {
    let agents = &site.config.agents;
    let configured = agents.roles.get(&request.role);
    let named = request.harness.clone().or_else(|| configured.and_then(|role| role.harness.clone()));
    let name = named.unwrap_or_else(|| default_harness(site, &request.role).name().to_owned());
    let program = find(site, &name)?;
    let model = match &request.model {
        Some(model) => Some(model.clone()),
        None => configured.and_then(|role| role.model.clone()),
    };
    if let Some(model) = &model {
        check_model(model)?;
    }
    let permission_mode = match program {
        Program::Known(_) => request.permission_mode.clone().or_else(|| agents.permission_mode.clone()),
        Program::Custom(command) => {
            check_custom(&name, command, request)?;
            None
        }
    };
    Ok(Choice { name, program, model, permission_mode })
}

/// A lead plans, which Claude Code does best; whoever does one thing does it in Gemini CLI where that is there.
fn default_harness(site: &Site, role: &str) -> Harness {
    let gemini = site.surroundings.find_program(Harness::Gemini.name()).is_some();
    if role != "tl" && gemini { Harness::Gemini } else { Harness::Claude }
}

fn find<'a>(site: &'a Site, name: &str) -> Result<Program<'a>, SpawnError> {
    let customs = &site.config.agents.harnesses;
    if let Some(command) = customs.get(name) {
        return approved(site, name, command);
    }
    let Ok(harness) = name.parse::<Harness>() else {
        let known = Harness::ALL.iter().map(|harness| harness.name());
        let known: Vec<_> = known.chain(customs.keys().map(String::as_str)).collect();
        let shown: String = name.chars().take(100).collect();
        return Err(SpawnError::invalid(
            format!("there is no harness `{}`", shown.escape_debug()),
            format!("known are {}; `harness.NAME.command` of the configuration adds more", known.join(", ")),
        ));
    };
    if site.surroundings.find_program(harness.name()).is_none() {
        return Err(SpawnError::invalid(
            format!("`{}` is not installed", harness.name()),
            format!("let your human install {}, or choose another harness", harness.product()),
        ));
    }
    Ok(Program::Known(harness))
}

/// A command that came with the repository is run only once the user has seen it.
fn approved<'a>(site: &Site, name: &str, command: &'a Command) -> Result<Program<'a>, SpawnError> {
    let key = format!("harness.{name}.command");
    if !site.store.may_run(command, &key)? {
        return Err(SpawnError::invalid(
            format!("`{key}` came with the repository, and nobody approved it"),
            "let your human look at it with `exomonad approve`",
        ));
    }
    Ok(Program::Custom(command))
}

/// What has no meaning to a command of the configuration is refused rather than lost.
fn check_custom(name: &str, command: &Command, request: &SpawnRequest) -> Result<(), SpawnError> {
    let hint = "leave it out, or choose `claude` or `gemini`";
    if request.permission_mode.is_some() || request.permissions != Permissions::default() {
        return Err(SpawnError::invalid(format!("harness `{name}` takes no permissions"), hint));
    }
    let takes_model = command.argv.iter().any(|argument| argument.contains("{model}"));
    if request.model.is_some() && !takes_model {
        let message = format!("harness `{name}` takes no model: its command has no `{{model}}`");
        return Err(SpawnError::invalid(message, hint));
    }
    Ok(())
}

/// The conversation to begin with, and why it is not the parent's when that was wanted.
pub(super) fn conversation(
    site: &Site,
    parent: &AgentName,
    request: &SpawnRequest,
    program: Program<'_>,
) -> Result<(Conversation, Option<String>), SpawnError> {
    let id = Uuid::new_v4().to_string();
    if !request.fork_session {
        return Ok((Conversation::New { id }, None));
    }
    match forkable(site, parent, program)? {
        Ok((of, transcript)) => Ok((Conversation::Fork { id, transcript, of }, None)),
        Err(why) => {
            let note = format!("it starts without its parent's conversation: {why}");
            Ok((Conversation::New { id }, Some(note)))
        }
    }
}

/// The parent's conversation and its file, or why there is none to begin from.
fn forkable(
    site: &Site,
    parent: &AgentName,
    program: Program<'_>,
) -> Result<Result<(String, Utf8PathBuf), String>, StoreError> {
    if !matches!(program, Program::Known(Harness::Claude)) {
        return Ok(Err("only Claude Code can begin from another conversation".to_owned()));
    }
    let Some(session) = site.store.latest_session(parent.as_str())? else {
        return Ok(Err(format!("no conversation of `{parent}` is known")));
    };
    if session.harness != Harness::Claude.name() {
        return Ok(Err(format!("that of `{parent}` is one of `{}`", session.harness)));
    }
    let transcript = session.transcript.map(Utf8PathBuf::from).filter(|path| path.is_file());
    Ok(match transcript {
        Some(transcript) => Ok((session.id, transcript)),
        None => Err(format!("the file of conversation `{}` is not there", session.id)),
    })
}
