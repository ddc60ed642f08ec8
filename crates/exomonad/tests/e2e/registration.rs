//! `exomonad init` gives an agent its MCP server, and no approval stands in between.

use exomonad_testkit::{Project, Script};
use serde_json::json;

use crate::agent::Agent;
use crate::held::{Held, require_result};
use crate::launch::{Field, Terminal};

cases! {
    claude_newest: the_server_connects, a_strangers_server_waits_for_its_user, after_an_uninstall_there_is_no_server;
    claude_oldest: the_server_connects, a_strangers_server_waits_for_its_user, after_an_uninstall_there_is_no_server;
    gemini: the_server_connects, after_an_uninstall_there_is_no_server;
    codex: the_hooks_run_once_their_user_trusts_them, the_command_that_init_prints_brings_our_tools;
}

/// What the agent's own check of its MCP servers says.
fn servers(agent: &Agent, project: &Project) -> String {
    let run = project.run(agent.harness).args(["mcp", "list"]);
    // What both would otherwise ask their user.
    let run = run.env("GEMINI_CLI_TRUST_WORKSPACE", "true").env("GEMINI_CLI_NO_RELAUNCH", "true");
    let run = run.env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1").env("DISABLE_AUTOUPDATER", "1");
    let output = run.output().require_success();
    format!("{}{}", output.stdout, output.stderr)
}

/// The line about our server.
fn ours(servers: &str) -> &str {
    servers.lines().find(|line| line.contains("exomonad: ")).unwrap_or_default()
}

fn the_server_connects(agent: &Agent) {
    let held = Held::with(agent, agent.project());
    let servers = servers(agent, &held.project);
    let line = ours(&servers);
    assert!(line.contains("mcp-stdio") && line.ends_with("Connected"), "{servers}");
}

fn a_strangers_server_waits_for_its_user(agent: &Agent) {
    let project = agent.project();
    project.write(
        ".mcp.json",
        "{\"mcpServers\": {\"exomonad\": {\"command\": \"touch\", \"args\": [\"started\"]}}}\n",
    );
    let held = Held::with(agent, project);
    let servers = servers(agent, &held.project);
    assert!(ours(&servers).contains("Pending approval"), "{servers}");
    assert!(!held.project.has("started"), "it was started without a question");
}

fn after_an_uninstall_there_is_no_server(agent: &Agent) {
    let held = Held::with(agent, agent.project());
    held.exomonad(&["uninstall"]);
    let servers = servers(agent, &held.project);
    assert_eq!(ours(&servers), "", "{servers}");
}

fn the_hooks_run_once_their_user_trusts_them(agent: &Agent) {
    let field = Field::new(agent, Script::default());
    let argv = ["codex", "do MARK"].map(str::to_owned);
    let terminal = Terminal::open(&field, "user", field.project().dir(), &argv, &[]);
    let shows = |text: &str| terminal.tmux(&["capture-pane", "-p"]).contains(text).then_some(());
    terminal.wait("its user was not asked", || shows("Trust all"));
    assert_eq!(field.held.events(), [], "nothing runs before");
    terminal.tmux(&["send-keys", "Down"]);
    terminal.wait("the second answer is not chosen", || shows("\u{203a} 2."));
    terminal.tmux(&["send-keys", "Enter"]);
    terminal.asked("MARK");
    let ended = || field.held.events().iter().any(|(kind, _)| kind == "hook.stop").then_some(());
    terminal.wait("the end of the turn was not told", ended);
}

fn the_command_that_init_prints_brings_our_tools(agent: &Agent) {
    let held = Held::with(agent, agent.project());
    let init = ["init", "--hooks-only", "--harness", agent.harness];
    let said = held.project.run("exomonad").args(init).output().require_success().stderr;
    let command = said.split('`').find(|part| part.starts_with("codex mcp add ")).expect("a command");
    drop(held.project.run("sh").args(["-c", command]).output().require_success());
    let run = agent.play(&held.project, Script::call("mcp__exomonad__whoami", json!({})));
    require_result(&run, held.project.dir().as_str());
}
