//! The agents under test, and in what they differ.

use std::time::Duration;

use camino::Utf8PathBuf;
use exomonad_testkit::{Claude, Client, ClientRun, Codex, FakeModel, Gemini, Project, Script};
use serde_json::{Value, json};

/// One installed version of one agent.
pub(crate) struct Agent {
    client: Box<dyn Client>,
    /// What exomonad calls it.
    pub(crate) harness: &'static str,
    /// Its tool for shell commands.
    pub(crate) shell: &'static str,
    /// What its hooks call that tool.
    pub(crate) shell_in_hooks: &'static str,
    /// The project's settings file that exomonad writes to.
    pub(crate) settings: &'static str,
    /// What makes it run its tools and our hooks when nobody can be asked.
    arguments: &'static [&'static str],
}

/// The newest Claude Code.
pub(crate) fn claude_newest() -> Agent {
    claude("EXOMONAD_E2E_CLAUDE_NEWEST")
}

/// The oldest Claude Code that people still get.
pub(crate) fn claude_oldest() -> Agent {
    claude("EXOMONAD_E2E_CLAUDE_OLDEST")
}

/// Gemini CLI.
pub(crate) fn gemini() -> Agent {
    Agent {
        client: Box::new(Gemini { script: installed("EXOMONAD_E2E_GEMINI") }),
        harness: "gemini",
        shell: "run_shell_command",
        shell_in_hooks: "run_shell_command",
        settings: ".gemini/settings.json",
        arguments: &["--yolo"],
    }
}

/// Codex CLI.
pub(crate) fn codex() -> Agent {
    Agent {
        client: Box::new(real_codex()),
        harness: "codex",
        shell: "exec_command",
        shell_in_hooks: "Bash",
        settings: ".codex/hooks.json",
        arguments: &["--dangerously-bypass-hook-trust"],
    }
}

fn claude(variable: &str) -> Agent {
    Agent {
        client: Box::new(Claude { binary: installed(variable) }),
        harness: "claude",
        shell: "Bash",
        shell_in_hooks: "Bash",
        settings: ".claude/settings.local.json",
        arguments: &[],
    }
}

/// The newest Claude Code, to be started by exomonad.
pub(crate) fn real_claude() -> Claude {
    Claude { binary: installed("EXOMONAD_E2E_CLAUDE_NEWEST") }
}

/// Gemini CLI, to be started by exomonad.
pub(crate) fn real_gemini() -> Gemini {
    Gemini { script: installed("EXOMONAD_E2E_GEMINI") }
}

/// Codex CLI, to be started by exomonad.
pub(crate) fn real_codex() -> Codex {
    Codex { binary: installed("EXOMONAD_E2E_CODEX") }
}

/// Where `cargo xtask e2e` put a program.
pub(crate) fn installed(variable: &str) -> Utf8PathBuf {
    match std::env::var(variable) {
        Ok(path) => path.into(),
        Err(_) => panic!("`{variable}` does not name an installed agent: run `cargo xtask e2e`"),
    }
}

impl Agent {
    /// The variables with which it asks this model and nobody else.
    pub(crate) fn environment(&self, model: &FakeModel) -> Vec<(&'static str, String)> {
        self.client.environment(model)
    }

    /// A project this agent can work in.
    pub(crate) fn project(&self) -> Project {
        let project = Project::new();
        self.client.prepare(&project);
        project
    }

    /// A project whose user lets the agent run `touch` and `git push` without being asked.
    pub(crate) fn permissive_project(&self) -> Project {
        let project = self.project();
        project.write(".claude/settings.json", &allowing(&["Bash(touch:*)", "Bash(git push:*)"]).to_string());
        project
    }

    /// Plays a script, and waits for the agent's end.
    pub(crate) fn play(&self, project: &Project, script: Script) -> ClientRun {
        self.client.run(project, script, "go on", self.arguments)
    }

    /// As [`Agent::play`], with a model whose name the agent knows.
    pub(crate) fn play_with(&self, model: &str, project: &Project, script: Script) -> ClientRun {
        let arguments = [self.arguments, &["--model", model]].concat();
        self.client.run(project, script, "go on", &arguments)
    }

    /// Starts the agent as somebody would who left it alone with its defaults.
    pub(crate) fn play_unattended(&self, project: &Project) -> ClientRun {
        self.client.run(project, Script::default(), "go on", &[])
    }

    /// Lets the model run one shell command.
    pub(crate) fn shell(&self, project: &Project, command: &str) -> ClientRun {
        self.play(project, Script::call(self.shell, self.shell_input(command)))
    }

    /// As [`Agent::shell`], for an agent that may not come to an end.
    pub(crate) fn shell_for(&self, limit: Duration, project: &Project, command: &str) -> ClientRun {
        let script = Script::call(self.shell, self.shell_input(command));
        self.client.run_for(limit, project, script, "go on", self.arguments)
    }

    /// The arguments of the shell tool.
    pub(crate) fn shell_input(&self, command: &str) -> Value {
        match self.harness {
            "codex" => json!({"cmd": command}),
            _ => json!({"command": command, "description": "a step"}),
        }
    }
}

/// Claude Code's settings with these `allow` rules.
pub(crate) fn allowing(rules: &[&str]) -> Value {
    json!({"permissions": {"allow": rules}})
}
