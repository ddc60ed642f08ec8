//! How Claude Code is started for an agent, as seen in 2.1.197 and 2.1.329.

use serde_json::{Value, json};

use super::own::own_settings;
use crate::agent::Conversation;
use crate::harness::Harness;
use crate::harness::launch::{LaunchError, LaunchFacts, LaunchLine, OwnFile, spoken_prompt};
use crate::harness::mode::PermissionMode;
use crate::harness::settings::{SERVER, SERVER_ARGUMENTS};

const SETTINGS: &str = "settings.json";
const SERVERS: &str = "mcp.json";

pub(in crate::harness) fn launch_files(facts: &LaunchFacts<'_>) -> Result<Vec<OwnFile>, LaunchError> {
    let mode = PermissionMode::of(facts)?;
    Ok(vec![
        OwnFile::new(facts, SETTINGS, own_settings(facts, mode)?),
        OwnFile::new(facts, SERVERS, format!("{:#}\n", servers(facts))),
    ])
}

/// A server of this file is used without a question, and wins over one of its name in a `.mcp.json`.
fn servers(facts: &LaunchFacts<'_>) -> Value {
    let who = ["--agent", facts.agent, "--dir", facts.workspace.as_str()];
    let arguments: Vec<&str> = SERVER_ARGUMENTS.into_iter().chain(who).collect();
    // Without `alwaysLoad` its tools are left out of the model's request (seen in 2.1.329).
    let server =
        json!({"type": "stdio", "command": facts.settings.exe, "args": arguments, "alwaysLoad": true});
    json!({"mcpServers": {SERVER: server}})
}

pub(in crate::harness) fn launch_line(facts: &LaunchFacts<'_>) -> Result<LaunchLine, LaunchError> {
    let mode = PermissionMode::of(facts)?;
    if mode == PermissionMode::BypassPermissions {
        require_sandbox(facts, rustix::process::geteuid().is_root())?;
    }
    let mut argv = vec![
        Harness::Claude.name().to_owned(),
        format!("--settings={}", facts.files.join(SETTINGS)),
        // The user's own servers stay: this is no `--strict-mcp-config`.
        format!("--mcp-config={}", facts.files.join(SERVERS)),
        format!("--permission-mode={}", mode.name()),
        format!("--name={}", facts.agent),
    ];
    argv.extend(facts.launch.model.iter().map(|model| format!("--model={model}")));
    match &facts.launch.conversation {
        Conversation::New { id } => argv.push(format!("--session-id={id}")),
        Conversation::Fork { id, transcript, of: _ } => {
            // 2.1.197 finds a conversation of another repository by its file alone.
            argv.push(format!("--resume={transcript}"));
            argv.push("--fork-session".to_owned());
            argv.push(format!("--session-id={id}"));
        }
        Conversation::Resume { id } => argv.push(format!("--resume={id}")),
    }
    // After `--` a prompt may begin with a dash.
    argv.extend(spoken_prompt(facts).into_iter().flat_map(|prompt| ["--".to_owned(), prompt]));
    Ok(LaunchLine { argv, env: Vec::new() })
}

/// As root, Claude Code skips permission prompts only in what says that it is a sandbox; otherwise it ends at once.
pub(super) fn require_sandbox(facts: &LaunchFacts<'_>, is_root: bool) -> Result<(), LaunchError> {
    let is_sandbox = ["IS_SANDBOX", "CLAUDE_CODE_BUBBLEWRAP"]
        .iter()
        .any(|name| facts.surroundings.variable(name).is_some_and(|value| value == "1"));
    if !is_root || is_sandbox {
        return Ok(());
    }
    Err(LaunchError::Refused {
        message: "Claude Code does not run as root with permission mode `bypassPermissions`".to_owned(),
        hint: "start exomonad as another user, or, in a container that holds nothing of value, with IS_SANDBOX=1"
            .to_owned(),
    })
}
