//! What is known of every agent at once.

use exomonad_host::agent::{
    AgentName, AgentView, Conversation, Launch, Permissions, ProcessIdentity, Step, exit_words, view_agent,
    view_agents,
};
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::mux::{Address, MuxKind, Pane};
use exomonad_host::store::{AgentRow, AgentState, Caps, Draft, Exit, Reserved, Sender, SpawnRow, Store};

use crate::support::{NOW, TestProject};

fn name(text: &str) -> AgentName {
    AgentName::parse(text).unwrap()
}

fn own() -> ProcessIdentity {
    ProcessIdentity::own().unwrap()
}

/// A process that had our pid before us.
fn gone() -> ProcessIdentity {
    ProcessIdentity { started: "another".to_owned(), ..own() }
}

fn spawn(store: &Store, agent: &str, state: AgentState) {
    let row = AgentRow {
        name: name(agent),
        role: "dev".to_owned(),
        harness: "gemini".to_owned(),
        parent: Some(AgentName::root()),
        workspace_kind: WorkspaceKind::Worktree,
        workspace: "/nowhere".into(),
        depth: 1,
        state,
        created_ms: NOW + 1,
    };
    let launch = Launch {
        harness: "gemini".to_owned(),
        model: None,
        permission_mode: None,
        permissions: Permissions::default(),
        dir: "/nowhere".into(),
        conversation: Conversation::New { id: "i".to_owned() },
    };
    let spawn = SpawnRow {
        agent: name(agent),
        mark: agent.to_owned(),
        step: Step::Running,
        spawner: own(),
        branch: Some(format!("main.{agent}")),
        base: Some("main".to_owned()),
        base_sha: None,
        launch,
        failure: None,
    };
    assert_eq!(store.reserve(&row, &spawn, Caps { children: 9, agents: 9 }).unwrap(), Reserved::Yes);
}

fn view(store: &Store, agent: &str) -> AgentView {
    view_agent(store, &name(agent), NOW).unwrap().unwrap()
}

#[test]
fn a_view_has_everything_that_the_tables_have_of_an_agent() {
    let project = TestProject::new();
    let store = project.store();
    spawn(&store, "api", AgentState::Running);
    let api = name("api");
    let run = store.begin_run(&api, &own(), NOW + 2).unwrap();
    store.set_run_harness(run, &own()).unwrap();
    let address = Address { mux: MuxKind::Tmux, session: "project".to_owned(), socket: None };
    let pane = Pane { address, epoch: "e".to_owned(), tab: "@3".to_owned(), pane: "%4".to_owned() };
    store.set_pane(&api, Some(&pane)).unwrap();
    store.add_sidecar(&api, &own(), NOW + 4).unwrap();
    store.record_event(NOW + 5, "hook.stop", "api", "{}").unwrap();
    let root = AgentName::root();
    let send = |body| {
        store.send_message(&Draft::new(Sender::Agent(&root), &api, "note", body, None).unwrap(), NOW).unwrap()
    };
    let (acked, _waits) = (send("one"), send("two"));
    store.ack_messages(&api, &[acked.id], NOW).unwrap();

    let found = view(&store, "api");
    assert_eq!((found.state, found.exit(), found.since_ms()), (AgentState::Running, None, NOW + 2));
    assert_eq!(found.branch.as_deref(), Some("main.api"));
    assert_eq!((found.sidecars, found.unread, found.last_seen_ms), (1, 1, Some(NOW + 5)));
    assert_eq!(found.terminal().as_deref(), Some("tab @3 of tmux session project"));
    assert_eq!(found.spawn.as_ref().unwrap().base.as_deref(), Some("main"));
    assert_eq!(view_agents(&store, NOW).unwrap(), [view(&store, "root"), found]);

    store.end_run(run, Exit::Code(3), AgentState::Stopped, NOW + 9).unwrap();
    let found = view(&store, "api");
    assert_eq!((found.state, found.since_ms()), (AgentState::Stopped, NOW + 9));
    assert_eq!(found.exit().and_then(exit_words).as_deref(), Some("exit code 3"));
}

#[test]
fn an_agent_whose_launcher_is_gone_is_stopped_whatever_its_row_says() {
    let project = TestProject::new();
    let store = project.store();
    spawn(&store, "api", AgentState::Starting);
    let run = store.begin_run(&name("api"), &gone(), NOW + 2).unwrap();
    assert_eq!(view(&store, "api").state, AgentState::Starting, "until the launcher says that it runs");
    store.set_run_harness(run, &gone()).unwrap();
    let found = view(&store, "api");
    assert_eq!(found.row.state, AgentState::Running);
    assert_eq!((found.state, found.exit()), (AgentState::Stopped, Some(Exit::Unseen)));
    let elsewhere = ProcessIdentity { machine: "another".to_owned(), ..gone() };
    let run = store.begin_run(&name("api"), &elsewhere, NOW + 3).unwrap();
    store.set_run_harness(run, &elsewhere).unwrap();
    assert_eq!(view(&store, "api").state, AgentState::Running, "another machine's process may be there");
}

#[test]
fn a_lead_that_its_user_starts_runs_while_it_has_a_sidecar_or_a_conversation() {
    let project = TestProject::new();
    let store = project.store();
    let root = AgentName::root();
    let state = || view(&store, "root").state;
    assert_eq!(state(), AgentState::Stopped);
    store.register_session("s", "root", "claude", None, NOW + 1).unwrap();
    assert_eq!(state(), AgentState::Running);
    store.end_session("s", "root", NOW + 2).unwrap();
    assert_eq!(state(), AgentState::Stopped);
    store.add_sidecar(&root, &gone(), NOW + 3).unwrap();
    assert_eq!(state(), AgentState::Stopped);
    store.add_sidecar(&root, &own(), NOW + 4).unwrap();
    assert_eq!(state(), AgentState::Running);
    assert_eq!(view(&store, "root").branch.as_deref(), Some("main"), "what is checked out");
}

#[test]
fn why_an_agent_could_not_be_started_is_told_while_that_is_so() {
    let project = TestProject::new();
    let store = project.store();
    spawn(&store, "api", AgentState::Starting);
    store.set_spawn_failure(&name("api"), "`gemini` is not installed").unwrap();
    assert_eq!(view(&store, "api").failure(), None);
    store.set_agent_state(&name("api"), AgentState::Failed).unwrap();
    assert_eq!(view(&store, "api").failure(), Some("`gemini` is not installed"));
}
