//! Our program in a hermetic project.

use std::time::{Duration, Instant};

use exomonad_testkit::process::{Output, Run};
use exomonad_testkit::project::Project;
use rustix::process::{Pid, Signal, kill_process};

/// A version that takes hooks without a shell.
const CLAUDE: &str = "#!/bin/sh\necho '2.1.329 (Claude Code)'\n";

pub(crate) fn exomonad(project: &Project, arguments: &[&str]) -> Run {
    project.run(env!("CARGO_BIN_EXE_exomonad")).args(arguments)
}

/// Runs it, and fails the test with all it printed when it does.
pub(crate) fn succeed(project: &Project, arguments: &[&str]) {
    drop(exomonad(project, arguments).output().require_success());
}

/// A project with a Claude Code that only tells its version, set up.
pub(crate) fn set_up() -> Project {
    set_up_in(Project::new())
}

pub(crate) fn set_up_in(project: Project) -> Project {
    project.install_script("claude", CLAUDE);
    succeed(&project, &["init", "--hooks-only", "--harness", "claude"]);
    project
}

pub(crate) fn bare() -> Project {
    let project = Project::new();
    project.install_script("claude", CLAUDE);
    project
}

/// Claude Code's question before a shell command.
pub(crate) fn question(project: &Project, command: &str) -> String {
    serde_json::json!({
        "session_id": "s", "transcript_path": "/t.jsonl", "cwd": project.dir().as_str(),
        "hook_event_name": "PreToolUse", "tool_name": "Bash",
        "tool_input": {"command": command}, "tool_use_id": "u",
    })
    .to_string()
}

pub(crate) fn ask(project: &Project, command: &str) -> Output {
    let question = question(project, command);
    exomonad(project, &["hook", "pre-tool-use", "--harness", "claude"]).input(question).output()
}

/// The whole of what a run printed, with the project's own paths by name.
pub(crate) fn transcript(project: &Project, output: &Output) -> String {
    let text = format!("{:?}\n--- stdout\n{}--- stderr\n{}", output.end, output.stdout, output.stderr);
    let text = text.replace(project.dir().as_str(), "[project]").replace(project.home().as_str(), "[home]");
    text.replace(env!("CARGO_BIN_EXE_exomonad"), "[exomonad]")
}

/// Looks until there is something, for far longer than it takes.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "waited for {what} in vain");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

pub(crate) fn kill(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}
