//! Agents that are rows only: what lists show does not depend on who made the rows.

use exomonad_host::agent::{AgentName, Conversation, Launch, Permissions, ProcessIdentity, Step};
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::store::{
    AgentRow, AgentState, Caps, Draft, Exit, Mode, Reserved, Sender, SpawnRow, Store,
};
use exomonad_testkit::project::Project;

pub(crate) const MINUTE: u64 = 60_000;

pub(crate) fn name(text: &str) -> AgentName {
    AgentName::parse(text).unwrap()
}

pub(crate) fn store(project: &Project) -> Store {
    Store::open(&project.dir().join(".exomonad/state.db"), Mode::Short).unwrap()
}

pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// This process, which runs for as long as the test.
pub(crate) fn alive() -> ProcessIdentity {
    ProcessIdentity::own().unwrap()
}

/// A process that had our pid before us.
pub(crate) fn gone() -> ProcessIdentity {
    ProcessIdentity { started: "another".to_owned(), ..alive() }
}

/// Adds a spawned agent; a worker shares its parent's directory and has no branch.
pub(crate) fn add(project: &Project, agent: &str, parent: &str, role: &str) {
    let store = store(project);
    let is_worker = role == "worker";
    let depth = store.agent(&name(parent)).unwrap().unwrap().depth + 1;
    let row = AgentRow {
        name: name(agent),
        role: role.to_owned(),
        harness: "gemini".to_owned(),
        parent: Some(name(parent)),
        workspace_kind: if is_worker { WorkspaceKind::Shared } else { WorkspaceKind::Worktree },
        workspace: project.dir().join(".exomonad/worktrees").join(agent),
        depth,
        state: AgentState::Starting,
        // In the future, so that its age is 0 however long the test takes.
        created_ms: now_ms() + MINUTE,
    };
    let launch = Launch {
        harness: "gemini".to_owned(),
        model: Some("pro".to_owned()),
        permission_mode: None,
        permissions: Permissions::default(),
        dir: row.workspace.clone(),
        conversation: Conversation::New { id: "i".to_owned() },
    };
    let spawn = SpawnRow {
        agent: row.name.clone(),
        mark: agent.to_owned(),
        step: Step::Running,
        spawner: gone(),
        branch: (!is_worker).then(|| format!("main.{agent}")),
        base: (!is_worker).then(|| "main".to_owned()),
        base_sha: (!is_worker).then(|| project.git(["rev-parse", "HEAD"]).trim().to_owned()),
        launch,
        failure: None,
    };
    assert_eq!(store.reserve(&row, &spawn, Caps { children: 99, agents: 99 }).unwrap(), Reserved::Yes);
}

/// Says that an agent runs, as the launcher that is given.
pub(crate) fn begin(project: &Project, agent: &str, launcher: &ProcessIdentity) {
    let store = store(project);
    let run = store.begin_run(&name(agent), launcher, now_ms() - 2 * MINUTE).unwrap();
    store.set_run_harness(run, launcher).unwrap();
}

/// Says that an agent ran, and how it ended.
pub(crate) fn end(project: &Project, agent: &str, exit: Exit) {
    let store = store(project);
    let run = store.begin_run(&name(agent), &gone(), now_ms() - 2 * MINUTE).unwrap();
    store.set_run_harness(run, &gone()).unwrap();
    store.end_run(run, exit, AgentState::Stopped, now_ms() - MINUTE).unwrap();
}

/// Says that an agent could not be started.
pub(crate) fn fail(project: &Project, agent: &str, why: &str) {
    let store = store(project);
    store.set_spawn_failure(&name(agent), why).unwrap();
    store.set_agent_state(&name(agent), AgentState::Failed).unwrap();
}

pub(crate) fn send(project: &Project, from: &str, to: &str, body: &str) {
    let (from, to) = (name(from), name(to));
    let draft = Draft::new(Sender::Agent(&from), &to, "note", body, None).unwrap();
    store(project).send_message(&draft, now_ms()).unwrap();
}
