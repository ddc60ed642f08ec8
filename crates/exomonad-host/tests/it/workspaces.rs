//! Where agents work: what is made for them, what is refused, and what is taken away again.

mod cleanups;
mod grounds;
mod includes;
mod mess;
mod setups;
mod standalone;
mod worktrees;

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::agent::workspace::{Ground, WorkspacePlan, make, plan, survey};
use exomonad_host::agent::{
    AgentName, Conversation, Launch, Permissions, ProcessIdentity, Site, Step, WorkspaceError,
};
use exomonad_host::clock::Clock;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::exec::Cmd;
use exomonad_host::git::Repository;
use exomonad_host::store::{AgentRow, AgentState, Caps, Mode, Reserved, SpawnRow, Store};
use exomonad_host::surroundings::Surroundings;

use crate::support::{NOW, SEARCH_PATH, TestProject};

/// What marks the spawns of these tests.
const MARK: &str = "7c9a1f3e-0000-4000-8000-000000000001";

/// The project as an agent in this checkout sees it, with a home directory beside the repository.
pub(crate) fn site_in(project: &TestProject, dir: &Utf8Path) -> Site {
    Site { repository: Repository::find(dir).unwrap(), ..site_at(project.root()) }
}

/// The project whose main checkout this is.
pub(crate) fn site_at(root: &Utf8Path) -> Site {
    let home = root.join("../home");
    std::fs::create_dir_all(&home).unwrap();
    let variables = [("PATH", SEARCH_PATH), ("HOME", home.canonicalize_utf8().unwrap().as_str())]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Site {
        store: Arc::new(Store::open(&root.join(".exomonad/state.db"), Mode::Short).unwrap()),
        repository: Repository::find(root).unwrap(),
        surroundings: Arc::new(Surroundings { exe: "/nowhere/exomonad".into(), variables: variables.into() }),
        config: Arc::default(),
        clock: Clock::new(|| NOW),
    }
}

pub(crate) fn site(project: &TestProject) -> Site {
    site_in(project, project.root())
}

pub(crate) fn name(text: &str) -> AgentName {
    AgentName::parse(text).unwrap()
}

/// The plan of a child that begins where the site is.
pub(crate) fn planned(
    site: &Site,
    slug: &str,
    kind: WorkspaceKind,
    mark: &str,
) -> Result<WorkspacePlan, WorkspaceError> {
    plan(site, &name(slug), slug, kind, survey(site, kind)?, mark)
}

/// A worktree that was made.
fn made(site: &Site, slug: &str) -> WorkspacePlan {
    let plan = planned(site, slug, WorkspaceKind::Worktree, MARK).unwrap();
    make(site, &plan).unwrap();
    plan
}

/// Has the database know the agent of a plan, as one that ended.
pub(crate) fn recorded(site: &Site, plan: &WorkspacePlan) {
    let agent = AgentRow {
        name: plan.agent.clone(),
        role: "dev".to_owned(),
        harness: "claude".to_owned(),
        parent: Some(AgentName::root()),
        workspace_kind: plan.kind,
        workspace: plan.path.clone(),
        depth: 1,
        state: AgentState::Stopped,
        created_ms: NOW,
    };
    let spawn = SpawnRow {
        agent: plan.agent.clone(),
        mark: plan.mark.clone(),
        step: Step::Running,
        spawner: ProcessIdentity { pid: 1, started: "then".to_owned(), machine: "here".to_owned() },
        branch: plan.branch.clone(),
        base: plan.ground.as_ref().map(|ground| ground.base.clone()),
        base_sha: plan.ground.as_ref().map(|ground| ground.base_sha.clone()),
        launch: Launch {
            harness: "claude".to_owned(),
            model: None,
            permission_mode: None,
            permissions: Permissions::default(),
            dir: plan.path.clone(),
            conversation: Conversation::New { id: "id".to_owned() },
        },
        failure: None,
    };
    let caps = Caps { children: 100, agents: 100 };
    assert_eq!(site.store.reserve(&agent, &spawn, caps).unwrap(), Reserved::Yes);
}

/// What git prints.
#[track_caller]
pub(crate) fn asked(dir: &Utf8Path, args: &[&str]) -> String {
    Cmd::new("git", dir, SEARCH_PATH).args(args).text().unwrap().trim_end().to_owned()
}

fn ground(site: &Site) -> Ground {
    survey(site, WorkspaceKind::Worktree).unwrap().unwrap()
}

/// Every entry of a directory, by name.
pub(crate) fn entries(dir: &Utf8Path) -> Vec<String> {
    let entries = dir.read_dir_utf8().unwrap().map(|entry| entry.unwrap().file_name().to_owned());
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    entries
}

/// Whether anything is there, even a link to nothing.
pub(crate) fn is_there(path: impl Into<Utf8PathBuf>) -> bool {
    path.into().symlink_metadata().is_ok()
}
