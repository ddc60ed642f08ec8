//! How Codex is started for an agent, as seen in 0.169.0.
//!
//! All that is the agent's own goes by `--config`: Codex reads no other file beside those of its user and its project. None of
//! it is a secret.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value, json};

use super::trust::{SESSION_FLAGS, trusted};
use crate::agent::Conversation;
use crate::git::Repository;
use crate::harness::Harness;
use crate::harness::launch::{LaunchError, LaunchFacts, LaunchLine, OwnFile, spoken_prompt};
use crate::harness::mode::{PermissionMode, unsupported};
use crate::harness::settings::{SERVER, SERVER_ARGUMENTS};
use crate::install::{Artefact, Place, is_ours, load_text, value_at};

/// Seconds for a call of a tool, which may wait for other agents. Codex's own limit is 60.
const TOOL_SECONDS: u32 = 3600;

/// A rule that Codex has no words for is told of when the agent is spawned.
pub(in crate::harness) fn launch_files(_: &LaunchFacts<'_>) -> Result<Vec<OwnFile>, LaunchError> {
    Ok(Vec::new())
}

pub(in crate::harness) fn launch_line(facts: &LaunchFacts<'_>) -> Result<LaunchLine, LaunchError> {
    let launch = facts.launch;
    let mut argv = vec![Harness::Codex.name().to_owned()];
    match &launch.conversation {
        // Codex names a conversation itself; the first hook tells its name.
        Conversation::New { .. } => {}
        Conversation::Resume { id } => argv.extend(["resume".to_owned(), id.clone()]),
        Conversation::Fork { .. } => {
            return Err(LaunchError::Unsupported {
                message: "Codex cannot begin with another agent's conversation here".to_owned(),
                hint: "spawn it without `fork_session`, and say in its task what it has to know".to_owned(),
            });
        }
    }
    argv.extend(permissions(facts)?.iter().map(|flag| (*flag).to_owned()));
    argv.extend(launch.model.iter().map(|model| format!("--model={model}")));
    for (key, value) in configuration(facts)? {
        argv.push(format!("--config={key}={}", toml_text(&key, value)?));
    }
    argv.extend(spoken_prompt(facts).into_iter().flat_map(|prompt| ["--".to_owned(), prompt]));
    Ok(LaunchLine { argv, env: Vec::new() })
}

fn permissions(facts: &LaunchFacts<'_>) -> Result<&'static [&'static str], LaunchError> {
    const KNOWN: [PermissionMode; 5] = [
        PermissionMode::Default,
        PermissionMode::AcceptEdits,
        PermissionMode::Plan,
        PermissionMode::DontAsk,
        PermissionMode::BypassPermissions,
    ];
    let mode = PermissionMode::of(facts)?;
    match mode {
        PermissionMode::Default => Ok(&["--ask-for-approval=on-request", "--sandbox=read-only"]),
        PermissionMode::AcceptEdits => Ok(&["--ask-for-approval=on-request", "--sandbox=workspace-write"]),
        PermissionMode::Plan => Ok(&["--ask-for-approval=never", "--sandbox=read-only"]),
        PermissionMode::DontAsk => Ok(&["--ask-for-approval=never", "--sandbox=workspace-write"]),
        PermissionMode::BypassPermissions => Ok(&["--dangerously-bypass-approvals-and-sandbox"]),
        PermissionMode::Auto => Err(unsupported(Harness::Codex.product(), mode, &KNOWN)),
    }
}

/// What is configured for this agent beside what its user has: the key and its value.
fn configuration(facts: &LaunchFacts<'_>) -> Result<Vec<(String, Value)>, LaunchError> {
    let mut all = Vec::new();
    let mut trust = Map::new();
    for artefact in super::settings(facts.settings) {
        if has_set_up(facts, &artefact, &mut trust)? {
            continue;
        }
        let mut hooks: Map<String, Value> = Map::new();
        for entry in artefact.hooks {
            let Some(event) = entry.path.last() else { continue };
            trust.extend(trusted(SESSION_FLAGS, event, 0, &entry.value));
            hooks.insert(event.clone(), Value::Array(vec![entry.value]));
        }
        all.extend(hooks.into_iter().map(|(event, groups)| (format!("hooks.{event}"), groups)));
    }
    all.push(("hooks.state".to_owned(), Value::Object(trust)));
    // Without it, Codex asks whether the directory is to be trusted. In the user's own checkout that is theirs to say.
    if !facts.has_settings {
        all.push(("projects".to_owned(), json!({ facts.launch.dir.as_str(): { "trust_level": "trusted" } })));
    }
    let who = ["--agent", facts.agent, "--dir", facts.workspace.as_str()];
    let arguments: Vec<&str> = SERVER_ARGUMENTS.into_iter().chain(who).collect();
    let server = json!({
        "command": facts.settings.exe,
        "args": arguments,
        "default_tools_approval_mode": "approve",
        "tool_timeout_sec": TOOL_SECONDS,
    });
    all.push((format!("mcp_servers.{SERVER}"), server));
    let written = written_by_commits(facts);
    if !written.is_empty() {
        all.push(("sandbox_workspace_write.writable_roots".to_owned(), json!(written)));
    }
    // What is typed into a terminal that runs already comes by no hook, so there are none.
    all.push(("features.unified_exec_tty".to_owned(), json!(false)));
    Ok(all)
}

/// What a commit writes beside the agent's own files. Codex's sandbox keeps a repository from being written, and a worktree's own
/// part of it unless that is named. The hooks and the configuration that all checkouts share stay closed: git runs what they say
/// outside of the sandbox.
fn written_by_commits(facts: &LaunchFacts<'_>) -> Vec<Utf8PathBuf> {
    let found = Repository::find(facts.workspace).ok();
    // The main checkout is its user's: there, Codex asks.
    let Some(repository) = found.filter(|found| found.workspace == facts.workspace && !facts.has_settings)
    else {
        return Vec::new();
    };
    let Repository { git_dir, common_dir, .. } = repository;
    if git_dir == common_dir {
        return vec![git_dir];
    }
    let shared = ["objects", "refs", "logs"].map(|part| common_dir.join(part));
    [git_dir].into_iter().chain(shared).filter(|dir| dir.is_dir()).collect()
}

/// Whether the directory's own hooks file has ours, as `init` writes it, or git brought it; each of them is then trusted. One
/// that has a part of ours would run it twice.
fn has_set_up(
    facts: &LaunchFacts<'_>,
    artefact: &Artefact,
    trust: &mut Map<String, Value>,
) -> Result<bool, LaunchError> {
    let path = facts.launch.dir.join(&artefact.path);
    let Some(text) = load_text(&path)? else { return Ok(false) };
    let mut found = 0;
    for entry in artefact.hooks.iter().filter(|entry| entry.place == Place::Element) {
        let groups = value_at(&text, &entry.path);
        let groups = groups.as_ref().and_then(Value::as_array).into_iter().flatten().enumerate();
        let Some(event) = entry.path.last() else { continue };
        for (index, group) in groups.filter(|(_, group)| is_ours(group)) {
            found += 1;
            trust.extend(trusted(path.as_str(), event, index, group));
        }
    }
    if found == 0 {
        return Ok(false);
    }
    if found == artefact.hooks.len() {
        return Ok(true);
    }
    Err(half_set_up(&path))
}

fn half_set_up(path: &Utf8Path) -> LaunchError {
    LaunchError::Refused {
        message: format!(
            "`{path}` has some of exomonad's hooks and not all, so Codex would run half guarded"
        ),
        hint: "ask your human to run `exomonad init --hooks-only --harness codex` in the main checkout"
            .to_owned(),
    }
}

/// A value as Codex reads it on its command line.
fn toml_text(key: &str, value: Value) -> Result<String, LaunchError> {
    toml::Value::try_from(value).map(|value| value.to_string()).map_err(|err| LaunchError::Unsupported {
        message: format!("Codex's `{key}` cannot be written as TOML: {err}"),
        hint: "run `exomonad doctor`".to_owned(),
    })
}
