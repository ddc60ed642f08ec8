//! The policy as the host calls it: a table of attacks and innocent commands, and the effects of every hook.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::collections::BTreeMap;

use exomonad_guest::Builtin;
use exomonad_sdk::agents::{AgentInfo, AgentState};
use exomonad_sdk::fake::{FakeHost, context, hook};
use exomonad_sdk::{
    Context, Decision, EffectError, EffectErrorKind, Hook, HookEvent, McpTool, Rule, RuleDecision, ToolDone,
    ToolKind, ToolUse, Verdict, WorkspaceKind, guest,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    role: String,
    tool: String,
    command: Option<String>,
    path: Option<String>,
    cwd: Option<String>,
    #[serde(default)]
    links: BTreeMap<String, String>,
    expect: String,
}

fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("attacks.json")).unwrap()
}

/// The context of `role`: the lead works in the project's root, the others in a worktree.
fn context_of(role: &str) -> Context {
    let mut cx = context(role);
    if role == "tl" {
        cx.agent.workspace.clone_from(&cx.project.root);
        cx.agent.workspace_kind = WorkspaceKind::Main;
    }
    cx
}

fn tool(kind: ToolKind, command: Option<&str>, path: Option<&str>) -> ToolUse {
    ToolUse {
        name: if kind == ToolKind::Shell { "Bash" } else { "Write" }.to_owned(),
        kind,
        input: "{}".to_owned(),
        command: command.map(ToOwned::to_owned),
        paths: path.map(ToOwned::to_owned).into_iter().collect(),
        dir: None,
        mcp: None,
        id: None,
    }
}

fn shell(command: &str) -> HookEvent {
    HookEvent::PreTool(tool(ToolKind::Shell, Some(command), None))
}

fn ask(host: &mut FakeHost, cx: &Context, event: HookEvent) -> Decision {
    let hook = Hook { cwd: cx.agent.workspace.clone(), ..hook(event) };
    guest::on_hook::<Builtin>(host, cx, &hook)
}

fn failed() -> EffectError {
    EffectError { kind: EffectErrorKind::Failed, message: "disk full".to_owned(), hint: None }
}

#[test]
fn every_attack_is_refused_and_every_innocent_command_passes() {
    let mut wrong = Vec::new();
    for row in rows() {
        let cx = context_of(&row.role);
        let kind = match row.tool.as_str() {
            "shell" => ToolKind::Shell,
            "write" => ToolKind::Write,
            "read" => ToolKind::Read,
            other => panic!("{}: tool {other}", row.name),
        };
        let event = HookEvent::PreTool(tool(kind, row.command.as_deref(), row.path.as_deref()));
        let cwd = row.cwd.clone().unwrap_or_else(|| cx.agent.workspace.clone());
        let mut host = FakeHost::default();
        let links = row.links.clone();
        host.answer_with("fs.resolve", move |arguments| {
            let path = arguments[0].trim_matches('"').to_owned();
            Ok(links.get(&path).cloned().unwrap_or(path))
        });
        let decision = guest::on_hook::<Builtin>(&mut host, &cx, &Hook { cwd, ..hook(event) });
        let refused = matches!(decision.verdict, Verdict::Deny(_));
        if refused != (row.expect == "deny") {
            wrong.push(format!("{} ({}): {:?}", row.name, row.expect, decision.verdict));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_is_large_and_its_names_are_unique() {
    let rows = rows();
    let names: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len());
    assert!(rows.len() >= 90);
    assert!(rows.iter().all(|row| ["deny", "pass", "out-of-reach"].contains(&row.expect.as_str())));
}

#[test]
fn the_security_document_names_everything_that_is_out_of_reach() {
    let document = include_str!("../../../docs/security.md");
    for row in rows().iter().filter(|row| row.expect == "out-of-reach") {
        assert!(document.contains(&row.name), "docs/security.md does not name `{}`", row.name);
    }
}

#[test]
fn every_attack_is_refused_when_the_host_resolves_nothing() {
    for row in rows().iter().filter(|row| row.expect == "deny" && row.links.is_empty() && row.cwd.is_none()) {
        let Some(command) = &row.command else { continue };
        let decision = ask(&mut FakeHost::default(), &context_of(&row.role), shell(command));
        assert!(matches!(decision.verdict, Verdict::Deny(_)), "{}", row.name);
    }
}

#[test]
fn a_refusal_names_the_path_and_the_way_out() {
    let refusal = |role: &str, command: &str| {
        let verdict = ask(&mut FakeHost::default(), &context_of(role), shell(command)).verdict;
        let Verdict::Deny(reason) = verdict else { panic!("{command}: {verdict:?}") };
        reason
    };
    assert_eq!(
        refusal("tl", "rm .exomonad/config.toml"),
        "`.exomonad/config.toml` guards the agents and may not be changed by one; ask your human to change it"
    );
    assert_eq!(
        refusal("dev", "touch /repo/x"),
        "`x` is outside your workspace `/repo/.exomonad/worktrees/parser`; write inside it, or ask your parent to make the change"
    );
    assert!(refusal("tl", "rm .mcp.json '").contains("was not understood (a quote is not closed)"));
}

#[test]
fn an_mcp_tool_that_may_write_must_not_name_what_is_protected() {
    let check = |name: &str, input: &str, refused: bool| {
        let mut tool = tool(ToolKind::Mcp, None, None);
        tool.mcp = Some(McpTool { server: "files".to_owned(), name: name.to_owned() });
        tool.input = input.to_owned();
        let decision = ask(&mut FakeHost::default(), &context_of("tl"), HookEvent::PreTool(tool));
        assert_eq!(matches!(decision.verdict, Verdict::Deny(_)), refused, "{name} {input}");
    };
    check("write_file", r#"{"path":"/repo/.exomonad/config.toml"}"#, true);
    check("edit", r#"{"edits":[{"file":".mcp.json"}]}"#, true);
    check("run_command", r#"{"command":"rm -rf .exomonad"}"#, true);
    check("read_file", r#"{"path":"/repo/.exomonad/config.toml"}"#, false);
    check("write_file", r#"{"path":"/repo/src/a.rs","text":"about .exomonad/config.toml here"}"#, false);
}

#[test]
fn exomonad_s_own_tools_are_never_refused_whatever_they_speak_of() {
    let input = r#"{"to":".mcp.json","message":"rm -rf .exomonad/config.toml"}"#;
    for role in guest::describe::<Builtin>().roles {
        for own in &role.tools {
            let mut tool = tool(ToolKind::Mcp, None, None);
            tool.mcp = Some(McpTool { server: "exomonad".to_owned(), name: own.name.clone() });
            tool.input = input.to_owned();
            let events = [HookEvent::PreTool(tool.clone()), HookEvent::PermissionRequested(tool)];
            for event in events {
                let decision = ask(&mut FakeHost::default(), &context_of(&role.name), event);
                assert_eq!(decision, Decision::pass(), "{} {}", role.name, own.name);
            }
        }
    }
}

#[test]
fn whoami_and_the_guard_agree_on_where_a_role_may_write() {
    for role in guest::describe::<Builtin>().roles {
        let cx = context_of(&role.name);
        let mut host = FakeHost::default();
        let info = AgentInfo {
            agent: cx.agent.clone(),
            state: AgentState::Running,
            created_ms: 0,
            sidecars: 1,
            last_seen_ms: None,
            unread: 0,
            exit: None,
            failure: None,
            terminal: None,
            notes: Vec::new(),
        };
        host.reply("agents.self", Ok(info));
        let told = guest::call_tool::<Builtin>(&mut host, &cx, "whoami", "{}").unwrap().structured.unwrap();
        let outside = HookEvent::PreTool(tool(ToolKind::Write, None, Some("/home/user/notes.txt")));
        let refused = matches!(ask(&mut host, &cx, outside).verdict, Verdict::Deny(_));
        assert_eq!(told.contains("only inside your workspace"), refused, "{}: {told}", role.name);
    }
}

fn rule(tool: Option<&str>, matches: Option<&str>, decision: RuleDecision) -> Rule {
    Rule {
        event: "pre-tool".to_owned(),
        tool: tool.map(ToOwned::to_owned),
        matches: matches.map(ToOwned::to_owned),
        decision,
        reason: None,
    }
}

fn with_rules(rules: &[Rule], event: HookEvent) -> Verdict {
    let mut cx = context_of("tl");
    cx.rules = rules.to_vec();
    ask(&mut FakeHost::default(), &cx, event).verdict
}

#[test]
fn a_rule_sees_every_simple_command_of_a_command_line() {
    let rules = [rule(Some("Bash"), Some("git push --force*"), RuleDecision::Deny)];
    let denied = |command: &str| matches!(with_rules(&rules, shell(command)), Verdict::Deny(_));
    assert!(denied("cd x && git  push --force"));
    assert!(denied("sh -c '/usr/bin/git push --force origin'"));
    assert!(!denied("git push origin"));
    assert!(!denied("echo git push --force"));
}

#[test]
fn the_first_rule_that_fits_wins() {
    let rules = [
        rule(Some("shell"), Some("cargo *"), RuleDecision::Allow),
        rule(Some("Wri*|Edit"), Some("/repo/docs/*"), RuleDecision::Ask),
        rule(None, None, RuleDecision::Deny),
    ];
    assert_eq!(with_rules(&rules, shell("cargo test")), Verdict::Allow);
    assert!(matches!(with_rules(&rules, shell("make")), Verdict::Deny(_)));
    let write = |path: &str| HookEvent::PreTool(tool(ToolKind::Write, None, Some(path)));
    assert!(matches!(with_rules(&rules, write("docs/a.md")), Verdict::Ask(_)));
    assert!(matches!(with_rules(&rules, write("src/a.rs")), Verdict::Deny(_)));
}

#[test]
fn an_allow_rule_has_to_fit_every_program_of_a_command_line() {
    let rules = [rule(Some("shell"), Some("cargo *"), RuleDecision::Allow)];
    assert_eq!(with_rules(&rules, shell("cargo test && cargo fmt")), Verdict::Allow);
    assert_eq!(with_rules(&rules, shell("cargo test && make deploy")), Verdict::Pass);
    assert_eq!(with_rules(&rules, shell("cargo test $(make deploy)")), Verdict::Pass);
    assert_eq!(with_rules(&rules, shell("cargo test > /etc/x")), Verdict::Pass);
    assert_eq!(with_rules(&rules, shell("cargo test > /dev/null 2>&1")), Verdict::Allow);
    assert_eq!(with_rules(&rules, shell("cargo 'oops")), Verdict::Pass);
}

#[test]
fn no_rule_lifts_what_the_guard_refuses() {
    let rules = [rule(None, None, RuleDecision::Allow)];
    assert!(matches!(with_rules(&rules, shell("rm -rf .exomonad")), Verdict::Deny(_)));
    assert_eq!(with_rules(&rules, shell("ls")), Verdict::Allow);
}

#[test]
fn prompts_and_permission_requests_have_rules_of_their_own() {
    let mut prompts = rule(None, Some("*production*"), RuleDecision::Deny);
    prompts.event = "prompt-submitted".to_owned();
    prompts.reason = Some("not here".to_owned());
    let mut permissions = rule(Some("shell"), Some("ls*"), RuleDecision::Allow);
    permissions.event = "permission-requested".to_owned();
    let rules = [prompts, permissions];
    let prompt = |text: &str| HookEvent::PromptSubmitted(text.to_owned());
    assert_eq!(with_rules(&rules, prompt("drop production")), Verdict::Deny("not here".to_owned()));
    assert_eq!(with_rules(&rules, prompt("hello")), Verdict::Pass);
    let request = |command| HookEvent::PermissionRequested(tool(ToolKind::Shell, Some(command), None));
    assert_eq!(with_rules(&rules, request("ls -l")), Verdict::Allow);
    assert_eq!(with_rules(&rules, shell("ls -l")), Verdict::Pass);
}

#[test]
fn a_kind_of_tool_that_nobody_asks_about_is_never_refused() {
    let kinds = [
        ToolKind::Shell,
        ToolKind::Read,
        ToolKind::Write,
        ToolKind::Search,
        ToolKind::Web,
        ToolKind::Mcp,
        ToolKind::Subagent,
        ToolKind::Other,
    ];
    for role in guest::describe::<Builtin>().roles {
        for kind in kinds {
            let protected = tool(kind, Some("rm -rf .exomonad"), Some(".exomonad/config.toml"));
            let event = HookEvent::PreTool(protected);
            let verdict = ask(&mut FakeHost::default(), &context_of(&role.name), event).verdict;
            let asked = role.pre_tool_kinds.contains(&kind);
            assert!(asked || verdict == Verdict::Pass, "{} {kind:?}: {verdict:?}", role.name);
        }
    }
}

#[test]
fn a_command_is_judged_where_the_tool_runs_it() {
    let verdict = |dir: &str, command: &str| {
        let mut tool = tool(ToolKind::Shell, Some(command), None);
        tool.dir = Some(dir.to_owned());
        ask(&mut FakeHost::default(), &context_of("tl"), HookEvent::PreTool(tool)).verdict
    };
    assert!(matches!(verdict(".exomonad", "rm state.db"), Verdict::Deny(_)));
    assert!(matches!(verdict("/repo/.git", "echo x > config"), Verdict::Deny(_)));
    assert_eq!(verdict("src", "rm state.db"), Verdict::Pass);
}

#[test]
fn a_session_is_registered_and_the_agent_told_who_it_is() {
    let mut host = FakeHost::default();
    host.reply("session.register", Ok(()));
    let hook = Hook {
        transcript: Some("/t.jsonl".to_owned()),
        ..hook(HookEvent::SessionStart("startup".to_owned()))
    };
    let decision = guest::on_hook::<Builtin>(&mut host, &context("dev"), &hook);
    assert_eq!(
        host.calls(),
        [r#"session.register("00000000-0000-4000-8000-000000000000", Some("/t.jsonl"))"#]
    );
    assert_eq!(decision.verdict, Verdict::Pass);
    let text = decision.context.unwrap();
    for part in [
        "`main.parser`",
        "`dev`",
        "`root`",
        "`notify_parent`",
        "/repo/.exomonad/worktrees/parser",
        "inside your workspace",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn a_session_that_cannot_be_registered_still_gets_its_context() {
    let mut host = FakeHost::default();
    host.reply::<()>("session.register", Err(failed()));
    let event = HookEvent::SessionStart("startup".to_owned());
    let decision = ask(&mut host, &context_of("tl"), event);
    assert_eq!(
        host.calls(),
        [
            r#"session.register("00000000-0000-4000-8000-000000000000", None)"#,
            r#"log.write(Level::Warn, "session not registered: disk full")"#,
        ]
    );
    assert!(!decision.context.unwrap().contains("Write only inside"));
}

#[test]
fn a_tool_that_ran_is_recorded_without_secrets() {
    let mut host = FakeHost::default();
    host.reply("events.emit", Ok(1_u64));
    let tool = tool(ToolKind::Shell, Some("curl -H 'Authorization: Bearer abc' x"), None);
    let event =
        HookEvent::PostTool(ToolDone { tool, response: String::new(), failed: true, end_known: true });
    assert_eq!(ask(&mut host, &context_of("dev"), event), Decision::pass());
    let data =
        r#"{"tool":"Bash","kind":"shell","failed":true,"what":"curl -H 'Authorization: Bearer *** x"}"#;
    assert_eq!(host.calls(), [format!("events.emit(\"tool.done\", {data:?})")]);
}

#[test]
fn a_session_that_ends_is_marked_and_recorded() {
    let mut host = FakeHost::default();
    host.reply("session.end", Ok(()));
    host.reply("events.emit", Ok(1_u64));
    let event = HookEvent::SessionEnd("clear".to_owned());
    assert_eq!(ask(&mut host, &context_of("worker"), event), Decision::pass());
    assert_eq!(
        host.calls(),
        [
            r#"session.end("00000000-0000-4000-8000-000000000000")"#,
            r#"events.emit("session.ended", "{\"reason\":\"clear\"}")"#,
        ]
    );
}
