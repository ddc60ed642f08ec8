//! What each hook says of its agent.

use super::*;
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::{StopInfo, ToolDone, ToolKind, ToolUse, WorkspaceKind};
use crate::store::{AgentState, EventFilter, Exit, HookRecord, Mode};

const PASS: Verdict = Verdict::Pass;

fn row(name: &str, parent: Option<&str>) -> AgentRow {
    AgentRow {
        name: AgentName::parse(name).unwrap(),
        role: "dev".to_owned(),
        harness: "claude".to_owned(),
        parent: parent.map(|parent| AgentName::parse(parent).unwrap()),
        workspace_kind: WorkspaceKind::Worktree,
        workspace: "/w".into(),
        depth: 0,
        state: AgentState::Running,
        created_ms: 1,
    }
}

fn hook(session: &str, event: HookEvent) -> Hook {
    let raw = String::new();
    Hook { event, session: session.to_owned(), cwd: String::new(), transcript: None, subagent: None, raw }
}

fn tool() -> ToolUse {
    ToolUse {
        name: "Bash".to_owned(),
        kind: ToolKind::Shell,
        input: "{}".to_owned(),
        command: None,
        dir: None,
        paths: Vec::new(),
        mcp: None,
        id: None,
    }
}

fn stop() -> HookEvent {
    HookEvent::Stop(StopInfo { last_message: String::new(), already_blocked: false })
}

fn notice(kind: &str) -> HookEvent {
    HookEvent::Notification((kind.to_owned(), String::new()))
}

fn start(source: &str) -> HookEvent {
    HookEvent::SessionStart(source.to_owned())
}

fn activity(session: &str, doing: Doing, since_ms: u64) -> Activity {
    Activity { session: session.to_owned(), doing, since_ms, socket: None }
}

/// What is known after a hook at time 9 that came when `known` was known.
fn after(known: Option<&Activity>, agent: &AgentRow, hook: &Hook, verdict: &Verdict) -> Option<Activity> {
    let heard = Heard { agent, harness: Harness::Claude, hook, verdict, socket: None, now_ms: 9 };
    next(known, &heard, Start::Wait)
}

#[test]
fn a_turn_begins_with_a_prompt_and_ends_with_a_stop_that_is_let_go() {
    let (root, working) = (row("root", None), activity("s", Doing::Working, 1));
    let check = |event: HookEvent, verdict: Verdict, expect: Option<Doing>| {
        let hook = hook("s", event);
        let found = after(Some(&working), &root, &hook, &verdict).map(|found| found.doing);
        assert_eq!(found, expect, "{hook:?} {verdict:?}");
    };
    let no = || "no".to_owned();
    check(HookEvent::PromptSubmitted(String::new()), PASS, Some(Doing::Working));
    check(HookEvent::PromptSubmitted(String::new()), Verdict::Block(no()), Some(Doing::Working));
    check(stop(), PASS, Some(Doing::Idle));
    check(stop(), Verdict::Block(no()), Some(Doing::Working));
    check(stop(), Verdict::Halt(no()), Some(Doing::Idle));
    check(HookEvent::PermissionRequested(tool()), PASS, Some(Doing::Asking));
    check(HookEvent::PermissionRequested(tool()), Verdict::Allow, Some(Doing::Working));
    check(HookEvent::PermissionRequested(tool()), Verdict::Deny(no()), Some(Doing::Working));
    check(notice("permission_prompt"), PASS, Some(Doing::Asking));
    check(notice("elicitation_dialog"), PASS, Some(Doing::Asking));
    check(notice("idle_prompt"), PASS, Some(Doing::Idle));
    check(notice("auth_success"), PASS, None);
    check(start("compact"), PASS, Some(Doing::Working));
    check(start("clear"), PASS, Some(Doing::Idle));
    check(HookEvent::SessionEnd(String::new()), PASS, Some(Doing::Ended));
    check(HookEvent::PreCompact(String::new()), PASS, None);
}

/// A database with these agents.
fn store(agents: &[&AgentRow]) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let path = camino::Utf8PathBuf::from_path_buf(dir.path().join("state.db")).unwrap();
    let store = Store::open(&path, Mode::Create).unwrap();
    for agent in agents {
        store.add_agent(agent).unwrap();
    }
    (dir, store)
}

#[test]
fn an_agent_that_was_launched_with_a_prompt_works_from_its_start_and_any_other_waits() {
    let (root, api) = (row("root", None), row("api", Some("root")));
    let (_dir, store) = store(&[&root, &api]);
    let check = |agent: &AgentRow, source: &str, expect: Doing| {
        let hook = hook(source, start(source));
        let heard =
            Heard { agent, harness: Harness::Claude, hook: &hook, verdict: &PASS, socket: None, now_ms: 9 };
        let activity_now = news(&store, &heard).unwrap();
        let (agent_name, news) = (Some(&agent.name), activity_now.as_ref());
        let record = HookRecord {
            agent: agent_name,
            kind: "hook.session-start",
            data: "{}",
            activity: news,
            span: None,
            now_ms: 9,
        };
        store.record_hook(&record).unwrap();
        assert_eq!(store.activity(&agent.name).unwrap(), Some(activity(source, expect, 9)), "{source}");
    };
    check(&api, "startup", Doing::Idle);
    let launcher = ProcessIdentity::own().unwrap();
    for agent in [&root, &api] {
        store.begin_run(&agent.name, &launcher, 1).unwrap();
    }
    check(&api, "startup", Doing::Working);
    check(&api, "fork", Doing::Working);
    check(&api, "resume", Doing::Idle);
    check(&api, "clear", Doing::Idle);
    check(&root, "startup", Doing::Idle);
    let run = store.latest_run(&api.name).unwrap().unwrap();
    store.end_run(run.id, Exit::Code(0), AgentState::Stopped, 2).unwrap();
    check(&api, "startup", Doing::Idle);
}

#[test]
fn a_subagent_tells_nothing_but_that_a_dialog_opens_and_closes() {
    let api = row("api", Some("root"));
    let done = ToolDone { tool: tool(), response: String::new(), failed: false, end_known: true };
    let check = |known: Doing, event: HookEvent, expect: Option<Doing>| {
        let hook = Hook { subagent: Some("general".to_owned()), ..hook("s", event) };
        let found = after(Some(&activity("s", known, 1)), &api, &hook, &PASS);
        assert_eq!(found.map(|found| found.doing), expect, "{hook:?}");
    };
    check(Doing::Idle, HookEvent::PostTool(done.clone()), None);
    check(Doing::Idle, HookEvent::PermissionRequested(tool()), Some(Doing::Asking));
    check(Doing::Asking, HookEvent::PostTool(done), Some(Doing::Working));
    check(Doing::Working, stop(), None);
}

#[test]
fn an_earlier_conversation_does_not_end_the_one_that_followed() {
    let (root, idle) = (row("root", None), activity("new", Doing::Idle, 5));
    let ended = HookEvent::SessionEnd("clear".to_owned());
    assert_eq!(after(Some(&idle), &root, &hook("old", ended.clone()), &PASS), None);
    let found = after(Some(&idle), &root, &hook("new", ended), &PASS);
    assert_eq!(found, Some(activity("new", Doing::Ended, 9)));
}

#[test]
fn the_time_stays_while_the_harness_does_the_same() {
    let (root, idle) = (row("root", None), activity("s", Doing::Idle, 5));
    assert_eq!(after(Some(&idle), &root, &hook("s", stop()), &PASS), Some(idle.clone()));
    assert_eq!(after(Some(&idle), &root, &hook("t", stop()), &PASS), Some(activity("t", Doing::Idle, 9)));
}

#[test]
fn a_row_is_written_only_when_it_changes() {
    let root = row("root", None);
    let (_dir, store) = store(&[&root]);
    let heard = |hook: &Hook, now_ms| {
        let socket = Some("/run/s.sock".into());
        let heard = Heard { agent: &root, harness: Harness::Claude, hook, verdict: &PASS, socket, now_ms };
        let news = news(&store, &heard).unwrap();
        let (agent, activity) = (Some(&root.name), news.as_ref());
        store
            .record_hook(&HookRecord { agent, kind: "hook.stop", data: "{}", activity, span: None, now_ms })
            .unwrap();
        news.is_some()
    };
    assert!(heard(&hook("s", stop()), 5));
    let kept = store.activity(&root.name).unwrap().unwrap();
    let socket = Some("/run/s.sock".into());
    assert_eq!(kept, Activity { session: "s".to_owned(), doing: Doing::Idle, since_ms: 5, socket });
    assert!(!heard(&hook("s", stop()), 6));
    assert_eq!(store.activities().unwrap(), [("root".to_owned(), kept)]);
    let events = store.first_events(&EventFilter::default(), 9).unwrap();
    assert_eq!(events.iter().map(|event| event.time_ms).collect::<Vec<_>>(), [5, 6], "each hook is an event");
}
