//! The lease, the threads, and what duties do with real guests.

mod lease;
mod reactions;
mod stuck;
mod zellij_pipe;

use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use tempfile::TempDir;

use crate::agent::{AgentName, Site};
use crate::clock::Clock;
use crate::contract::{Event, WorkspaceKind};
use crate::git::Repository;
use crate::store::{AgentRow, AgentState, EventFilter, Mode, Store};
use crate::surroundings::Surroundings;

/// Longer than anything takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A project with a lead and a developer.
struct Ground {
    _top: TempDir,
    site: Site,
}

fn ground() -> Ground {
    let top = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(top.path().canonicalize().unwrap()).unwrap().join("repo");
    std::fs::create_dir_all(root.join(".git/refs")).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test's file need not survive a crash")]
    std::fs::write(root.join(".git/HEAD"), b"ref: refs/heads/main\n").unwrap();
    let repository = Repository::find(&root).unwrap();
    let store = Arc::new(Store::open(&repository.database(), Mode::Create).unwrap());
    let ground = Ground {
        _top: top,
        site: Site {
            store,
            repository,
            surroundings: Arc::new(Surroundings::default()),
            config: Arc::default(),
            clock: Clock::new(|| 1_000_000),
        },
    };
    ground.add_agent("root", "tl", None);
    ground.add_agent("api", "dev", Some("root"));
    ground
}

impl Ground {
    fn add_agent(&self, name: &str, role: &str, parent: Option<&str>) {
        let parent = parent.map(|parent| AgentName::parse(parent).unwrap());
        let row = AgentRow {
            name: AgentName::parse(name).unwrap(),
            role: role.to_owned(),
            harness: "claude".to_owned(),
            depth: u32::from(parent.is_some()),
            workspace_kind: if parent.is_some() { WorkspaceKind::Shared } else { WorkspaceKind::Main },
            parent,
            workspace: self.site.repository.workspace.clone(),
            state: AgentState::Running,
            created_ms: 1,
        };
        assert!(self.site.store.add_agent(&row).unwrap());
    }

    fn record(&self, kind: &str, agent: &str, data: &serde_json::Value) -> u64 {
        self.site.store.record_event(1_000_000, kind, agent, &data.to_string()).unwrap()
    }

    fn events(&self, kind: &str) -> Vec<Event> {
        let filter = EventFilter { kinds: vec![kind.to_owned()], ..EventFilter::default() };
        self.site.store.first_events(&filter, 1000).unwrap()
    }
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < LIMIT, "not so after {LIMIT:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
