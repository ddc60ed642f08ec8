//! A user's own server under our name, and what is approved.

use super::*;

const FOREIGN: &str = "{\"mcpServers\": {\"exomonad\": {\"command\": \"./evil\"}}}\n";

#[test]
fn a_foreign_server_is_neither_overwritten_nor_approved() {
    let project = Project::new(&[(MCP, FOREIGN), (CLAUDE, "{\"model\": \"x\"}\n")]);
    let before = project.tree();
    let plan = project.plan();
    let mcp = project.root.join(MCP);
    assert_eq!(
        plan.warnings(),
        [format!(
            "`mcpServers.exomonad` in `{mcp}` is another server: it stays, and Claude Code gets no tools of exomonad's; \
             to have ours, rename or delete it and run `exomonad init` again"
        )]
    );
    plan.apply().expect("written");
    assert_eq!(project.read(MCP), FOREIGN);
    let settings = project.read(CLAUDE);
    assert!(settings.contains("PreToolUse"), "the hooks do not wait for it");
    assert!(!settings.contains("enabledMcpjsonServers") && !settings.contains("mcp__exomonad"), "{settings}");
    assert!(project.read(GEMINI).contains("mcpServers"), "another program is not concerned");
    let taken =
        State::Taken { what: format!("`mcpServers.exomonad` in `{mcp}` is another server"), runs_us: false };
    assert_eq!(
        project.states().iter().filter(|state| **state != State::Intact).collect::<Vec<_>>(),
        [&taken]
    );
    assert!(project.plan().is_empty());
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn a_server_of_ours_that_the_user_edited_is_the_users() {
    let project = lived_in();
    let before = project.tree();
    project.install();
    project.edit(MCP, "\"command\"", "\"env\": {\"RUST_LOG\": \"debug\"},\n      \"command\"");
    project.edit(GEMINI, "\"mcp-stdio\"", "\"mcp-stdio\", \"--agent\", \"root\"");
    let edited = (project.read(MCP), project.read(GEMINI));
    let runs_us = |state: &State| matches!(state, State::Taken { runs_us: true, .. });
    assert_eq!(project.states().iter().filter(|state| runs_us(state)).count(), 2);
    let plan = plan(&project.request("/new/exomonad")).expect("a place");
    assert_eq!(plan.warnings().len(), 2, "{:?}", plan.warnings());
    plan.apply().expect("written");
    assert_eq!(project.read(MCP), edited.0);
    assert!(project.read(GEMINI).contains("\"--agent\""));
    assert!(!project.read(CLAUDE).contains("mcp__exomonad"), "an approval would cover what the user wrote");
    project.uninstall();
    assert_eq!(project.read(MCP), edited.0);
    assert_eq!(project.read(CLAUDE), before[CLAUDE].1.clone().expect("text"));
}

#[test]
fn uninstall_says_which_edited_server_stays() {
    let project = lived_in();
    project.install();
    project.edit(MCP, "\"mcp-stdio\"", "\"mcp-stdio\", \"-v\"");
    let edited = project.read(MCP);
    let plan = uninstall(&project.request("/bin/exomonad")).expect("readable");
    assert_eq!(plan.warnings().len(), 1);
    assert!(plan.warnings()[0].contains("was edited after `init` wrote it"), "{:?}", plan.warnings());
    plan.apply().expect("written");
    assert_eq!(project.read(MCP), edited);
    assert!(!project.read(CLAUDE).contains("exomonad"));
}

#[test]
fn a_server_that_gives_way_for_ours_is_approved_then() {
    let project = Project::new(&[(MCP, FOREIGN)]);
    project.install();
    project.write(MCP, "{\"mcpServers\": {\"other\": {\"command\": \"./evil\"}}}\n");
    project.install();
    assert!(project.is_intact(), "{:?}", project.states());
    assert!(project.read(CLAUDE).contains("mcp__exomonad"));
    project.uninstall();
    assert_eq!(project.read(MCP), "{\"mcpServers\": {\"other\": {\"command\": \"./evil\"}}}\n");
}

#[test]
fn a_program_at_another_place_is_named() {
    let project = lived_in();
    project.install();
    let findings = inspect(&project.request("/new/exomonad")).expect("readable");
    let tools =
        findings.into_iter().filter(|finding| finding.part == Part::Tools).map(|finding| finding.state);
    let moved = |path: &str| State::Altered {
        what: format!("`mcpServers.exomonad` in `{path}` runs `/bin/exomonad`, not this program"),
    };
    assert_eq!(tools.collect::<Vec<_>>(), [State::Intact, moved(MCP), moved(GEMINI)]);
}

#[test]
fn without_a_record_a_rule_of_the_users_is_not_taken_for_ours() {
    let mine =
        "{\"permissions\": {\"allow\": [\"mcp__exomonad\"]}, \"enabledMcpjsonServers\": [\"exomonad\"]}\n";
    let project = Project::new(&[(CLAUDE, mine)]);
    let before = project.tree();
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn what_the_user_approved_already_stays_approved() {
    let mine =
        "{\"permissions\": {\"allow\": [\"mcp__exomonad\"]}, \"enabledMcpjsonServers\": [\"exomonad\"]}\n";
    let project = Project::new(&[(CLAUDE, mine)]);
    let before = project.tree();
    project.install();
    assert!(project.is_intact());
    project.edit(CLAUDE, "{\"permissions\"", "{\"model\": \"x\", \"permissions\"");
    project.uninstall();
    assert_eq!(
        project.read(CLAUDE),
        mine.replacen("{\"permissions\"", "{\"model\": \"x\", \"permissions\"", 1)
    );
    project.write(CLAUDE, mine);
    assert_eq!(project.tree(), before);
}
