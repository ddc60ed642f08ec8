//! What an agent of Codex's may do in its sandbox, and how it gets out.

use exomonad_testkit::{Script, Turn};
use serde_json::json;

use crate::agent::Agent;
use crate::launch::{Field, new};

cases! {
    codex:
        a_commit_in_a_worktree_needs_no_leave_and_gits_configuration_does,
        a_step_out_of_the_sandbox_is_its_human_s_to_allow,
        a_rule_refuses_a_step_out_of_the_sandbox,
        a_terminal_that_takes_words_later_is_not_started;
}

/// Git runs what the shared configuration says outside of the sandbox.
fn a_commit_in_a_worktree_needs_no_leave_and_gits_configuration_does(agent: &Agent) {
    let shell = |command: &str| Turn::call(agent.shell, agent.shell_input(command));
    let commit = "echo done > part && git add part && git commit --quiet --message='the part'";
    let configure = "git config user.nickname nobody";
    let field = Field::new(agent, Script::new([shell(commit), shell(configure)]));
    let workspace = field.worktree("feature");
    let terminal = field.start_in_mode(Some("acceptEdits"), "feature", &workspace, new(1), "do MARK");
    terminal.result("could not lock config file");
    let project = field.project();
    assert_eq!(project.git(["log", "-1", "--format=%s", "feature"]), "the part\n");
    assert!(!project.read(".git/config").contains("nickname"));
}

/// A command that its sandbox does not let do its work, and one that is to run without the sandbox.
fn step_out(agent: &Agent) -> Script {
    let mut input = agent.shell_input("touch asked.txt");
    input["sandbox_permissions"] = json!("require_escalated");
    input["justification"] = json!("May I?");
    Script::new([
        Turn::call(agent.shell, agent.shell_input("touch kept.txt")),
        Turn::call(agent.shell, input),
    ])
}

fn a_step_out_of_the_sandbox_is_its_human_s_to_allow(agent: &Agent) {
    let field = Field::new(agent, step_out(agent));
    let workspace = field.worktree("feature");
    let terminal = field.start("feature", &workspace, new(1), "do MARK");
    terminal.result("Read-only file system");
    let asked = || (field.hooks("hook.permission-request", "feature") == 1).then_some(());
    terminal.wait("the hook of a permission did not come", asked);
    let shown = || terminal.tmux(&["capture-pane", "-p"]).contains("May I?").then_some(());
    terminal.wait("its human was not asked", shown);
    assert!(!workspace.join("kept.txt").exists() && !workspace.join("asked.txt").exists());
    terminal.tmux(&["send-keys", "y"]);
    terminal.wait("it was not done", || workspace.join("asked.txt").exists().then_some(()));
}

fn a_rule_refuses_a_step_out_of_the_sandbox(agent: &Agent) {
    let field = Field::new(agent, step_out(agent));
    let rule = "[[rules]]\nevent = \"permission-requested\"\nmatches = \"touch asked*\"\ndecision = \"deny\"\n\
                reason = \"ours to say: stay inside\"\n";
    field.project().write(".exomonad/config.toml", rule);
    let workspace = field.worktree("feature");
    let terminal = field.start("feature", &workspace, new(1), "do MARK");
    terminal.result("ours to say: stay inside");
    assert!(!workspace.join("asked.txt").exists());
}

/// What the model types into one comes by no hook.
fn a_terminal_that_takes_words_later_is_not_started(agent: &Agent) {
    let mut input = agent.shell_input("bash");
    input["tty"] = json!(true);
    let field = Field::new(agent, Script::call(agent.shell, input));
    let workspace = field.worktree("feature");
    let terminal = field.start("feature", &workspace, new(1), "do MARK");
    terminal.result("TTY execution is disabled");
}
