//! A project in which a script can be an agent, and everything that a spawn could leave behind in it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::agent::{AgentName, Follower, Permissions, Site, SpawnError, SpawnRequest, Step};
use exomonad_host::clock::Clock;
use exomonad_host::config::Config;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::git::Repository;
use exomonad_host::store::{AgentRow, Mode, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::project::Project;

use crate::support::set_up;

/// Longer than any machine takes.
const LONG: Duration = Duration::from_secs(60);

/// The kinds of workspace that a child can have.
pub(super) const KINDS: [WorkspaceKind; 3] =
    [WorkspaceKind::Worktree, WorkspaceKind::Standalone, WorkspaceKind::Shared];

/// Says what it was told, and stays until it is ended.
const HARNESS: &str = "printf '%s' \"$1\" > \"$0.told.$EXOMONAD_AGENT\"\nwhile :; do sleep 1; done\n";

/// A project with one harness: a script.
pub(super) struct Place {
    pub(super) project: Project,
}

impl Place {
    pub(super) fn new() -> Self {
        Self::with_config("")
    }

    /// As [`Place::new`], with more lines at the end of the user's configuration.
    pub(super) fn with_config(more: &str) -> Self {
        let project = set_up();
        let script = project.temp().join("harness.sh");
        put(&script, HARNESS);
        project.write(
            ".exomonad/config.local.toml",
            &format!("mux = \"headless\"\n[harness.script]\ncommand = [\"sh\", \"{script}\", \"{{prompt}}\"]\n{more}"),
        );
        std::fs::create_dir(project.temp().join("run")).unwrap();
        Self { project }
    }

    /// What the helper's process needs to know to be in the same place.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let path = format!("{}:{}", self.project.bin(), "/usr/local/bin:/usr/bin:/bin");
        let run = self.project.temp().join("run").to_string();
        [
            ("PATH", path.as_str()),
            ("HOME", self.project.home().as_str()),
            ("XDG_RUNTIME_DIR", &run),
            ("TMUX_TMPDIR", &run),
            ("TERM", "xterm-256color"),
            ("SHELL", "/bin/sh"),
            // Nothing of these may reach git.
            ("GIT_DIR", "/nowhere/.git"),
            ("GIT_WORK_TREE", "/nowhere"),
            ("GIT_INDEX_FILE", "/nowhere/index"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    pub(super) fn site(&self) -> Site {
        site(self.project.dir(), self.variables())
    }

    pub(super) fn row(&self, name: &str) -> Option<AgentRow> {
        self.site().store.agent(&AgentName::parse(name).unwrap()).unwrap()
    }

    /// Everything of the repository and of ours, as far as a spawn could change it.
    pub(super) fn look(&self) -> String {
        let git = |arguments: &[&str]| self.project.git(arguments.iter().copied());
        let store = self.site().store;
        let agents: Vec<_> = store.agents().unwrap().iter().map(|row| row.name.to_string()).collect();
        let panes: Vec<_> = store.panes().unwrap().into_iter().map(|(agent, _)| agent).collect();
        let spawns: Vec<_> =
            store.spawns().unwrap().into_iter().map(|spawn| spawn.agent.to_string()).collect();
        let dir = self.project.dir();
        [
            git(&["status", "--porcelain"]),
            git(&["rev-parse", "HEAD"]),
            git(&["reflog"]),
            git(&["for-each-ref"]),
            git(&["worktree", "list", "--porcelain"]),
            git(&["config", "--local", "--list"]),
            format!("{agents:?} {panes:?} {spawns:?}"),
            format!("{:#?}", names(&dir.join(".git/worktrees"))),
            format!("{:#?}", files(&dir.join(".git/logs/refs"))),
            format!("{:#?}", names(&dir.join(".exomonad/worktrees"))),
            format!("{:#?}", names(&dir.join(".exomonad/agents"))),
            format!("{:#?}", files(&self.project.home().join(".local/state"))),
        ]
        .join("\n")
    }

    /// Waits until no process of this place is left.
    #[track_caller]
    pub(super) fn require_quiet(&self) {
        let top = self.project.temp().parent().unwrap();
        let begun = Instant::now();
        loop {
            let left = processes(top);
            if left.is_empty() {
                return;
            }
            assert!(begun.elapsed() < LONG, "still there: {left:#?}");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

/// The project in this directory, as a process with these variables sees it.
pub(super) fn site(dir: &Utf8Path, variables: Vec<(String, String)>) -> Site {
    let repository = Repository::find(dir).unwrap();
    let store = Arc::new(Store::open(&repository.database(), Mode::Short).unwrap());
    let config = Arc::new(Config::load(&repository.state_dir(), None).unwrap());
    let exe = Utf8PathBuf::from(env!("CARGO_BIN_EXE_exomonad"));
    let surroundings = Arc::new(Surroundings { exe, variables });
    Site { store, repository, surroundings, config, clock: Clock::new(|| 1_790_000_000_000) }
}

/// An agent called `api`.
pub(super) fn request(workspace_kind: WorkspaceKind) -> SpawnRequest {
    SpawnRequest {
        role: "dev".to_owned(),
        harness: Some("script".to_owned()),
        model: None,
        workspace_kind,
        slug: "api".to_owned(),
        prompt: "do it".to_owned(),
        permissions: Permissions::default(),
        gemini_lost: Vec::new(),
        permission_mode: None,
        directory: None,
        fork_session: false,
    }
}

/// Does something as each step begins.
pub(super) struct At<F: Fn(Step) -> Result<(), SpawnError>>(pub(super) F);

impl<F: Fn(Step) -> Result<(), SpawnError>> Follower for At<F> {
    fn begin(&self, step: Step) -> Result<(), SpawnError> {
        self.0(step)
    }

    fn gives_up(&self) -> bool {
        false
    }
}

/// Lets every step begin.
pub(super) fn patient() -> impl Follower {
    At(|_| Ok(()))
}

#[expect(clippy::disallowed_methods, reason = "a test's file need not survive a crash")]
pub(super) fn put(path: &Utf8Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

fn names(dir: &Utf8Path) -> BTreeSet<String> {
    let entries = dir.read_dir_utf8().into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().to_owned()).collect()
}

/// Every file below a directory.
fn files(dir: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let mut found = BTreeSet::new();
    for entry in dir.read_dir_utf8().into_iter().flatten().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(entry.path()));
        } else {
            found.insert(entry.into_path());
        }
    }
    found
}

/// The command lines that name a directory, but for this process's.
fn processes(top: &Utf8Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let Ok(line) = std::fs::read(entry.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if pid != std::process::id() && line.contains(top.as_str()) {
            found.push(format!("{pid} {line}"));
        }
    }
    found
}
