//! The effects, asked for as the guest asks.

mod agents;
mod forge;
mod messages;
mod process;
mod ui;
mod wait;
mod work;

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::{Failure, Services, World};
use crate::agent::AgentName;
use crate::clock::Clock;
use crate::contract::kv::Scope;
use crate::contract::{
    self, Agent, Context, EffectError, EffectErrorKind, Project, WorkspaceKind, events, fs, git, kv, session,
};
use crate::engine::{Limits, Meter, Stop};
use crate::git::Repository;
use crate::store::{AgentRow, AgentState, Mode, Store};

/// A workspace with a repository's files, a secret beside it, and the host as the guest sees it.
struct Fixture {
    top: TempDir,
    world: World,
    services: Services,
    cx: Context,
}

fn fixture() -> Fixture {
    let top = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(top.path().canonicalize().unwrap()).unwrap().join("repo");
    std::fs::create_dir_all(root.join(".git")).unwrap();
    put(&root.join(".git/HEAD"), b"ref: refs/heads/topic\n");
    put(&root.join("../secret"), b"secret");
    let repository = Repository::find(&root).unwrap();
    let store = Arc::new(Store::open(&repository.state_dir().join("state.db"), Mode::Create).unwrap());
    let cx = Context {
        agent: Agent {
            name: "one".to_owned(),
            role: "dev".to_owned(),
            parent: None,
            branch: None,
            workspace_kind: WorkspaceKind::Main,
            workspace: root.to_string(),
            harness: "claude".to_owned(),
            depth: 0,
        },
        project: Project { root: root.to_string(), git_dir: root.join(".git").to_string() },
        home: None,
        now_ms: 5,
        trace: String::new(),
        rules: Vec::new(),
        verify: Vec::new(),
        limits: contract::Limits { call_ms: 2000, wait_ms: 0, message_bytes: 1 << 20 },
    };
    let services = Services {
        store,
        repository,
        search_path: "/usr/bin:/bin".to_owned(),
        home: None,
        clock: Clock::new(|| 7),
        programs: Vec::new(),
        config: Arc::default(),
        roles: Vec::new(),
        surroundings: None,
        listener: None,
    };
    let meter = Meter::start(Limits::default(), Stop::default());
    Fixture { world: World::new(services.clone(), cx.clone(), meter), services, cx, top }
}

impl Fixture {
    fn root(&self) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.top.path().canonicalize().unwrap()).unwrap().join("repo")
    }

    /// Adds an agent that works in the same directory.
    fn add_agent(&self, name: &str, parent: Option<&str>) {
        let parent = parent.map(|parent| AgentName::parse(parent).unwrap());
        let row = AgentRow {
            name: AgentName::parse(name).unwrap(),
            role: "dev".to_owned(),
            harness: "gemini".to_owned(),
            depth: u32::from(parent.is_some()),
            parent,
            workspace_kind: WorkspaceKind::Shared,
            workspace: self.root(),
            state: AgentState::Running,
            created_ms: 3,
        };
        assert!(self.services.store.add_agent(&row).unwrap());
    }

    /// The host as a tool of that agent sees it.
    fn world_of(&self, name: &str, parent: Option<&str>, stop: &Stop) -> World {
        let mut cx = self.cx.clone();
        cx.agent.name = name.to_owned();
        cx.agent.parent = parent.map(str::to_owned);
        World::new(self.services.clone(), cx, Meter::start(Limits::of_tools(), stop.clone()))
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's file need not survive a crash")]
fn put(path: &Utf8Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[track_caller]
fn refused<T>(result: Result<T, Failure>) -> EffectErrorKind {
    refusal(result).kind
}

#[track_caller]
fn refusal<T>(result: Result<T, Failure>) -> EffectError {
    match result {
        Err(Failure::Refused(error)) => error,
        Err(Failure::Ended(error)) => panic!("the call ended: {error}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[track_caller]
fn done<T>(result: Result<T, Failure>) -> T {
    match result {
        Ok(value) => value,
        Err(Failure::Refused(error)) => panic!("{}", error.message),
        Err(Failure::Ended(error)) => panic!("the call ended: {error}"),
    }
}

#[test]
fn fs_writes_and_reads_inside_the_workspace() {
    let mut f = fixture();
    done(fs::Host::write(&mut f.world, "a/b/c".to_owned(), b"hello".to_vec()));
    done(fs::Host::append(&mut f.world, "a/b/c".to_owned(), b" you".to_vec()));
    let absolute = f.root().join("a/b/c").to_string();
    let chunk = done(fs::Host::read(&mut f.world, absolute, 1, 5));
    assert_eq!((chunk.data.as_slice(), chunk.size), (&b"ello "[..], 9));
    let names: Vec<_> =
        done(fs::Host::list(&mut f.world, "a".to_owned())).into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["b"]);
    assert_eq!(done(fs::Host::exists(&mut f.world, "a/b".to_owned())), Some(fs::FileKind::Directory));
    assert_eq!(refused(fs::Host::delete(&mut f.world, "a".to_owned())), EffectErrorKind::Conflict);
    done(fs::Host::delete(&mut f.world, "a/b/c".to_owned()));
    assert_eq!(done(fs::Host::exists(&mut f.world, "a/b/c".to_owned())), None);
    assert_eq!(refused(fs::Host::read(&mut f.world, "a/b/c".to_owned(), 0, 1)), EffectErrorKind::NotFound);
}

#[test]
fn fs_lets_nothing_out_of_the_workspace() {
    let mut f = fixture();
    let root = f.root();
    std::os::unix::fs::symlink("../secret", root.join("link")).unwrap();
    std::os::unix::fs::symlink("/", root.join("slash")).unwrap();
    std::os::unix::fs::symlink("..", root.join("up")).unwrap();
    for path in [
        "../secret",
        "link",
        "slash/etc/passwd",
        "up/secret",
        "/etc/passwd",
        "a/../../secret",
        "//etc/passwd",
    ] {
        let read = refused(fs::Host::read(&mut f.world, path.to_owned(), 0, 10));
        assert!(
            matches!(read, EffectErrorKind::PermissionDenied | EffectErrorKind::NotFound),
            "{path}: {read:?}"
        );
        if path != "link" {
            let wrote = refused(fs::Host::write(&mut f.world, path.to_owned(), b"x".to_vec()));
            assert!(
                matches!(wrote, EffectErrorKind::PermissionDenied | EffectErrorKind::NotFound),
                "{path}: {wrote:?}"
            );
        }
        let added = refused(fs::Host::append(&mut f.world, path.to_owned(), b"x".to_vec()));
        assert!(
            matches!(added, EffectErrorKind::PermissionDenied | EffectErrorKind::NotFound),
            "{path}: {added:?}"
        );
    }
    done(fs::Host::write(&mut f.world, "link".to_owned(), b"replaced".to_vec()));
    assert_eq!(
        std::fs::read(root.join("../secret")).unwrap(),
        b"secret",
        "the link is replaced, not followed"
    );
    assert_eq!(refused(fs::Host::delete(&mut f.world, ".".to_owned())), EffectErrorKind::InvalidInput);
    assert_eq!(refused(fs::Host::read(&mut f.world, "a\0b".to_owned(), 0, 1)), EffectErrorKind::InvalidInput);
}

#[test]
fn fs_does_not_wait_for_a_fifo_and_reads_no_more_than_its_cap() {
    let mut f = fixture();
    let fifo = f.root().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, fifo.as_std_path(), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    assert_eq!(refused(fs::Host::read(&mut f.world, "fifo".to_owned(), 0, 1)), EffectErrorKind::InvalidInput);
    let huge = std::fs::File::create(f.root().join("huge")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let chunk = done(fs::Host::read(&mut f.world, "huge".to_owned(), 0, u32::MAX));
    assert_eq!((chunk.data.len(), chunk.size), (1 << 20, 1 << 40));
}

#[test]
fn fs_resolve_follows_links_that_lead_anywhere_and_nowhere() {
    let mut f = fixture();
    let root = f.root();
    std::os::unix::fs::symlink("missing/../.git", root.join("alias")).unwrap();
    std::os::unix::fs::symlink("loop", root.join("loop")).unwrap();
    let mut check = |path: &str, expect: &str| {
        let resolved = done(fs::Host::resolve(&mut f.world, root.join(path).to_string()));
        assert_eq!(resolved, root.join(expect).as_str(), "{path}");
    };
    check("alias/config", ".git/config");
    check("new/file", "new/file");
    check("alias/../x", "x");
    assert_eq!(
        refused(fs::Host::resolve(&mut f.world, root.join("loop").to_string())),
        EffectErrorKind::InvalidInput
    );
    assert_eq!(refused(fs::Host::resolve(&mut f.world, "a".to_owned())), EffectErrorKind::InvalidInput);
}

#[test]
fn kv_is_scoped_and_swaps() {
    let mut f = fixture();
    let key = || "k".to_owned();
    assert_eq!(done(kv::Host::get(&mut f.world, Scope::Agent, key())), None);
    assert!(done(kv::Host::compare_and_set(&mut f.world, Scope::Agent, key(), None, "1".to_owned())));
    assert!(!done(kv::Host::compare_and_set(&mut f.world, Scope::Agent, key(), None, "2".to_owned())));
    assert!(done(kv::Host::compare_and_set(
        &mut f.world,
        Scope::Agent,
        key(),
        Some("1".to_owned()),
        "2".to_owned()
    )));
    assert_eq!(done(kv::Host::get(&mut f.world, Scope::Project, key())), None);
    assert_eq!(done(kv::Host::list(&mut f.world, Scope::Agent, String::new())), ["k"]);
    done(kv::Host::delete(&mut f.world, Scope::Agent, key()));
    assert_eq!(done(kv::Host::list(&mut f.world, Scope::Agent, String::new())), Vec::<String>::new());
    let long = "x".repeat(300);
    assert_eq!(refused(kv::Host::get(&mut f.world, Scope::Agent, long)), EffectErrorKind::InvalidInput);
}

#[test]
fn events_of_the_host_cannot_be_forged() {
    let mut f = fixture();
    let id = done(events::Host::emit(&mut f.world, "tool.done".to_owned(), "{\"a\":1}".to_owned()));
    let listed = done(events::Host::list(&mut f.world, vec!["tool.done".to_owned()], 0, 10));
    assert_eq!((listed[0].id, listed[0].agent.as_str(), listed[0].time_ms), (id, "one", 7));
    let mut emit =
        |kind: &str, data: &str| refused(events::Host::emit(&mut f.world, kind.to_owned(), data.to_owned()));
    assert_eq!(emit("hook.stop", "{}"), EffectErrorKind::PermissionDenied);
    assert_eq!(emit("host", "{}"), EffectErrorKind::PermissionDenied);
    assert_eq!(emit("message.queued", "{}"), EffectErrorKind::PermissionDenied);
    assert_eq!(emit("agent.spawned", "{}"), EffectErrorKind::PermissionDenied);
    assert_eq!(emit("Upper", "{}"), EffectErrorKind::InvalidInput);
    assert_eq!(emit("a", "[1]"), EffectErrorKind::InvalidInput);
    assert_eq!(emit("a", &format!("{{\"a\":\"{}\"}}", "x".repeat(70_000))), EffectErrorKind::InvalidInput);
}

#[test]
fn a_session_is_registered_refreshed_and_ended() {
    let mut f = fixture();
    done(session::Host::register(&mut f.world, "s1".to_owned(), Some("/t".to_owned())));
    done(session::Host::register(&mut f.world, "s1".to_owned(), None));
    done(session::Host::end(&mut f.world, "s1".to_owned()));
    done(session::Host::end(&mut f.world, "never".to_owned()));
    let found = done(session::Host::lookup(&mut f.world, "one".to_owned())).unwrap();
    assert_eq!((found.transcript.as_deref(), found.ended_ms), (Some("/t"), Some(7)));
    assert_eq!(done(session::Host::lookup(&mut f.world, "two".to_owned())), None);
}

#[test]
fn git_reads_the_branch_of_the_workspace() {
    let mut f = fixture();
    assert_eq!(done(git::Host::branch(&mut f.world)).as_deref(), Some("topic"));
    assert_eq!(refused(git::Host::log(&mut f.world, None, 0)), EffectErrorKind::InvalidInput);
    assert_eq!(
        refused(git::Host::log(&mut f.world, Some("--output=x".to_owned()), 1)),
        EffectErrorKind::InvalidInput
    );
}

#[test]
fn describe_may_ask_for_nothing() {
    let mut world = World::none(Meter::start(Limits::default(), Stop::default()));
    assert_eq!(refused(git::Host::branch(&mut world)), EffectErrorKind::Unavailable);
}
