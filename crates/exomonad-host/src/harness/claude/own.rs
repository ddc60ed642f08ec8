//! The settings that one agent's Claude Code gets beside those of its user and its workspace.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value, json};

use super::servers::approved;
use super::settings::{GUARD_FILES, denied, settings};
use crate::harness::launch::{LaunchError, LaunchFacts, is_long};
use crate::harness::mode::PermissionMode;
use crate::harness::settings::{SERVER, element, member};
use crate::install::{Dialect, Entry, InstallError, Known, add, is_ours};

/// What a rule list of the request may be called.
const RULES: [&str; 4] = ["allow", "ask", "deny", "additionalDirectories"];

/// The settings files of a directory, the stronger first.
const SETTINGS: [&str; 2] = [".claude/settings.local.json", ".claude/settings.json"];

/// The memory files of a directory.
const MEMORY: [&str; 4] = ["CLAUDE.md", "CLAUDE.local.md", ".claude/CLAUDE.md", ".claude/rules/**"];

/// The text of the file.
pub(super) fn own_settings(facts: &LaunchFacts<'_>, mode: PermissionMode) -> Result<String, LaunchError> {
    let mut entries = hooks(facts);
    entries.extend(GUARD_FILES.iter().map(|file| denied(facts.workspace, file)));
    entries.push(rule("allow", &format!("mcp__{SERVER}")));
    if facts.prompt.is_some_and(is_long) {
        entries.push(rule("allow", &format!("Read(/{})", facts.prompt_file)));
    }
    entries.extend(requested(facts)?);
    entries.extend(foreign_memory(facts).map(|path| element(&["claudeMdExcludes"], json!(path))));
    let servers = approved(facts);
    entries.extend(servers.enabled.iter().map(|name| element(&["enabledMcpjsonServers"], json!(name))));
    entries.extend(servers.disabled.iter().map(|name| element(&["disabledMcpjsonServers"], json!(name))));
    if mode == PermissionMode::BypassPermissions {
        entries.push(member(&["skipDangerousModePermissionPrompt"], json!(true)));
    }
    // Whatever its user's settings say of messages of other sessions: with `refuse` it drops them, with `hold` it waits for its
    // user. By default it takes those that a process below it sends, as our courier is, even when it skips permission prompts
    // (seen in 2.1.329; 2.1.197 has no such messages). The courier says whom each message is from.
    entries.push(member(&["crossSessionInbound"], json!("accept")));
    let made = add("", Dialect::Strict, &entries, &Known::nothing());
    let (text, _) = made.map_err(|source| {
        let path = facts.files.join("settings.json");
        InstallError::Document { path, at: source.at, source }
    })?;
    Ok(text)
}

/// What `init` writes, hooks and rules. A hook that the settings of the workspace or of the main checkout have is repeated
/// letter for letter: Claude Code runs equal ones of several files once (seen in 2.1.197 and 2.1.329). In a directory below
/// the top only the newer reads those of the top, and in a worktree those of the main checkout.
fn hooks(facts: &LaunchFacts<'_>) -> Vec<Entry> {
    let main = SETTINGS.map(|file| facts.settings.project_root.join(file));
    let there: Vec<Value> =
        workspace_settings(facts).iter().chain(&main).filter_map(|path| load(path)).collect();
    let wanted = settings(facts.settings).into_iter().flat_map(|artefact| artefact.hooks);
    let own = |entry: Entry| match found(&there, &entry) {
        Some(value) => Entry { value, ..entry },
        None => entry,
    };
    wanted.map(own).collect()
}

/// Our element at the entry's place, in the first of these settings that have one.
fn found(there: &[Value], entry: &Entry) -> Option<Value> {
    let at = |settings: &Value| {
        let array = entry.path.iter().try_fold(settings, |value, key| value.get(key))?.as_array()?;
        array.iter().find(|value| is_ours(value)).cloned()
    };
    there.iter().find_map(at)
}

/// The settings files that the workspace's own Claude Code reads, the strongest first.
pub(super) fn workspace_settings(facts: &LaunchFacts<'_>) -> Vec<Utf8PathBuf> {
    let mut dirs = vec![facts.launch.dir.as_path()];
    if facts.launch.dir != facts.workspace {
        dirs.push(facts.workspace);
    }
    dirs.iter().flat_map(|dir| SETTINGS.map(|file| dir.join(file))).collect()
}

/// The JSON of a file; nothing when it cannot be read, which Claude Code tells its user.
pub(super) fn load(path: &Utf8Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn rule(list: &str, rule: &str) -> Entry {
    element(&["permissions", list], json!(rule))
}

/// The rules that came with the request. Only lists of rules: a mode among them would go past what the user allows.
fn requested(facts: &LaunchFacts<'_>) -> Result<Vec<Entry>, LaunchError> {
    let permissions = &facts.launch.permissions;
    let mut entries: Vec<Entry> =
        permissions.directories.iter().map(|dir| rule("additionalDirectories", dir)).collect();
    if permissions.claude.is_empty() {
        return Ok(entries);
    }
    let wrong = |what: String| LaunchError::Unsupported {
        message: format!("the permissions for Claude Code {what}"),
        hint: format!("expected a JSON object with lists of texts under: {}", RULES.join(", ")),
    };
    let lists: Map<String, Value> = serde_json::from_str(&permissions.claude)
        .map_err(|err| wrong(format!("are no JSON object: {err}")))?;
    for (list, rules) in &lists {
        let rules = rules.as_array().filter(|_| RULES.contains(&list.as_str()));
        let rules = rules.ok_or_else(|| wrong(format!("have no list `{}`", list.escape_debug())))?;
        for one in rules {
            let one =
                one.as_str().ok_or_else(|| wrong(format!("have something other than texts in `{list}`")))?;
            entries.push(rule(list, one));
        }
    }
    Ok(entries)
}

/// The memory of the main checkout, which lies above a worktree: the worktree has its own copy of what is tracked, and what
/// is not is about another checkout. Claude Code itself leaves out all but `CLAUDE.local.md` (seen in 2.1.329).
fn foreign_memory(facts: &LaunchFacts<'_>) -> impl Iterator<Item = String> {
    let root = facts.settings.project_root.clone();
    let above = facts.workspace.ancestors().skip(1);
    let above: Vec<_> = above.take_while(|dir| dir.starts_with(&root)).map(Utf8Path::to_owned).collect();
    // A path is taken literally, whatever characters it has: an escaped one would match nothing (seen in 2.1.329).
    above.into_iter().flat_map(|dir| MEMORY.map(|file| dir.join(file).into_string()))
}
