//! Pull requests on GitHub, against a stand-in for it that has a real repository.

mod answers;
mod choice;
mod filing;
mod merging;
mod reading;
mod reviewing;

use std::sync::Arc;

use camino::Utf8Path;
use exomonad_host::agent::workspace::{WorkspacePlan, make};
use exomonad_host::agent::{AgentName, Site};
use exomonad_host::config::Config;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::contract::forge::{MergeStrategy, PullRequest};
use exomonad_host::forge::{Ending, FileOrder, Forge, ForgeError, MergeOrder, Patience, open};
use exomonad_host::store::Sender;
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::GitHub;

use crate::support::{TestProject, git, put};
use crate::workspaces::{name, planned, recorded, site_in};

/// A project whose `main` is on GitHub.
struct Fixture {
    github: GitHub,
    project: TestProject,
}

fn fixture() -> Fixture {
    let project = TestProject::new();
    let root = project.root().to_owned();
    put(&root.join(".git/info/exclude"), b"/.exomonad/\n");
    commit(&root, "file", "1\n2\n3\n4\n5\n6\n7\n8\n");
    let bare = root.join("../github.git");
    git(&root, &["init", "-q", "--bare", "--initial-branch=main", bare.as_str()]);
    git(&root, &["remote", "add", "origin", &GitHub::remote_url()]);
    git(&root, &["config", &format!("url.{bare}.insteadOf"), &GitHub::remote_url()]);
    git(&root, &["push", "-q", "origin", "main"]);
    Fixture { github: GitHub::of(&bare), project }
}

fn commit(dir: &Utf8Path, file: &str, text: &str) {
    put(&dir.join(file), text.as_bytes());
    git(dir, &["add", "--", file]);
    git(dir, &["commit", "-qm", &format!("change {file}")]);
}

impl Fixture {
    /// The project, as a process with the token sees it.
    fn site_in(&self, dir: &Utf8Path) -> Site {
        let token = self.github.token().to_owned();
        self.site_with(dir, &[("GITHUB_TOKEN", token), ("GITHUB_API_URL", self.github.url())])
    }

    fn site_with(&self, dir: &Utf8Path, more: &[(&str, String)]) -> Site {
        let site = site_in(&self.project, dir);
        let mut variables = site.surroundings.variables.clone();
        variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let surroundings = Arc::new(Surroundings { variables, ..(*site.surroundings).clone() });
        Site { surroundings, ..site }
    }

    fn site(&self) -> Site {
        self.site_in(self.project.root())
    }

    fn site_that_asks(&self, verify: &str) -> Site {
        let mut config = Config::default();
        config.work.verify = vec![verify.to_owned()];
        Site { config: Arc::new(config), ..self.site() }
    }

    fn forge_in(&self, dir: &Utf8Path) -> Box<dyn Forge> {
        open(self.site_in(dir), Ending::Forbidden, Patience::endless()).unwrap()
    }

    fn forge(&self) -> Box<dyn Forge> {
        self.forge_in(self.project.root())
    }

    /// An agent with a commit on a branch of its own.
    fn agent_of(&self, slug: &str, kind: WorkspaceKind) -> WorkspacePlan {
        let site = self.site();
        let plan = planned(&site, slug, kind, &format!("mark-of-{slug}")).unwrap();
        make(&site, &plan).unwrap();
        recorded(&site, &plan);
        commit(&plan.path, slug, "made\n");
        plan
    }

    fn agent(&self, slug: &str) -> WorkspacePlan {
        self.agent_of(slug, WorkspaceKind::Worktree)
    }

    fn file(&self, plan: &WorkspacePlan, title: &str, body: &str) -> Result<PullRequest, ForgeError> {
        let order =
            FileOrder { by: &plan.agent, title, body, base: None, receipt: Some("everything is committed") };
        self.forge_in(&plan.path).create_or_update(&order)
    }

    fn filed(&self, plan: &WorkspacePlan) -> PullRequest {
        self.file(plan, "the work", "why").unwrap()
    }

    /// What was asked since the last time, as `METHOD path`.
    fn asked(&self) -> Vec<String> {
        let asked =
            self.github.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect();
        self.github.forget_asked();
        asked
    }

    /// The commit of a branch, on GitHub.
    fn there(&self, branch: &str) -> String {
        crate::workspaces::asked(self.github.bare(), &["rev-parse", &format!("refs/heads/{branch}")])
    }

    /// The commit of a branch, here.
    fn here(&self, branch: &str) -> String {
        crate::workspaces::asked(self.project.root(), &["rev-parse", &format!("refs/heads/{branch}")])
    }

    /// The events of a kind: whom each is about.
    fn told(&self, kind: &str) -> Vec<String> {
        let kinds = vec![kind.to_owned()];
        let filter = exomonad_host::store::EventFilter { kinds, ..Default::default() };
        self.project
            .store()
            .first_events(&filter, 100)
            .unwrap()
            .into_iter()
            .map(|event| event.agent)
            .collect()
    }
}

fn root() -> AgentName {
    name("root")
}

fn order(number: u64, strategy: MergeStrategy) -> MergeOrder<'static> {
    MergeOrder { by: Sender::Human, number, strategy, force: false }
}
