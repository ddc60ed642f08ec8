//! Hooks of an agent whose harness the benchmark plays.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::bench::agents::stage::Stage;

/// An agent whose harness the benchmark plays.
pub(super) struct Player<'a> {
    stage: &'a Stage<'a>,
    agent: String,
    dir: Utf8PathBuf,
    /// Where it says that it can be woken.
    socket: Option<Utf8PathBuf>,
}

impl<'a> Player<'a> {
    pub(super) fn new(stage: &'a Stage<'a>, agent: &str, socket: Option<Utf8PathBuf>) -> Self {
        Self { stage, agent: agent.to_owned(), dir: stage.workspace(agent), socket }
    }

    /// Fires one of Claude Code's hooks; says what came back, and how long it took as a process.
    pub(super) fn fire(&self, event: &str, wire: &str, more: Value) -> Result<(String, Duration)> {
        let mut payload = json!({
            "session_id": format!("session-{}", self.agent), "cwd": self.dir, "hook_event_name": wire,
            "permission_mode": "default",
        });
        if let (Some(payload), Value::Object(more)) = (payload.as_object_mut(), more) {
            payload.extend(more);
        }
        let mut command = command(self.stage.exe, &self.dir, self.stage.home());
        command.args(["hook", event, "--harness", "claude"]).env("EXOMONAD_AGENT", &self.agent);
        command.envs(self.socket.iter().map(|socket| ("CLAUDE_CODE_MESSAGING_SOCKET", socket.as_str())));
        let begun = Instant::now();
        let mut child = command.spawn().context("failed to start a hook")?;
        let mut stdin = child.stdin.take().context("a hook without input")?;
        stdin.write_all(payload.to_string().as_bytes())?;
        drop(stdin);
        let mut answer = String::new();
        child.stdout.take().context("a hook without output")?.read_to_string(&mut answer)?;
        child.wait()?;
        Ok((answer, begun.elapsed()))
    }

    /// A tool was used.
    pub(super) fn work(&self) -> Result<(String, Duration)> {
        let used = json!({ "tool_name": "Read", "tool_input": { "file_path": "a" }, "tool_response": {}, "tool_use_id": "t" });
        self.fire("post-tool-use", "PostToolUse", used)
    }

    /// It begins, and then has nothing to do.
    pub(super) fn rest(&self) -> Result<()> {
        self.fire("session-start", "SessionStart", json!({ "source": "startup" }))?;
        self.stop()
    }

    /// It has nothing to do.
    pub(super) fn stop(&self) -> Result<()> {
        self.fire("stop", "Stop", json!({ "stop_hook_active": false, "last_assistant_message": "" }))
            .map(drop)
    }
}

#[expect(clippy::disallowed_methods, reason = "what is measured is started bare, with nothing between")]
fn command(exe: &Utf8Path, dir: &Utf8Path, home: &Utf8Path) -> Command {
    let mut command = Command::new(exe);
    command.current_dir(dir).env_clear().env("PATH", "/usr/bin:/bin:/usr/local/bin").env("HOME", home);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}
