//! Pull requests without a server: what is filed, who may do what, and what a merge makes of it.

mod cases;
mod checkouts;
mod crash;
mod files;
mod guards;
mod random;
mod reviews;
mod standalone;
mod strategies;

use std::sync::Arc;

use camino::Utf8Path;
use exomonad_host::agent::workspace::{WorkspacePlan, make};
use exomonad_host::agent::{AgentName, Site};
use exomonad_host::config::Config;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::contract::forge::{MergeResult, MergeStrategy, PullRequest};
use exomonad_host::forge::{Ending, FileOrder, Forge, ForgeError, Local, MergeOrder};
use exomonad_host::store::Sender;

use crate::support::{TestProject, git, put};
use crate::workspaces::{asked, name, planned, recorded, site, site_in};

/// A project whose main branch has a file.
fn project() -> TestProject {
    let project = empty();
    commit(project.root(), "file", "1\n2\n3\n4\n5\n6\n7\n8\n");
    project
}

/// A project as `init` leaves it: git takes no notice of our directory.
fn empty() -> TestProject {
    let project = TestProject::new();
    put(&project.root().join(".git/info/exclude"), b"/.exomonad/\n");
    project
}

/// An agent that ended, on a branch of its own in a workspace of its own.
fn agent_of(project: &TestProject, slug: &str, kind: WorkspaceKind) -> WorkspacePlan {
    let site = site(project);
    let plan = planned(&site, slug, kind, &format!("mark-of-{slug}")).unwrap();
    make(&site, &plan).unwrap();
    recorded(&site, &plan);
    plan
}

fn agent(project: &TestProject, slug: &str) -> WorkspacePlan {
    agent_of(project, slug, WorkspaceKind::Worktree)
}

fn commit(dir: &Utf8Path, file: &str, text: &str) {
    let path = dir.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    put(&path, text.as_bytes());
    git(dir, &["add", "--", file]);
    git(dir, &["commit", "-qm", &format!("{file} says {}", text.lines().next().unwrap_or_default())]);
}

/// The forge, as an agent sees it that works there.
fn forge_in(project: &TestProject, dir: &Utf8Path) -> Local {
    Local::new(site_in(project, dir), Ending::Forbidden)
}

fn forge(project: &TestProject) -> Local {
    forge_in(project, project.root())
}

/// The forge of a project that asks for commands.
fn asking(project: &TestProject, verify: &[&str]) -> Local {
    Local::new(Site { config: verifying(verify), ..site(project) }, Ending::Forbidden)
}

fn verifying(verify: &[&str]) -> Arc<Config> {
    let mut config = Config::default();
    config.work.verify = verify.iter().map(|command| (*command).to_owned()).collect();
    Arc::new(config)
}

fn file(project: &TestProject, plan: &WorkspacePlan, title: &str) -> Result<PullRequest, ForgeError> {
    let order = FileOrder { by: &plan.agent, title, body: "why", base: None, receipt: None };
    forge_in(project, &plan.path).create_or_update(&order)
}

fn filed(project: &TestProject, plan: &WorkspacePlan) -> PullRequest {
    file(project, plan, "the work").unwrap()
}

fn order(number: u64, strategy: MergeStrategy) -> MergeOrder<'static> {
    MergeOrder { by: Sender::Human, number, strategy, force: false }
}

fn merged(project: &TestProject, number: u64, strategy: MergeStrategy) -> MergeResult {
    let result = forge(project).merge(&order(number, strategy)).unwrap();
    assert!(result.merged, "{result:?}");
    result
}

fn root() -> AgentName {
    name("root")
}

fn tip(project: &TestProject, branch: &str) -> String {
    asked(project.root(), &["rev-parse", &format!("refs/heads/{branch}")])
}

/// The events of a kind: whom each is about.
fn told(project: &TestProject, kind: &str) -> Vec<String> {
    let kinds = vec![kind.to_owned()];
    let filter = exomonad_host::store::EventFilter { kinds, ..Default::default() };
    project.store().first_events(&filter, 100).unwrap().into_iter().map(|event| event.agent).collect()
}
