//! The tools that spawn and end agents, and what a parent is told of an end.

use exomonad_guest::Builtin;
use exomonad_sdk::agents::{AgentInfo, AgentState};
use exomonad_sdk::fake::{FakeHost, context, hook};
use exomonad_sdk::fs::FileChunk;
use exomonad_sdk::messages::MessageState;
use exomonad_sdk::{Context, Decision, EffectError, EffectErrorKind, Event, HookEvent, WorkspaceKind, guest};
use expect_test::expect;
use serde_json::json;

use super::{info, refusal, root, sent, try_call};

fn spawned(name: &str, kind: WorkspaceKind) -> AgentInfo {
    let mut spawned = info(name, Some("root"), 1);
    spawned.agent.workspace_kind = kind;
    spawned.terminal = Some("tab 2 of tmux session api".to_owned());
    spawned.notes = vec!["the conversation was not copied: it has no file".to_owned()];
    spawned
}

fn tl() -> Context {
    root()
}

/// The plan that the host was asked to spawn.
fn plan(tool: &str, arguments: &serde_json::Value) -> String {
    let mut host = FakeHost::default();
    host.reply("agents.spawn", Ok(spawned("x", WorkspaceKind::Worktree)));
    try_call(&mut host, &tl(), tool, &arguments.to_string()).unwrap();
    host.calls().concat()
}

fn check_has(plan: &str, parts: &[&str]) {
    for part in parts {
        assert!(plan.contains(part), "no `{part}` in\n{plan}");
    }
}

#[test]
fn spawn_subtree_passes_every_argument_on() {
    let plan = plan(
        "spawn_subtree",
        &json!({
            "task": "Lead it.", "branch_name": "a", "fork_session": true, "permission_mode": "acceptEdits",
            "allowed_tools": ["Bash(ls)"], "disallowed_tools": ["Bash(rm:*)"], "working_dir": "crates/a",
            "permissions": {"allow": ["Read(docs/**)"], "deny": ["WebSearch"]}, "harness": "claude", "model": "opus",
        }),
    );
    check_has(
        &plan,
        &[
            r#"role: "tl""#,
            r#"harness: Some("claude")"#,
            r#"model: Some("opus")"#,
            "workspace-kind: WorkspaceKind::Worktree",
            r#"slug: "a""#,
            r#"permission-mode: Some("acceptEdits")"#,
            r#"directory: Some("crates/a")"#,
            "fork-session: true",
            r#"{\"allow\":[\"Bash(ls)\",\"Read(docs/**)\"],\"deny\":[\"Bash(rm:*)\",\"WebSearch\"]}"#,
            "## TASK\\nLead it.",
            "## LEAD PROTOCOL",
            "## WHAT CAME BEFORE",
        ],
    );
}

#[test]
fn spawn_leaf_subtree_passes_every_argument_on() {
    let arguments = json!({
        "task": "Do it.", "branch_name": "b", "permission_mode": "bypassPermissions", "allowed_tools": ["Edit(src/**)"],
        "disallowed_tools": ["Bash(rm:*)"], "standalone_repo": true, "harness": "gemini", "model": "flash",
    });
    check_has(
        &plan("spawn_leaf_subtree", &arguments),
        &[
            r#"role: "dev""#,
            "workspace-kind: WorkspaceKind::Standalone",
            r#"permission-mode: Some("bypassPermissions")"#,
            r#"{\"allow\":[\"Edit(src/**)\"],\"deny\":[\"Bash(rm:*)\"]}"#,
            r#"harness: Some("gemini")"#,
            r#"model: Some("flash")"#,
            "no remote, and no way up to the rest of the project",
            "`file_pr` takes your commits to your parent",
            "## COMPLETION PROTOCOL",
        ],
    );
}

#[test]
fn what_is_left_out_is_the_host_s_to_decide() {
    let plan = plan("spawn_leaf_subtree", &json!({"task": "Do it.", "branch_name": "b"}));
    check_has(
        &plan,
        &["harness: None", "model: None", "permission-mode: None", "directory: None", r#"claude: """#],
    );
    check_has(&plan, &["workspace-kind: WorkspaceKind::Worktree", "fork-session: false"]);
}

#[test]
fn a_spawned_agent_is_told_of_with_all_that_was_given_up() {
    let mut host = FakeHost::default();
    host.reply("agents.spawn", Ok(spawned("parser", WorkspaceKind::Worktree)));
    let arguments = r#"{"task":"Do it.","branch_name":"parser"}"#;
    let (answer, text) = try_call(&mut host, &tl(), "spawn_leaf_subtree", arguments).unwrap();
    expect![[r#"
        spawned `parser` in claude: /repo/.exomonad/worktrees/parser (worktree), branch `main.parser`, tab 2 of tmux session api; it reports to your `inbox`
        note: the conversation was not copied: it has no file"#]]
    .assert_eq(&text);
    assert_eq!(answer["notes"][0], "the conversation was not copied: it has no file");
    assert_eq!(answer["branch"], "main.parser");
}

#[test]
fn a_name_that_is_none_is_refused_with_one_that_is() {
    let long = "x".repeat(51);
    for name in ["a/b", "../a", "-a", "_a", "a b", "ä", "a.b", long.as_str()] {
        let arguments = json!({"task": "x", "branch_name": name}).to_string();
        let error = refusal(&tl(), "spawn_subtree", &arguments);
        assert!(error.message.contains("50"), "`{name}`: {error:?}");
    }
    let error = refusal(&tl(), "spawn_leaf_subtree", r#"{"task":"x","branch_name":"feature/Parse it"}"#);
    assert_eq!(error.hint.unwrap(), "such as `feature-parse-it`; your own branch goes before it by itself");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_done() {
    let refused = |more: serde_json::Value| {
        let mut arguments = json!({"task": "x", "branch_name": "a"});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refusal(&tl(), "spawn_subtree", &arguments.to_string()).message
    };
    assert!(refused(json!({"task": " \n"})).contains("`task`"));
    assert!(refused(json!({"task": "a\u{0}b"})).contains("zero byte"));
    assert!(refused(json!({"task": "x".repeat(1 << 20)})).contains("the limit is 1048576"));
    for dir in ["/etc", "../x", "a/../../b", "~", ""] {
        assert!(refused(json!({"working_dir": dir})).contains("`working_dir`"), "{dir}");
    }
    assert!(refused(json!({"allowed_tools": ["mcp__*"]})).contains("MCP server `*`"));
    assert!(
        refused(json!({"permissions": {"deny": ["Write(src/**"]}, "disallowed_tools": ["Bash()"]}))
            .contains("shell")
    );
    assert!(refused(json!({"fork_session": true, "standalone_repo": true})).contains("fork_session"));
    assert!(refused(json!({"permission_mode": "yolo"})).contains("permission_mode"));
}

#[test]
fn a_worker_s_prompt_has_every_part_of_its_spec() {
    let mut host = FakeHost::default();
    let chunk = FileChunk { data: b"fn parse() {}\n".to_vec(), size: 14 };
    host.reply("fs.read", Ok(chunk));
    host.reply("agents.spawn", Ok(spawned("w", WorkspaceKind::Shared)));
    let arguments = json!({"specs": [{
        "name": "w", "task": "Look.", "read_first": ["a.rs"], "steps": ["one"], "verify": ["make"],
        "done_criteria": ["It is known."], "boundary": ["Not b.rs"], "context": "It is new.", "prompt": "Be quick.",
        "profiles": ["research"], "context_files": ["src/parse.rs"], "verify_templates": ["go"],
        "permission_mode": "plan", "allowed_tools": ["Bash(ls)"], "disallowed_tools": ["Bash(rm:*)"],
        "harness": "gemini", "model": "flash",
    }]});
    let (answer, _) = try_call(&mut host, &tl(), "spawn_workers", &arguments.to_string()).unwrap();
    let calls = host.calls().join("\n");
    check_has(
        &calls,
        &[
            r#"fs.read("src/parse.rs", 0, 65536)"#,
            r#"role: "worker""#,
            "workspace-kind: WorkspaceKind::Shared",
            "## TASK\\nLook.\\n\\n## BOUNDARY\\n- Not b.rs\\n\\n## READ FIRST\\n- a.rs\\n\\n## STEPS\\n1. one\\n\\n## CONTEXT\\nIt is new.",
            "## CONTEXT: File `src/parse.rs`\\n```\\nfn parse() {}\\n```",
            "## VERIFY\\n- `make`\\n- `go vet ./...`\\n- `go test ./...`\\n\\n## DONE CRITERIA\\n- It is known.\\n\\nBe quick.",
            "## RESEARCH PROTOCOL",
            "## WORKER PROTOCOL",
            r#"permission-mode: Some("plan")"#,
            r#"harness: Some("gemini")"#,
            r#"model: Some("flash")"#,
        ],
    );
    assert_eq!(answer["spawned"][0].get("branch"), None, "the branch is the parent's");
}

#[test]
fn a_worker_that_cannot_be_spawned_does_not_stop_the_others() {
    let mut host = FakeHost::default();
    let missing =
        EffectError { kind: EffectErrorKind::NotFound, message: "no such file".to_owned(), hint: None };
    host.reply::<FileChunk>("fs.read", Err(missing));
    host.reply("fs.read", Ok(FileChunk { data: Vec::new(), size: 1 << 20 }));
    let cap = EffectError {
        kind: EffectErrorKind::PermissionDenied,
        message: "10 children".to_owned(),
        hint: Some("clean up".to_owned()),
    };
    host.reply::<AgentInfo>("agents.spawn", Err(cap));
    host.reply("agents.spawn", Ok(spawned("e", WorkspaceKind::Shared)));
    let arguments = json!({"specs": [
        {"name": "a", "task": "x", "context_files": ["gone.rs"]},
        {"name": "b", "task": "x", "context_files": ["huge.rs"]},
        {"name": "c/c", "task": "x"},
        {"name": "d", "task": "x"},
        {"name": "e", "task": "x"},
    ]});
    let (answer, text) = try_call(&mut host, &tl(), "spawn_workers", &arguments.to_string()).unwrap();
    assert_eq!(answer["spawned"].as_array().unwrap().len(), 1);
    expect![[r#"
        spawned `e` in claude: /repo/.exomonad/worktrees/parser (parent's directory, shared), tab 2 of tmux session api; it reports to your `inbox`
        note: the conversation was not copied: it has no file
        not spawned: `a`: context file `gone.rs`: no such file
        not spawned: `b`: context file `huge.rs`: it has 1048576 bytes; the limit is 65536
        hint: name it in `read_first` instead
        not spawned: `c/c`: `c/c` is no `name`: expected 1 to 50 of `a-z A-Z 0-9 _ -`, a letter or digit first
        hint: such as `c-c`; your own branch goes before it by itself
        not spawned: `d`: 10 children
        hint: clean up"#]]
    .assert_eq(&text);
    assert!(refusal(&tl(), "spawn_workers", r#"{"specs":[]}"#).message.contains("specs"));
}

#[test]
fn stop_agent_tells_how_it_ended_and_what_stays() {
    let mut host = FakeHost::default();
    let stopped = AgentInfo {
        state: AgentState::Stopped,
        exit: Some("signal 15".to_owned()),
        ..info("main.parser", Some("root"), 1)
    };
    host.reply("agents.stop", Ok(stopped));
    let (_, text) = try_call(&mut host, &tl(), "stop_agent", r#"{"name":"main.parser"}"#).unwrap();
    assert_eq!(host.calls(), [r#"agents.stop("main.parser")"#]);
    assert_eq!(
        text,
        "`main.parser` is stopped (signal 15); /repo/.exomonad/worktrees/parser, branch `main.parser` stays"
    );
}

fn event(id: u64, kind: &str, agent: &str, data: &serde_json::Value) -> Event {
    Event { id, time_ms: 0, kind: kind.to_owned(), agent: agent.to_owned(), data: data.to_string() }
}

fn exit(host: &mut FakeHost, cx: &Context) {
    let decision =
        guest::on_hook::<Builtin>(host, cx, &hook(HookEvent::WorkerExit("exit code 1".to_owned())));
    assert_eq!(decision, Decision::pass());
}

/// A host in whose project the agent was started by event 7.
fn started(told: Option<&str>) -> FakeHost {
    let mut host = FakeHost::default();
    let starts = [(3, "main.parser"), (7, "main.parser"), (8, "main.lexer")];
    let starts = starts.map(|(id, agent)| event(id, "agent.started", agent, &json!({})));
    host.reply("events.list", Ok(starts.to_vec()));
    host.reply("kv.get", Ok(told.map(ToOwned::to_owned)));
    host
}

#[test]
fn a_parent_is_told_of_an_end_and_of_the_report_before_it() {
    let mut host = started(Some("3"));
    host.reply("kv.compare_and_set", Ok(true));
    let report = |id, from: &str, kind: &str| {
        event(id, "message.queued", "root", &json!({"from": from, "kind": kind}))
    };
    let reports = [
        report(9, "main.parser", "report.success"),
        report(10, "main.lexer", "report.failure"),
        report(11, "main.parser", "report.update"),
    ];
    host.reply("events.list", Ok(reports.to_vec()));
    host.reply("messages.send", Ok(sent("root", MessageState::Queued)));
    exit(&mut host, &context("dev"));
    assert_eq!(
        host.calls(),
        [
            r#"events.list(["agent.started"], 0, 1000)"#,
            r#"kv.get(Scope::Agent, "exit.told")"#,
            r#"kv.compare_and_set(Scope::Agent, "exit.told", Some("3"), "7")"#,
            r#"events.list(["message.queued"], 7, 1000)"#,
            r#"messages.send("parent", "exit", "Agent `main.parser` has ended: exit code 1. It had reported success.", None, false)"#,
        ]
    );
}

#[test]
fn an_end_that_was_told_is_not_told_again() {
    let mut host = started(Some("7"));
    exit(&mut host, &context("dev"));
    assert_eq!(host.calls().len(), 2, "{:?}", host.calls());
    let mut host = started(None);
    host.reply("kv.compare_and_set", Ok(false));
    exit(&mut host, &context("worker"));
    assert_eq!(host.calls().len(), 3, "another hook tells of it: {:?}", host.calls());
}

#[test]
fn an_end_without_a_report_says_so_and_one_that_could_not_be_told_may_be_told_again() {
    let mut host = started(None);
    host.reply("kv.compare_and_set", Ok(true));
    host.reply("events.list", Ok(Vec::<Event>::new()));
    let full = EffectError { kind: EffectErrorKind::Failed, message: "disk full".to_owned(), hint: None };
    host.reply::<exomonad_sdk::messages::Message>("messages.send", Err(full));
    host.reply("kv.set", Ok(()));
    exit(&mut host, &context("tl"));
    let calls = host.calls();
    assert!(calls[4].contains("neither success nor failure"), "{calls:?}");
    assert_eq!(calls[5], r#"kv.set(Scope::Agent, "exit.told", "")"#);
    assert_eq!(calls[6], r#"log.write(Level::Warn, "parent not told of the end: disk full")"#);
}

#[test]
fn the_root_s_end_is_told_to_nobody() {
    let mut host = FakeHost::default();
    exit(&mut host, &root());
    assert!(host.calls().is_empty(), "{:?}", host.calls());
}
