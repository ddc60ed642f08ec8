//! A project in a temporary directory, and the guests.

use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::clock::Clock;
use exomonad_host::contract::{
    self, Agent, Context, Hook, HookEvent, Project, Rule, ToolKind, ToolUse, WorkspaceKind,
};
use exomonad_host::effects::Services;
use exomonad_host::engine::{Guest, GuestSource};
use exomonad_host::exec::Cmd;
use exomonad_host::git::Repository;
use exomonad_host::harness::{Answer, Harness};
use exomonad_host::hook::{Outcome, Request, answer};
use exomonad_host::project;
use exomonad_host::store::{Mode, Store};
use exomonad_host::surroundings::Surroundings;
use tempfile::TempDir;

pub(crate) const NOW: u64 = 1_790_000_000_000;
pub(crate) const LIMITS: contract::Limits =
    contract::Limits { call_ms: 2000, wait_ms: 0, message_bytes: 1 << 20 };

/// Where the tests find `git`.
pub(crate) const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A process with nothing in its environment but where programs are.
pub(crate) fn surroundings() -> Arc<Surroundings> {
    let variables = vec![("PATH".to_owned(), SEARCH_PATH.to_owned())];
    Arc::new(Surroundings { exe: "/nowhere/exomonad".into(), variables })
}

/// The guest that misbehaves on request.
pub(crate) fn fixture() -> &'static Guest {
    static GUEST: OnceLock<Guest> = OnceLock::new();
    GUEST.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../exomonad-testkit/fixture.wasm");
        Guest::compile(&std::fs::read(path).unwrap()).unwrap()
    })
}

/// The guest we ship.
pub(crate) fn builtin() -> &'static Guest {
    static GUEST: OnceLock<Guest> = OnceLock::new();
    GUEST.get_or_init(|| Guest::builtin().unwrap())
}

/// A repository that is a project.
pub(crate) struct TestProject {
    _dir: TempDir,
    pub(crate) repository: Repository,
}

impl TestProject {
    pub(crate) fn new() -> Self {
        let bare = Self::without_state();
        project::create(&bare.repository, Harness::Claude, NOW).unwrap();
        bare
    }

    /// A repository that is not a project.
    pub(crate) fn without_state() -> Self {
        let dir = TempDir::new().unwrap();
        let top = Utf8PathBuf::from_path_buf(dir.path().canonicalize().unwrap()).unwrap();
        let root = top.join("repo");
        std::fs::create_dir_all(&root).unwrap();
        git(&root, &["init", "-q", "-b", "main"]);
        git(&root, &["commit", "-q", "--allow-empty", "-m", "init"]);
        let repository = Repository::find(&root).unwrap();
        Self { _dir: dir, repository }
    }

    pub(crate) fn root(&self) -> &Utf8Path {
        &self.repository.root
    }

    pub(crate) fn state_dir(&self) -> Utf8PathBuf {
        self.repository.state_dir()
    }

    pub(crate) fn database(&self) -> Utf8PathBuf {
        self.state_dir().join("state.db")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.database(), Mode::Short).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        put(&path, text.as_bytes());
    }

    /// Asks a hook of the fixture guest.
    pub(crate) fn ask(&self, harness: Harness, event: &str, payload: &[u8]) -> Outcome {
        self.ask_in(harness, event, payload, self.root())
    }

    pub(crate) fn ask_in(&self, harness: Harness, event: &str, payload: &[u8], dir: &Utf8Path) -> Outcome {
        let guest = GuestSource::Loaded(Box::new(fixture().clone()));
        answer(&Request {
            harness: Some(harness),
            event,
            payload,
            project_dir: None,
            messaging_socket: None,
            dir,
            claimed: None,
            traceparent: None,
            search_path: SEARCH_PATH,
            home: None,
            user_config: None,
            clock: Clock::new(|| NOW),
            guest: &guest,
        })
    }

    pub(crate) fn services(&self) -> Services {
        Services {
            store: Arc::new(self.store()),
            repository: self.repository.clone(),
            search_path: SEARCH_PATH.to_owned(),
            home: None,
            clock: Clock::new(|| NOW),
            programs: Vec::new(),
            config: Arc::default(),
            roles: Vec::new(),
            surroundings: None,
            listener: None,
        }
    }

    pub(crate) fn context(&self, role: &str, rules: Vec<Rule>) -> Context {
        Context {
            agent: Agent {
                name: "root".to_owned(),
                role: role.to_owned(),
                parent: None,
                branch: Some("main".to_owned()),
                workspace_kind: WorkspaceKind::Main,
                workspace: self.repository.workspace.to_string(),
                harness: "claude".to_owned(),
                depth: 0,
            },
            project: Project {
                root: self.repository.root.to_string(),
                git_dir: self.repository.common_dir.to_string(),
            },
            home: None,
            now_ms: NOW,
            limits: LIMITS,
            trace: String::new(),
            rules,
            verify: Vec::new(),
        }
    }
}

/// What the harness gets for a Claude tool call with this tool's name.
pub(crate) fn claude_tool(tool: &str) -> Vec<u8> {
    serde_json::json!({
        "session_id": "s", "transcript_path": "/t", "cwd": "/", "hook_event_name": "PreToolUse",
        "tool_name": tool, "tool_input": {"command": "true"}, "tool_use_id": "u",
    })
    .to_string()
    .into_bytes()
}

/// A neutral tool hook.
pub(crate) fn tool_hook(name: &str) -> Hook {
    Hook {
        event: HookEvent::PreTool(ToolUse {
            name: name.to_owned(),
            kind: ToolKind::Other,
            input: "{}".to_owned(),
            command: None,
            paths: Vec::new(),
            dir: None,
            mcp: None,
            id: None,
        }),
        session: "s".to_owned(),
        cwd: "/".to_owned(),
        transcript: None,
        subagent: None,
        raw: "{}".to_owned(),
    }
}

#[track_caller]
pub(crate) fn assert_refused(answer: &Answer, part: &str) {
    let stderr = answer.stderr.as_deref().unwrap_or_default();
    assert_eq!((answer.exit, answer.stdout.as_deref()), (2, None), "{answer:?}");
    assert!(stderr.contains(part), "{stderr:?} does not say {part:?}");
}

#[track_caller]
pub(crate) fn assert_let_go(answer: &Answer, part: &str) {
    let stderr = answer.stderr.as_deref().unwrap_or_default();
    assert_eq!((answer.exit, answer.stdout.as_deref()), (0, None), "{answer:?}");
    assert!(stderr.contains(part), "{stderr:?} does not say {part:?}");
}

pub(crate) fn git(dir: &Utf8Path, args: &[&str]) {
    let mut command = Cmd::new("git", dir, SEARCH_PATH).args(args);
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "t"),
        ("GIT_AUTHOR_EMAIL", "t@example.invalid"),
        ("GIT_COMMITTER_NAME", "t"),
        ("GIT_COMMITTER_EMAIL", "t@example.invalid"),
    ] {
        command = command.env(name, value);
    }
    command.text().unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a test's file need not survive a crash")]
pub(crate) fn put(path: &Utf8Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}
