//! Every way in which a hook can go wrong has its outcome: guards closed, nudges open, always loud.

use exomonad_host::agent::AgentName;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::harness::{Harness, MAX_PAYLOAD_BYTES};
use exomonad_host::store::{AgentRow, AgentState, EventFilter};

use crate::support::{NOW, TestProject, assert_let_go, assert_refused, claude_tool, git, put};

fn claude_stop(message: &str) -> Vec<u8> {
    serde_json::json!({
        "session_id": "s", "transcript_path": "/t", "cwd": "/", "hook_event_name": "Stop",
        "stop_hook_active": false, "last_assistant_message": message,
    })
    .to_string()
    .into_bytes()
}

/// A guard that meets `trouble` refuses and a nudge lets go; both name the cause.
#[track_caller]
fn check(project: &TestProject, part: &str) {
    assert_refused(&project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_pass")).answer, part);
    assert_let_go(&project.ask(Harness::Claude, "stop", &claude_stop("fixture_pass")).answer, part);
}

fn kinds(project: &TestProject) -> Vec<String> {
    let events = project.store().first_events(&EventFilter::default(), 100).unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

#[test]
fn a_decision_reaches_the_harness_and_the_log() {
    let project = TestProject::new();
    let outcome = project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_deny"));
    assert_eq!(outcome.answer.exit, 0);
    let stdout = outcome.answer.stdout.unwrap();
    assert!(stdout.contains(r#""permissionDecision":"deny""#), "{stdout}");
    let events = project.store().first_events(&EventFilter::default(), 10).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].kind.as_str(), events[0].agent.as_str()), ("hook.pre-tool-use", "root"));
    assert!(
        events[0].data.contains(r#""verdict":"deny","reason":"the fixture denies""#),
        "{}",
        events[0].data
    );
}

#[test]
fn no_opinion_prints_nothing() {
    let project = TestProject::new();
    for harness in Harness::ALL {
        let event = harness.event("pre-tool-use").unwrap();
        let payload = serde_json::json!({
            "session_id": "s", "transcript_path": "/t", "cwd": "/", "hook_event_name": event.wire,
            "tool_name": "x", "tool_input": {}, "tool_use_id": "u", "turn_id": "t", "model": "m", "timestamp": "t",
        });
        let answer = project.ask(harness, "pre-tool-use", payload.to_string().as_bytes()).answer;
        assert_eq!((answer.exit, answer.stdout, answer.stderr), (0, None, None), "{harness}");
    }
}

#[test]
fn bad_json_follows_the_failure_class() {
    let project = TestProject::new();
    let broken = [&b"{"[..], b"", b"[]", b"null", b"\xff\xfe", b"{\"session_id\": 1}"];
    for bad in broken {
        let open = project.ask(Harness::Gemini, "stop", bad).answer;
        assert_let_go(&open, "failed to read the harness's question");
    }
    for bad in broken.into_iter().chain([&b"{}"[..]]) {
        let closed = project.ask(Harness::Claude, "pre-tool-use", bad).answer;
        assert_refused(&closed, "failed to read the harness's question");
    }
    assert_eq!(kinds(&project), ["host.hook-failed"; 13], "and each is recorded");
}

#[test]
fn an_enormous_payload_is_refused_without_being_read() {
    let mut payload = claude_tool("fixture_pass");
    payload.resize(MAX_PAYLOAD_BYTES + 1, b' ');
    let answer = TestProject::new().ask(Harness::Claude, "pre-tool-use", &payload).answer;
    assert_refused(&answer, "failed to read the harness's question");
}

#[test]
fn an_unknown_event_passes() {
    let project = TestProject::new();
    let payload = br#"{"session_id": "s", "cwd": "/", "hook_event_name": "MoonPhase"}"#;
    let answer = project.ask(Harness::Claude, "moon-phase", payload).answer;
    assert_eq!((answer.exit, answer.stdout), (0, None));
    assert_eq!(kinds(&project), ["hook.moon-phase"]);
}

#[test]
fn a_crash_of_the_guest_follows_the_failure_class_and_is_recorded() {
    let project = TestProject::new();
    let closed = project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_trap")).answer;
    assert_refused(&closed, "the guest crashed in `on-hook`");
    let open = project.ask(Harness::Claude, "stop", &claude_stop("fixture_trap")).answer;
    assert_let_go(&open, "the guest crashed in `on-hook`");
    assert_eq!(kinds(&project), ["host.hook-failed", "host.hook-failed"]);
}

#[test]
fn an_endless_guest_follows_the_failure_class() {
    let project = TestProject::new();
    project.write(".exomonad/config.local.toml", "[limits]\nguest_ms = 200\n");
    let answer = project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_spin")).answer;
    assert_refused(&answer, "the guest ran for more than 200 ms");
}

#[test]
fn a_tool_the_guest_never_judges_does_not_start_it_unless_there_are_rules() {
    let project = TestProject::new();
    let side = project.root().join("../side");
    git(project.root(), &["worktree", "add", "-q", "-b", "side", side.as_str()]);
    let side = side.canonicalize_utf8().unwrap();
    let worker = AgentRow {
        name: AgentName::parse("helper").unwrap(),
        role: "worker".to_owned(),
        harness: "claude".to_owned(),
        parent: Some(AgentName::root()),
        workspace_kind: WorkspaceKind::Worktree,
        workspace: side.clone(),
        depth: 1,
        state: AgentState::Running,
        created_ms: NOW,
    };
    project.store().add_agent(&worker).unwrap();
    let ask = || project.ask_in(Harness::Claude, "pre-tool-use", &claude_tool("fixture_trap"), &side).answer;
    assert_eq!((ask().exit, ask().stdout), (0, None));
    project.write(".exomonad/config.toml", "[[rules]]\nevent = \"pre-tool\"\ndecision = \"deny\"\n");
    assert_refused(&ask(), "the guest crashed in `on-hook`");
}

#[test]
fn no_repository_follows_the_failure_class() {
    let project = TestProject::without_state();
    let elsewhere = tempfile::TempDir::new().unwrap();
    let dir = camino::Utf8Path::from_path(elsewhere.path()).unwrap();
    let answer = project.ask_in(Harness::Claude, "pre-tool-use", &claude_tool("x"), dir).answer;
    assert_refused(&answer, "is not inside a git repository");
}

#[test]
fn a_repository_that_is_no_project_follows_the_failure_class() {
    check(&TestProject::without_state(), "run `exomonad init`");
}

#[test]
fn a_missing_database_follows_the_failure_class() {
    let project = TestProject::new();
    for suffix in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}{suffix}", project.database())).unwrap();
    }
    check(&project, "there is no database");
}

#[test]
fn a_damaged_database_follows_the_failure_class() {
    let project = TestProject::new();
    for suffix in ["-wal", "-shm"] {
        std::fs::remove_file(format!("{}{suffix}", project.database())).unwrap();
    }
    put(&project.database(), &[b'x'; 8192]);
    check(&project, "the database is damaged");
}

#[test]
fn a_broken_configuration_follows_the_failure_class_and_names_the_line() {
    let project = TestProject::new();
    project.write(".exomonad/config.toml", "[[rules]]\nevent = \"pre-tool\"\ndecision = \"maybe\"\n");
    check(&project, "config.toml` is not a valid configuration: line 3:");
}

#[test]
fn an_unknown_agent_follows_the_failure_class() {
    let project = TestProject::new();
    let other = project.root().join("../other");
    git(project.root(), &["worktree", "add", "-q", "-b", "side", other.as_str()]);
    let answer = project.ask_in(Harness::Claude, "pre-tool-use", &claude_tool("x"), &other).answer;
    assert_refused(&answer, "no agent of this project works in");
}

#[test]
fn a_database_that_cannot_be_written_still_guards() {
    let project = TestProject::new();
    // The description is kept at the first call.
    project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_pass"));
    project.store().checkpoint().unwrap();
    refuse_writes(&project);
    let outcome = project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_deny"));
    assert!(outcome.answer.stdout.unwrap_or_default().contains("deny"));
    assert!(
        outcome.warnings.iter().any(|warning| warning.contains("not recorded")),
        "{:?}",
        outcome.warnings
    );
}

#[test]
fn a_locked_database_delays_no_decision() {
    let project = TestProject::new();
    project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_pass"));
    let other = rusqlite::Connection::open(project.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let outcome = project.ask(Harness::Claude, "pre-tool-use", &claude_tool("fixture_deny"));
    assert!(outcome.answer.stdout.unwrap().contains("deny"));
    assert!(outcome.warnings.iter().any(|warning| warning.contains("locked")), "{:?}", outcome.warnings);
}

/// Makes the write-ahead log impossible to open, as a read-only disk does, but for a root user too.
pub(crate) fn refuse_writes(project: &TestProject) {
    for suffix in ["-wal", "-shm"] {
        let path = format!("{}{suffix}", project.database());
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
    }
}

#[test]
fn an_agent_that_is_kept_from_stopping_is_told_of_with_how_often() {
    let project = TestProject::new();
    let stop = |again: bool, message: &str| {
        let payload = serde_json::json!({
            "session_id": "s", "transcript_path": "/t", "cwd": "/", "hook_event_name": "Stop",
            "stop_hook_active": again, "last_assistant_message": message,
        });
        project.ask(Harness::Claude, "stop", payload.to_string().as_bytes());
    };
    stop(false, "fixture_block");
    stop(true, "fixture_block");
    stop(true, "fixture_pass");
    stop(false, "fixture_block");
    let filter = EventFilter { kinds: vec!["agent.stop-blocked".to_owned()], ..EventFilter::default() };
    let told = project.store().first_events(&filter, 10).unwrap();
    let data: Vec<_> = told.iter().map(|event| event.data.as_str()).collect();
    let once = r#"{"reason":"the fixture blocks","times":1}"#;
    assert_eq!(data, [once, r#"{"reason":"the fixture blocks","times":2}"#, once]);
    assert!(told.iter().all(|event| event.agent == "root"));
}

#[test]
fn a_call_that_failed_is_named_and_the_same_call_by_the_same_name() {
    let project = TestProject::new();
    let done = |event: &str, wire: &str, command: &str| {
        let mut payload = serde_json::json!({
            "session_id": "s", "transcript_path": "/t", "cwd": "/", "hook_event_name": wire, "tool_name": "Bash",
            "tool_input": {"command": command}, "tool_use_id": "u",
        });
        if event == "post-tool-use" {
            payload["tool_response"] = serde_json::json!({"stdout": "", "stderr": ""});
        } else {
            payload["error"] = "exit 1".into();
        }
        project.ask(Harness::Claude, event, payload.to_string().as_bytes());
        let last = project.store().last_events(&EventFilter::default(), 1).unwrap();
        let data: serde_json::Value = serde_json::from_str(&last[0].data).unwrap();
        data["failed_call"].as_str().map(str::to_owned)
    };
    let failed = |command: &str| done("post-tool-use-failure", "PostToolUseFailure", command);
    let first = failed("make").unwrap();
    assert_eq!(failed("make"), Some(first.clone()));
    assert_ne!(failed("make test"), Some(first));
    assert_eq!(done("post-tool-use", "PostToolUse", "make"), None);
}
