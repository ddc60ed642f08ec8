//! A project whose agents are served tools over MCP.

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::agent::AgentName;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::store::{AgentRow, AgentState, Mode, Store};
use exomonad_testkit::{Project, Run};
use serde_json::Value;

/// The built program.
const EXOMONAD: &str = env!("CARGO_BIN_EXE_exomonad");

/// The guest with the tools that the conformance suite calls.
const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../exomonad-testkit/fixture.wasm");

/// The agent that `init` makes.
pub(crate) const ROOT: &str = "root";

/// A project after `exomonad init --hooks-only`, with one agent of each role that was asked for beside the root.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) project: Project,
    guest: Option<Utf8PathBuf>,
}

impl Served {
    /// Served by the guest that is built in.
    pub(crate) fn builtin() -> Self {
        Self::builtin_in(Project::new())
    }

    /// As [`Served::builtin`], in a project that a coding agent is prepared for.
    pub(crate) fn builtin_in(project: Project) -> Self {
        Self::set_up(project, None)
    }

    /// Served by the fixture's guest.
    pub(crate) fn fixture() -> Self {
        Self::fixture_in(Project::new())
    }

    /// As [`Served::fixture`], in a project that a coding agent is prepared for.
    pub(crate) fn fixture_in(project: Project) -> Self {
        Self::set_up(project, Some(FIXTURE.into()))
    }

    fn set_up(project: Project, guest: Option<Utf8PathBuf>) -> Self {
        project.install("exomonad", Utf8Path::new(EXOMONAD));
        if !project.bin().join("claude").exists() {
            project.install_script("claude", "echo '2.1.329 (Claude Code)'");
        }
        let served = Self { project, guest };
        drop(served.exomonad(&["init", "--hooks-only", "--harness", "claude"]));
        served
    }

    fn exomonad(&self, arguments: &[&str]) -> String {
        self.project.run("exomonad").args(arguments).output().require_success().stdout
    }

    /// What exomonad recorded under this kind, oldest first.
    pub(crate) fn events(&self, kind: &str) -> Vec<Value> {
        let lines = self.exomonad(&["events", "--json"]);
        let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event is JSON"));
        events.filter(|event| event["kind"] == kind).collect()
    }

    /// Adds an agent that works in the root's directory.
    pub(crate) fn add_agent(&self, name: &str, role: &str) {
        let store = self.store();
        let agent = AgentRow {
            name: AgentName::parse(name).expect("a name"),
            role: role.to_owned(),
            harness: "claude".to_owned(),
            parent: Some(AgentName::root()),
            workspace_kind: WorkspaceKind::Shared,
            workspace: self.project.dir().to_owned(),
            depth: 1,
            state: AgentState::Running,
            created_ms: 1,
        };
        assert!(store.add_agent(&agent).expect("add an agent"), "`{name}` is there already");
    }

    /// The project's database.
    pub(crate) fn store(&self) -> Store {
        let path = self.project.dir().join(".exomonad/state.db");
        Store::open(&path, Mode::Short).expect("open the database")
    }

    /// The words that start an agent's server.
    pub(crate) fn command(&self, agent: &str) -> Vec<String> {
        let mut words: Vec<String> = ["exomonad", "mcp-stdio", "--agent", agent].map(str::to_owned).into();
        words.extend(self.guest.iter().flat_map(|file| ["--guest".to_owned(), file.to_string()]));
        words
    }

    /// An agent's server, about to start.
    pub(crate) fn server(&self, agent: &str) -> Run {
        let words = self.command(agent);
        let (program, arguments) = words.split_first().expect("a command has a program");
        self.project.run(program).args(arguments)
    }
}

/// Where `cargo xtask e2e` put a client.
pub(crate) fn installed(variable: &str) -> String {
    match std::env::var(variable) {
        Ok(path) => path,
        Err(_) => panic!("`{variable}` does not name an installed client: run `cargo xtask e2e`"),
    }
}
