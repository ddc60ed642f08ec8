//! `exomonad init` gives an agent its MCP server, and no approval stands in between.

use exomonad_testkit::Project;

use crate::agent::Agent;
use crate::held::Held;

cases! {
    claude_newest: the_server_connects, a_strangers_server_waits_for_its_user, after_an_uninstall_there_is_no_server;
    claude_oldest: the_server_connects, a_strangers_server_waits_for_its_user, after_an_uninstall_there_is_no_server;
    gemini: the_server_connects, after_an_uninstall_there_is_no_server;
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
