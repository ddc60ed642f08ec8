//! How Gemini CLI is started for an agent, as seen in 0.61.0.

use camino::Utf8Path;

use crate::agent::Conversation;
use crate::harness::Harness;
use crate::harness::launch::{LaunchError, LaunchFacts, LaunchLine, OwnFile, is_long, spoken_prompt};
use crate::harness::mode::{PermissionMode, unsupported};
use crate::install::{
    Artefact, Containers, DocumentError, Entry, InstallError, Known, Place, add, is_ours, is_server,
    load_text, value_at,
};

/// The policy file in the agent's own directory.
const POLICY: &str = "policy.toml";

/// Gemini CLI reads the settings of the directory in which it starts, and no other file of ours; so they go there. They
/// name no agent: several can share the directory, and each has its name in its environment.
pub(in crate::harness) fn launch_files(facts: &LaunchFacts<'_>) -> Result<Vec<OwnFile>, LaunchError> {
    let mut files = Vec::new();
    for artefact in super::settings(facts.settings) {
        files.extend(settings_file(facts, &artefact)?);
    }
    if !facts.launch.permissions.gemini.is_empty() {
        files.push(OwnFile::new(facts, POLICY, facts.launch.permissions.gemini.clone()));
    }
    Ok(files)
}

fn settings_file(facts: &LaunchFacts<'_>, artefact: &Artefact) -> Result<Option<OwnFile>, LaunchError> {
    let path = facts.launch.dir.join(&artefact.path);
    let text = load_text(&path)?.unwrap_or_default();
    let entries = artefact.entries();
    if facts.has_settings {
        // In the user's own checkout only `init` writes.
        let is_set_up = entries.iter().all(|entry| has_ours(&text, entry));
        return if is_set_up { Ok(None) } else { Err(not_set_up(&path)) };
    }
    // An older entry of ours gives way, wherever its binary was.
    let known = Known { entries: servers_of_ours(&text, &entries), containers: Containers::Emptied };
    let added = add(&text, artefact.dialect, &entries, &known);
    let in_document =
        |source: DocumentError| InstallError::Document { path: path.clone(), at: source.at, source };
    let (text, _) = added.map_err(in_document)?;
    Ok(Some(OwnFile { path, text, in_workspace: true }))
}

/// The entries in whose place another server of ours stands, as it stands there.
fn servers_of_ours(text: &str, entries: &[Entry]) -> Vec<Entry> {
    let there = |entry: &Entry| {
        let value = value_at(text, &entry.path)?;
        is_server(&value).then(|| Entry { value, ..entry.clone() })
    };
    entries.iter().filter_map(there).collect()
}

/// Whether an entry of ours stands at this one's place, whichever exomonad wrote it.
fn has_ours(text: &str, entry: &Entry) -> bool {
    let value = value_at(text, &entry.path);
    match entry.place {
        Place::Member => value.as_ref().is_some_and(is_server),
        Place::Element => {
            value.as_ref().and_then(|value| value.as_array()).is_some_and(|all| all.iter().any(is_ours))
        }
    }
}

fn not_set_up(path: &Utf8Path) -> LaunchError {
    LaunchError::Refused {
        message: format!(
            "`{path}` has not all of exomonad's hooks and tools, so Gemini CLI would run unguarded"
        ),
        hint: "ask your human to run `exomonad init --hooks-only --harness gemini` in the main checkout"
            .to_owned(),
    }
}

pub(in crate::harness) fn launch_line(facts: &LaunchFacts<'_>) -> Result<LaunchLine, LaunchError> {
    let launch = facts.launch;
    let mut argv =
        vec![Harness::Gemini.name().to_owned(), format!("--approval-mode={}", approval_mode(facts)?)];
    argv.extend(launch.model.iter().map(|model| format!("--model={model}")));
    match &launch.conversation {
        Conversation::New { id } => argv.push(format!("--session-id={id}")),
        Conversation::Resume { id } => argv.push(format!("--resume={id}")),
        Conversation::Fork { .. } => {
            return Err(LaunchError::Unsupported {
                message: "Gemini CLI cannot begin with another agent's conversation".to_owned(),
                hint: "spawn it without `fork_session`, and say in its task what it has to know".to_owned(),
            });
        }
    }
    if !launch.permissions.gemini.is_empty() {
        argv.push(format!("--policy={}", facts.files.join(POLICY)));
    }
    for dir in directories(facts) {
        if dir.contains(',') {
            return Err(LaunchError::Unsupported {
                message: format!("Gemini CLI takes no directory with a comma in its name, as in `{dir}`"),
                hint: "leave the directory out, or run the agent in `claude`".to_owned(),
            });
        }
        argv.push(format!("--include-directories={dir}"));
    }
    argv.extend(
        spoken_prompt(facts).map(|prompt| format!("--prompt-interactive={}", without_mentions(&prompt))),
    );
    Ok(LaunchLine { argv, env: environment(facts) })
}

/// The directory of a prompt that goes by its file must be one that the agent may read.
fn directories<'a>(facts: &'a LaunchFacts<'_>) -> impl Iterator<Item = &'a str> {
    let prompt_dir = facts.files.as_str();
    let prompt_dir = Some(prompt_dir).filter(|_| facts.prompt.is_some_and(is_long));
    facts.launch.permissions.directories.iter().map(String::as_str).chain(prompt_dir)
}

/// In an untrusted directory it loads neither hooks nor tools. The user's own checkout is theirs to trust.
fn environment(facts: &LaunchFacts<'_>) -> Vec<(String, String)> {
    match facts.has_settings {
        true => Vec::new(),
        false => vec![("GEMINI_CLI_TRUST_WORKSPACE".to_owned(), "true".to_owned())],
    }
}

fn approval_mode(facts: &LaunchFacts<'_>) -> Result<&'static str, LaunchError> {
    const KNOWN: [PermissionMode; 4] = [
        PermissionMode::Default,
        PermissionMode::AcceptEdits,
        PermissionMode::Plan,
        PermissionMode::BypassPermissions,
    ];
    let mode = PermissionMode::of(facts)?;
    match mode {
        PermissionMode::Default => Ok("default"),
        PermissionMode::AcceptEdits => Ok("auto_edit"),
        PermissionMode::Plan => Ok("plan"),
        PermissionMode::BypassPermissions => Ok("yolo"),
        PermissionMode::Auto | PermissionMode::DontAsk => {
            Err(unsupported(Harness::Gemini.product(), mode, &KNOWN))
        }
    }
}

/// A prompt's `@path` is replaced by the file, and one outside the workspace asks the user first; a backslash keeps it a
/// text.
fn without_mentions(prompt: &str) -> String {
    let mut text = String::with_capacity(prompt.len());
    for letter in prompt.chars() {
        if letter == '@' && !text.ends_with('\\') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}
