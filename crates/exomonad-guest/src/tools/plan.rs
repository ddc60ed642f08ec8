//! What is checked before an agent is spawned, and what the tools that spawn have in common.

use exomonad_sdk::agents::{Permissions as Told, SpawnPlan};
use exomonad_sdk::permissions::Permissions;
use exomonad_sdk::prompt::Prompt;
use exomonad_sdk::{ToolError, WorkspaceKind};
use schemars::JsonSchema;
use serde::Deserialize;

/// The characters of a name, and so of the last part of a branch.
const SLUG: usize = 50;

/// The bytes of a first prompt.
const PROMPT: usize = 1 << 20;

/// How much an agent may do without being asked.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "camelCase")]
pub(super) enum PermissionMode {
    /// Asks before it writes or runs what nobody allowed.
    Default,
    /// Writes in its workspace without asking.
    AcceptEdits,
    /// Only plans.
    Plan,
    /// Lets a classifier decide. Claude Code only.
    Auto,
    /// Does without what nobody allowed. Not in Gemini CLI.
    DontAsk,
    /// Asks for nothing. Refused unless your human switched it on for this project.
    BypassPermissions,
}

impl PermissionMode {
    pub(super) fn name(self) -> String {
        let name = match self {
            Self::Default => "default",
            Self::AcceptEdits => "acceptEdits",
            Self::Plan => "plan",
            Self::Auto => "auto",
            Self::DontAsk => "dontAsk",
            Self::BypassPermissions => "bypassPermissions",
        };
        name.to_owned()
    }
}

/// Names an agent among its siblings.
pub(super) fn require_slug(argument: &str, slug: &str) -> Result<(), ToolError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let begins = slug.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if begins && slug.len() <= SLUG && slug.chars().all(legal) {
        return Ok(());
    }
    let shown: String = slug.chars().take(100).collect();
    let message = format!(
        "`{}` is no `{argument}`: expected 1 to {SLUG} of `a-z A-Z 0-9 _ -`, a letter or digit first",
        shown.escape_debug()
    );
    let error = ToolError::new(message);
    Err(match legal_slug(slug) {
        Some(near) => error.with_hint(format!("such as `{near}`; your own branch goes before it by itself")),
        None => error,
    })
}

/// What of the text a slug can have.
pub(super) fn legal_slug(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").to_lowercase().chars().take(SLUG).collect();
    Some(slug.trim_matches(['-', '_']).to_owned()).filter(|slug| !slug.is_empty())
}

/// A directory of the new workspace.
pub(super) fn require_inside(argument: &str, path: &str) -> Result<(), ToolError> {
    let leaves = path.starts_with('/') || path.starts_with('~') || path.split('/').any(|part| part == "..");
    if path.trim().is_empty() || leaves || path.contains('\0') {
        let message =
            format!("`{argument}` is a directory inside the agent's workspace, relative to its top");
        return Err(ToolError::new(message).with_hint("such as `crates/parser`"));
    }
    Ok(())
}

/// Tool rules, in the notation of `ToolPattern::parse`.
pub(super) fn permissions(allow: &[&[String]], deny: &[&[String]]) -> Result<Told, ToolError> {
    let parsed = Permissions::parse(&allow.concat(), &[], &deny.concat());
    let parsed = parsed.map_err(|err| {
        ToolError::new(err.to_string())
            .with_hint("rules are written like `Bash(cargo test:*)`, `Read(docs/**)`, `Edit(src/**)`, `mcp__server__tool`")
    })?;
    Ok(parsed.to_plan())
}

/// The prompt's text, whole: nothing of it is cut.
pub(super) fn prompt_text(prompt: &Prompt) -> Result<String, ToolError> {
    let text = prompt.to_string();
    if text.contains('\0') {
        return Err(ToolError::new("the agent's prompt has a zero byte in it"));
    }
    if text.len() > PROMPT {
        let message = format!("the agent's prompt would have {} bytes; the limit is {PROMPT}", text.len());
        return Err(
            ToolError::new(message).with_hint("put the details into a committed file, and name it in `task`")
        );
    }
    Ok(text)
}

/// A plan with nothing in it but what must be.
pub(super) fn plan(role: &str, kind: WorkspaceKind, slug: &str, prompt: String) -> SpawnPlan {
    SpawnPlan {
        role: role.to_owned(),
        harness: None,
        model: None,
        workspace_kind: kind,
        slug: slug.to_owned(),
        prompt,
        permissions: Permissions::default().to_plan(),
        permission_mode: None,
        directory: None,
        fork_session: false,
    }
}

/// The workspace of a subtree.
pub(super) fn subtree_kind(standalone: bool) -> WorkspaceKind {
    if standalone { WorkspaceKind::Standalone } else { WorkspaceKind::Worktree }
}

/// What an agent in a repository of its own must know. Elsewhere it is empty.
pub(super) fn place_text(standalone: bool) -> &'static str {
    if standalone { STANDALONE } else { "" }
}

const STANDALONE: &str = "\
## WHERE YOU ARE
You work in a repository of your own. It has a copy of the files your parent gave you, no remote, and no way up to the rest \
of the project: what is not in it is not for you. Do not look for more, and do not push. Commit your work on the branch that \
is checked out; `file_pr` takes your commits to your parent.";
