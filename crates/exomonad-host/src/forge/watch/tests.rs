//! What is told of pull requests, whatever happens between two looks.

mod cases;
mod random;
mod stand_in;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use camino::Utf8PathBuf;
use serde_json::Value;
use tempfile::TempDir;

use super::news::{Look, Taken, take};
use crate::agent::{AgentName, Conversation, Launch, Permissions, ProcessIdentity, Step};
use crate::contract::WorkspaceKind;
use crate::contract::forge::{CheckState, PullRequestState, Review, ReviewState};
use crate::forge::facts::{CheckFact, CommentFact, PullFacts};
use crate::store::{
    ActOn, AgentRow, AgentState, BegunAct, Caps, EventFilter, Mode, OpenAct, RemoteAct, RemoteFiling,
    Reserved, Sender, SpawnRow, Store, StoreError,
};

const REPOSITORY: &str = "github.com/acme/api";
const HEAD: &str = "main.leaf";

/// A clock that never stands still.
fn now() -> u64 {
    static NOW: AtomicU64 = AtomicU64::new(1_790_000_000_000);
    NOW.fetch_add(10, Ordering::Relaxed)
}

fn leaf() -> AgentName {
    AgentName::parse("leaf").unwrap()
}

/// A database with an agent on `main.leaf`.
struct Book {
    _dir: TempDir,
    path: Utf8PathBuf,
    store: Store,
}

impl Book {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let path = Utf8PathBuf::from_path_buf(dir.path().join("state.db")).unwrap();
        let store = Store::open(&path, Mode::Create).unwrap();
        add_agent(&store, "leaf", HEAD);
        Self { _dir: dir, path, store }
    }

    /// As after the end of the process that had it open.
    fn reopen(&mut self) {
        self.store = Store::open(&self.path, Mode::Short).unwrap();
    }

    /// The agent files it.
    fn file(&self, facts: &PullFacts) {
        let act = self.begin(Sender::Agent(&leaf()), ActOn::Head(HEAD), "");
        let author = leaf();
        let filing = RemoteFiling {
            number: facts.number,
            author: &author,
            title: &facts.title,
            url: &facts.url,
            head: &facts.head,
            head_sha: &facts.head_sha,
            base: &facts.base,
            base_sha: Some(&facts.base_sha),
        };
        self.store.record_remote_filing(&act, &filing, now()).unwrap();
    }

    fn begin(&self, by: Sender<'_>, on: ActOn<'_>, body: &str) -> BegunAct {
        let act = RemoteAct { repository: REPOSITORY, by, on, body };
        self.store.begin_remote_act(&act, &ProcessIdentity::own().unwrap(), now()).unwrap()
    }

    /// Every act so far, as if its process had died.
    fn abandoned(&self) -> Vec<OpenAct> {
        self.store.open_remote_acts(REPOSITORY).unwrap()
    }

    fn look(&self, facts: &PullFacts) -> Result<Taken, StoreError> {
        self.look_after(facts, now(), &[])
    }

    fn look_after(
        &self,
        facts: &PullFacts,
        began_ms: u64,
        abandoned: &[OpenAct],
    ) -> Result<Taken, StoreError> {
        let logs = BTreeMap::new();
        let look = Look { began_ms, abandoned, logs: &logs };
        self.store.change_remote_pulls(REPOSITORY, now(), |book| take(book, &look, facts))
    }

    /// Kind, agent and data of everything that was told.
    fn told(&self) -> Vec<(String, String, Value)> {
        let events = self.store.first_events(&EventFilter::default(), 10_000).unwrap();
        let read = |data: &str| serde_json::from_str(data).unwrap();
        events.into_iter().map(|event| (event.kind, event.agent, read(&event.data))).collect()
    }

    fn kinds(&self) -> Vec<String> {
        self.told().into_iter().map(|(kind, _, _)| kind).collect()
    }

    /// What was told last.
    fn last(&self) -> (String, Value) {
        let (kind, _, data) = self.told().pop().unwrap();
        (kind, data)
    }
}

fn add_agent(store: &Store, agent: &str, branch: &str) {
    let name = AgentName::parse(agent).unwrap();
    let row = AgentRow {
        name: name.clone(),
        role: "dev".to_owned(),
        harness: "claude".to_owned(),
        parent: None,
        workspace_kind: WorkspaceKind::Worktree,
        workspace: format!("/w/{agent}").into(),
        depth: 1,
        state: AgentState::Running,
        created_ms: 1,
    };
    let launch = Launch {
        harness: "claude".to_owned(),
        model: None,
        permission_mode: None,
        permissions: Permissions::default(),
        dir: row.workspace.clone(),
        conversation: Conversation::New { id: "0".to_owned() },
    };
    let spawn = SpawnRow {
        agent: name,
        mark: agent.to_owned(),
        step: Step::Running,
        spawner: ProcessIdentity::own().unwrap(),
        branch: Some(branch.to_owned()),
        base: Some("main".to_owned()),
        base_sha: None,
        launch,
        failure: None,
    };
    let caps = Caps { children: 9, agents: 9 };
    assert_eq!(store.reserve(&row, &spawn, caps).unwrap(), Reserved::Yes);
}

/// An open pull request on which nothing happened.
fn quiet() -> PullFacts {
    PullFacts {
        number: 7,
        title: "Adds it".to_owned(),
        url: "https://github.com/acme/api/pull/7".to_owned(),
        state: PullRequestState::Open,
        head: HEAD.to_owned(),
        head_sha: "head-0".to_owned(),
        base: "main".to_owned(),
        base_sha: "base-0".to_owned(),
        merge_sha: None,
        conflicted: Some(false),
        reviews: Vec::new(),
        comments: Vec::new(),
        checks: Vec::new(),
    }
}

fn review(id: &str, state: ReviewState, body: &str, facts: &PullFacts) -> Review {
    Review {
        id: id.to_owned(),
        author: "maria".to_owned(),
        human: true,
        state,
        body: body.to_owned(),
        commit: facts.head_sha.clone(),
        time_ms: 1,
    }
}

fn comment(id: &str, review: Option<&str>) -> CommentFact {
    CommentFact {
        id: id.to_owned(),
        author: "maria".to_owned(),
        human: true,
        path: review.map(|_| "src/a.rs".to_owned()),
        line: review.map(|_| 7),
        body: format!("about {id}"),
        time_ms: 1,
        review: review.map(str::to_owned),
    }
}

fn check(id: &str, name: &str, state: CheckState) -> CheckFact {
    CheckFact { id: id.to_owned(), name: name.to_owned(), state, url: None }
}
