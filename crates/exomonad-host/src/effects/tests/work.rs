//! How an agent's work stands, with real git.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use expect_test::{Expect, expect};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{done, put, refusal};
use crate::agent::{AgentName, Conversation, Launch, ProcessIdentity, Step, verifications_of};
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::work::{Host, Standing, VerificationState};
use crate::contract::{self, Agent, Context, EffectErrorKind, Project, WorkspaceKind, messages};
use crate::effects::{Services, World};
use crate::engine::{Limits, Meter, Stop};
use crate::exec::Cmd;
use crate::git::{Git, Repository};
use crate::store::{AgentRow, AgentState, Caps, Mode, SpawnRow, Store};

const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A lead on `main`, and its child `root.api` in a worktree on `main.api`, which may have commands to verify.
struct Tree {
    _top: TempDir,
    root: Utf8PathBuf,
    store: Arc<Store>,
    config: Arc<Config>,
}

impl Tree {
    fn new(verify: &[&str]) -> Self {
        let top = TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(top.path().canonicalize().unwrap()).unwrap().join("repo");
        std::fs::create_dir_all(&root).unwrap();
        git(&root, &["init", "-q", "-b", "main"]);
        put(&root.join(".git/info/exclude"), b".exomonad/\nignored\n");
        put(&root.join("seed"), b"seed\n");
        git(&root, &["add", "seed"]);
        git(&root, &["commit", "-q", "-m", "seed"]);
        git(&root, &["worktree", "add", "-q", "-b", "main.api", ".exomonad/worktrees/api"]);
        let store = Arc::new(Store::open(&root.join(".exomonad/state.db"), Mode::Create).unwrap());
        let mut config = Config::default();
        config.work.verify = verify.iter().map(|&command| command.to_owned()).collect();
        let tree = Self { _top: top, root, store, config: Arc::new(config) };
        let lead = tree.row("root", None, WorkspaceKind::Main);
        assert!(tree.store.add_agent(&lead).unwrap());
        tree.spawn(&tree.row("root.api", Some("root"), WorkspaceKind::Worktree));
        tree
    }

    fn api(&self) -> Utf8PathBuf {
        self.root.join(".exomonad/worktrees/api")
    }

    fn row(&self, name: &str, parent: Option<&str>, workspace_kind: WorkspaceKind) -> AgentRow {
        let own = workspace_kind == WorkspaceKind::Worktree;
        AgentRow {
            name: AgentName::parse(name).unwrap(),
            role: "dev".to_owned(),
            harness: "claude".to_owned(),
            parent: parent.map(|parent| AgentName::parse(parent).unwrap()),
            workspace_kind,
            workspace: if own { self.api() } else { self.root.clone() },
            depth: u32::from(parent.is_some()),
            state: AgentState::Running,
            created_ms: 1,
        }
    }

    fn spawn(&self, row: &AgentRow) {
        let base_sha = self.git().commit("main").unwrap();
        let spawn = SpawnRow {
            agent: row.name.clone(),
            mark: row.name.to_string(),
            step: Step::Running,
            spawner: ProcessIdentity::own().unwrap(),
            branch: Some("main.api".to_owned()),
            base: Some("main".to_owned()),
            base_sha,
            launch: Launch {
                harness: "claude".to_owned(),
                model: None,
                permission_mode: None,
                permissions: crate::agent::Permissions::default(),
                dir: row.workspace.clone(),
                conversation: Conversation::New { id: String::new() },
            },
            failure: None,
        };
        self.store.reserve(row, &spawn, Caps { children: 9, agents: 9 }).unwrap();
    }

    fn git(&self) -> Git {
        Git::new(Repository::find(&self.root).unwrap(), SEARCH_PATH, None)
    }

    /// The host as a call of this agent sees it.
    fn world(&self, name: &str) -> World {
        let row = self.store.agent(&AgentName::parse(name).unwrap()).unwrap().unwrap();
        let cx = Context {
            agent: Agent {
                name: name.to_owned(),
                role: "dev".to_owned(),
                parent: row.parent.as_ref().map(ToString::to_string),
                branch: None,
                workspace_kind: row.workspace_kind,
                workspace: row.workspace.to_string(),
                harness: "claude".to_owned(),
                depth: row.depth,
            },
            project: Project { root: self.root.to_string(), git_dir: self.root.join(".git").to_string() },
            home: None,
            now_ms: 5,
            trace: String::new(),
            rules: Vec::new(),
            verify: self.config.work.verify.clone(),
            limits: contract::Limits { call_ms: 30_000, wait_ms: 0, message_bytes: 1 << 20 },
        };
        let services = Services {
            store: Arc::clone(&self.store),
            repository: Repository::find(&row.workspace).unwrap(),
            search_path: SEARCH_PATH.to_owned(),
            home: None,
            clock: Clock::new(|| 1_790_000_000_000),
            programs: Vec::new(),
            config: Arc::clone(&self.config),
            roles: Vec::new(),
            surroundings: None,
            listener: None,
        };
        World::new(services, cx, Meter::start(Limits::of_tools(), Stop::default()))
    }

    fn standing(&self) -> Standing {
        done(self.world("root.api").get())
    }

    fn verified(&self, command: &str, failed: bool) {
        done(self.world("root.api").verified(command.to_owned(), failed));
    }

    fn state(&self) -> VerificationState {
        self.standing().verifications[0].state
    }

    fn commit(&self, path: &str, text: &str) -> String {
        put(&self.api().join(path), text.as_bytes());
        git(&self.api(), &["add", "-A"]);
        git(&self.api(), &["commit", "-q", "-m", path]);
        self.git().commit("main.api").unwrap().unwrap()
    }

    fn database(&self) -> Connection {
        Connection::open(self.root.join(".exomonad/state.db")).unwrap()
    }

    fn file(&self, head_sha: &str, state: &str) {
        let insert =
            "INSERT INTO pulls (title, state, head, base, author, head_sha, base_sha, created_ms, updated_ms, body)
                      VALUES ('t', ?2, 'main.api', 'main', 'root.api', ?1, '', 1, 1, '')";
        self.database().execute(insert, [head_sha, state]).unwrap();
    }

    fn review(&self, author: &str, state: &str, commit: &str) {
        let insert = "INSERT INTO reviews (pull, author, human, state, commit_sha, time_ms, body)
                      VALUES (1, ?1, 0, ?2, ?3, 1, '')";
        self.database().execute(insert, [author, state, commit]).unwrap();
    }
}

fn git(dir: &Utf8Path, args: &[&str]) {
    let identity = ["AUTHOR", "COMMITTER"];
    let command = Cmd::new("git", dir, SEARCH_PATH).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null");
    let command = identity.iter().fold(command, |command, who| {
        command.env(&format!("GIT_{who}_NAME"), "t").env(&format!("GIT_{who}_EMAIL"), "t@example.invalid")
    });
    command.env("GIT_CONFIG_NOSYSTEM", "1").text().unwrap();
}

/// Commit ids differ from run to run.
fn check_receipt(standing: &Standing, expected: &Expect) {
    let head: String = standing.head.clone().unwrap().chars().take(8).collect();
    expected.assert_eq(&standing.receipt.replace(&head, "HEAD"));
}

#[test]
fn work_that_has_not_begun_is_clean_and_nothing_is_ahead() {
    let tree = Tree::new(&[]);
    let standing = tree.standing();
    assert_eq!((standing.branch.as_deref(), standing.base.as_deref()), (Some("main.api"), Some("main")));
    assert_eq!((standing.ahead, standing.unpushed, standing.protected), (0, None, false));
    assert_eq!((standing.uncommitted.len(), standing.pull_request.is_none()), (0, true));
    check_receipt(
        &standing,
        &expect![[r#"
        at HEAD on `main.api`, 0 commits over `main`
        everything is committed
        this project names no command that has to pass"#]],
    );
    let lead = done(tree.world("root").get());
    assert_eq!((lead.base, lead.protected, lead.ahead), (None, true, 0));
}

#[test]
fn what_is_not_committed_is_named_and_what_is_ignored_is_not() {
    let tree = Tree::new(&["cargo test"]);
    tree.commit("a", "a");
    put(&tree.api().join("a"), b"b");
    put(&tree.api().join("new"), b"n");
    put(&tree.api().join("ignored"), b"i");
    let standing = tree.standing();
    assert_eq!(standing.uncommitted, ["a", "new"]);
    assert_eq!((standing.uncommitted_count, standing.ahead), (2, 1));
    check_receipt(
        &standing,
        &expect![[r#"
        at HEAD on `main.api`, 1 commit over `main`
        not committed: 2 paths: `a`, `new`
        `cargo test` was never seen to run"#]],
    );
    for number in 0..60 {
        put(&tree.api().join(format!("n{number:02}")), b"n");
    }
    let standing = tree.standing();
    assert_eq!((standing.uncommitted.len(), standing.uncommitted_count), (50, 62));
    assert!(standing.receipt.contains(" and 52 more"), "{}", standing.receipt);
}

#[test]
fn a_command_counts_as_passed_on_the_files_it_ran_on_whoever_commits_them() {
    let tree = Tree::new(&["cargo test"]);
    assert_eq!(tree.state(), VerificationState::Never);
    put(&tree.api().join("new"), b"n");
    let index = std::fs::read(tree.root.join(".git/worktrees/api/index")).unwrap();
    tree.verified("cargo test", false);
    assert_eq!(tree.state(), VerificationState::Passed);
    assert_eq!(std::fs::read(tree.root.join(".git/worktrees/api/index")).unwrap(), index);
    let head = tree.commit("new", "n");
    assert_eq!(tree.state(), VerificationState::Passed, "a commit changes no file");
    put(&tree.api().join("ignored"), b"i");
    assert_eq!(tree.state(), VerificationState::Passed, "an ignored file is none of the work");
    check_receipt(
        &tree.standing(),
        &expect![[r#"
        at HEAD on `main.api`, 1 commit over `main`
        everything is committed
        `cargo test` passed on exactly these files at 2026-09-21T14:13:20Z"#]],
    );

    put(&tree.api().join("new"), b"m");
    assert_eq!(tree.state(), VerificationState::Stale);
    let (author, work) = (AgentName::parse("root.api").unwrap(), &tree.config.work.verify);
    let at = |revision: &str| {
        let files = tree.git().tree(revision).unwrap();
        verifications_of(&tree.store, work, &author, &files).unwrap()[0].state
    };
    assert_eq!((at(&head), at("main")), (VerificationState::Passed, VerificationState::Stale));
    put(&tree.api().join("new"), b"n");
    assert_eq!(tree.state(), VerificationState::Passed, "the files are the same again");
    tree.verified("cargo test", true);
    assert_eq!(tree.state(), VerificationState::Failed);
}

#[test]
fn a_look_at_the_files_leaves_no_object_behind() {
    let tree = Tree::new(&["cargo test"]);
    let count = || Cmd::new("git", &tree.root, SEARCH_PATH).args(["count-objects"]).text().unwrap();
    let before = count();
    put(&tree.api().join("new"), b"never seen before");
    tree.verified("cargo test", false);
    assert_eq!(tree.state(), VerificationState::Passed);
    assert_eq!(count(), before);
}

#[test]
fn only_a_command_that_the_project_asks_for_is_recorded() {
    let tree = Tree::new(&["cargo test"]);
    let refusal = refusal(tree.world("root.api").verified("cargo build".to_owned(), false));
    assert_eq!(refusal.kind, EffectErrorKind::InvalidInput);
    assert_eq!(refusal.message, "`cargo build` is none of the commands in `project.verify`");
    assert_eq!(tree.state(), VerificationState::Never);
}

#[test]
fn a_pull_request_is_known_with_its_commit_and_what_reviewers_last_said_of_it() {
    let tree = Tree::new(&[]);
    let first = tree.commit("a", "a");
    tree.file(&first, "closed");
    let filed = || tree.standing().pull_request.unwrap();
    assert_eq!((filed().number, filed().open, filed().head_sha == first), (1, false, true));
    tree.database().execute("UPDATE pulls SET state = 'open'", []).unwrap();
    let words = || (filed().open, filed().changes_requested, filed().approved);
    assert_eq!(words(), (true, false, false));
    tree.review("root", "changes-requested", &first);
    tree.review("root", "commented", &first);
    tree.review("other", "approved", &first);
    assert_eq!(words(), (true, true, false));
    check_receipt(
        &tree.standing(),
        &expect![[r#"
        at HEAD on `main.api`, 1 commit over `main`
        everything is committed
        pull request #1 is open, at this commit (HEAD); changes are requested
        this project names no command that has to pass"#]],
    );
    tree.review("root", "approved", &first);
    assert_eq!(words(), (true, false, true));
    tree.review("root", "changes-requested", &first);
    tree.commit("b", "b");
    assert_eq!(words(), (true, false, false), "what was asked for may be done since");
    assert_ne!(tree.standing().head, Some(filed().head_sha));
}

#[test]
fn commits_that_no_remote_has_are_counted_where_there_is_a_remote() {
    let tree = Tree::new(&[]);
    let remote = tree.root.with_file_name("remote.git");
    git(&tree.root, &["init", "-q", "--bare", remote.as_str()]);
    git(&tree.root, &["remote", "add", "origin", remote.as_str()]);
    git(&tree.root, &["push", "-q", "origin", "main"]);
    tree.commit("a", "a");
    assert_eq!(tree.standing().unpushed, Some(1));
    git(&tree.api(), &["push", "-q", "origin", "main.api"]);
    assert_eq!(tree.standing().unpushed, Some(0));
}

#[test]
fn the_remote_s_default_branch_is_protected_whatever_its_name() {
    let tree = Tree::new(&[]);
    git(&tree.root, &["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main.api"]);
    assert!(tree.standing().protected);
}

#[test]
fn an_agent_in_its_parent_s_directory_answers_for_no_file_there() {
    let tree = Tree::new(&["cargo test"]);
    let worker = tree.row("root.audit", Some("root"), WorkspaceKind::Shared);
    assert!(tree.store.add_agent(&worker).unwrap());
    put(&tree.root.join("new"), b"n");
    let standing = done(tree.world("root.audit").get());
    assert_eq!((standing.uncommitted_count, standing.ahead, standing.base), (0, 0, None));
    expect![[r#"
        works in its parent's directory: what is changed there may be somebody else's
        `cargo test` was never seen to run"#]]
    .assert_eq(&standing.receipt);
}

#[test]
fn a_detached_checkout_and_one_without_a_commit_have_a_standing() {
    let tree = Tree::new(&["cargo test"]);
    git(&tree.api(), &["checkout", "-q", "--detach"]);
    let standing = tree.standing();
    assert_eq!((standing.branch, standing.head.is_some()), (None, true));
    git(&tree.api(), &["checkout", "-q", "--orphan", "fresh"]);
    tree.verified("cargo test", false);
    let standing = tree.standing();
    assert_eq!((standing.branch.as_deref(), standing.head, standing.ahead), (Some("fresh"), None, 0));
    assert_eq!(standing.verifications[0].state, VerificationState::Passed);
}

#[test]
fn a_message_carries_its_sender_s_receipt_when_it_is_asked_for() {
    let tree = Tree::new(&[]);
    let mut world = tree.world("root.api");
    let send = |world: &mut World, receipt| {
        messages::Host::send(world, "parent".into(), "note".into(), "x".into(), None, receipt)
    };
    let sent = done(send(&mut world, true));
    assert_eq!(sent.receipt, Some(tree.standing().receipt));
    assert_eq!(tree.store.message(&sent.id).unwrap(), Some(sent));
    assert_eq!(done(send(&mut world, false)).receipt, None);
    std::fs::rename(tree.root.join(".git/worktrees/api/HEAD"), tree.root.join("HEAD")).unwrap();
    let unknown = done(send(&mut world, true)).receipt.unwrap();
    assert!(unknown.starts_with("nothing could be found out about the work: "), "{unknown}");
}
