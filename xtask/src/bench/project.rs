//! A repository that exomonad looks after, and what its agent asks.

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::tools::Tools;

/// The rule that every contender applies.
const RULE: &str = "
[[rules]]
event = \"pre-tool\"
tool = \"shell\"
matches = \"git push --force*\"
decision = \"deny\"
reason = \"force pushes are not allowed here\"
";

/// A repository with exomonad's hooks.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) dir: Utf8PathBuf,
    /// A command that is let through.
    pub(super) allowed: Utf8PathBuf,
    /// A command that the rule denies.
    pub(super) denied: Utf8PathBuf,
    /// An event that the guest has no opinion on.
    pub(super) notification: Utf8PathBuf,
}

impl Project {
    /// Makes it, with the rule that every contender applies.
    pub(super) fn create(tools: &Tools, name: &str) -> Result<Self> {
        let project = Self::create_without_rules(tools, name)?;
        let config = project.dir.join(".exomonad/config.toml");
        let mut file = OpenOptions::new().append(true).open(&config)?;
        file.write_all(RULE.as_bytes()).with_context(|| format!("failed to add a rule to `{config}`"))?;
        Ok(project)
    }

    /// Makes it.
    pub(super) fn create_without_rules(tools: &Tools, name: &str) -> Result<Self> {
        let dir = tools.dir.join(name);
        std::fs::create_dir(&dir)?;
        tools.command(&dir, &[], &["git", "init", "--quiet"]).read()?;
        let init = [tools.exe.as_str(), "init", "--hooks-only", "--harness", "claude"];
        tools.command(&dir, &[], &init).read()?;
        let payload =
            |kind: &str, content: &Value| tools.file(&format!("{name}-{kind}.json"), &content.to_string());
        Ok(Self {
            allowed: payload("allowed", &shell(&dir, "git status --short && ls src"))?,
            denied: payload("denied", &shell(&dir, "git push --force origin main"))?,
            notification: payload("notification", &notification(&dir))?,
            dir,
        })
    }

    /// The project's database.
    pub(super) fn database(&self) -> Utf8PathBuf {
        self.dir.join(".exomonad/state.db")
    }
}

fn shell(dir: &Utf8Path, command: &str) -> Value {
    json!({
        "session_id": "5f0c2a4e-8d7b-4c1a-9e3f-2b6d8a1c0e57",
        "transcript_path": "/nowhere/transcript.jsonl",
        "cwd": dir.as_str(),
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": { "command": command, "description": "What the bench asks" },
        "tool_use_id": "toolu_01",
    })
}

fn notification(dir: &Utf8Path) -> Value {
    json!({
        "session_id": "5f0c2a4e-8d7b-4c1a-9e3f-2b6d8a1c0e57",
        "transcript_path": "/nowhere/transcript.jsonl",
        "cwd": dir.as_str(),
        "hook_event_name": "Notification",
        "message": "Claude is waiting for your input",
        "notification_type": "idle_prompt",
    })
}
