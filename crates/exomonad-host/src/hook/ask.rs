//! Decides a hook.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value};

use super::context::context;
use super::laps::Laps;
use super::{HookError, record};
use crate::agent::{Seeker, resolve};
use crate::config::Config;
use crate::contract::{Context, Decision, GuestInfo, HookEvent, HookKind, ToolKind, Verdict};
use crate::effects::Services;
use crate::engine::{Guest, GuestError, Limits};
use crate::git::Repository;
use crate::harness::{Answer, Asked, EventSpec, Harness};
use crate::store::{AgentRow, Mode, Store, StoreError};

/// A harness's question, and what the process that was started for it knows.
#[derive(Debug)]
pub struct Request<'a> {
    /// Who asks; absent when the command line did not say.
    pub harness: Option<Harness>,
    /// The event on the command line.
    pub event: &'a str,
    /// What came on standard input.
    pub payload: &'a [u8],
    /// Where the agent was started, if its harness says so in our environment.
    pub project_dir: Option<&'a Utf8Path>,
    /// The current directory.
    pub dir: &'a Utf8Path,
    /// The name the launcher gave the agent.
    pub claimed: Option<&'a str>,
    /// Where programs are looked up: a `PATH` value.
    pub search_path: &'a str,
    /// The user's home directory.
    pub home: Option<&'a Utf8Path>,
    /// The user's own configuration file.
    pub user_config: Option<&'a Utf8Path>,
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// Who decides.
    pub guest: &'a GuestSource,
}

/// The guest, loaded only when a hook needs it.
#[derive(Debug)]
pub enum GuestSource {
    /// The one built into this program.
    Builtin,
    /// One that is loaded already.
    Loaded(Box<Guest>),
}

impl GuestSource {
    fn hash(&self) -> &str {
        match self {
            Self::Builtin => Guest::builtin_hash(),
            Self::Loaded(guest) => guest.hash(),
        }
    }

    fn load(&self) -> Result<Guest, GuestError> {
        match self {
            Self::Builtin => Guest::builtin(),
            Self::Loaded(guest) => Ok(guest.as_ref().clone()),
        }
    }
}

/// What the process does next.
#[derive(Debug)]
pub struct Outcome {
    /// What to print, and the exit code.
    pub answer: Answer,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// A database whose write-ahead log wants to be tidied up, off this path.
    pub wants_checkpoint: Option<Utf8PathBuf>,
}

/// Answers a hook. Never fails: what goes wrong follows the event's failure class.
#[must_use]
pub fn answer(request: &Request<'_>) -> Outcome {
    let mut laps = Laps::start();
    let harness = request.harness.unwrap_or_else(|| Harness::guess(request.event, request.payload));
    let mut work = Work { harness, request, store: None, agent: None, warnings: Vec::new() };
    let answer = match work.decide(&mut laps) {
        Ok(answer) => answer,
        Err(err) => work.give_up(&err),
    };
    laps.log();
    let wants_checkpoint =
        work.store.filter(|store| store.wants_checkpoint()).map(|store| store.path().to_owned());
    Outcome { answer, warnings: work.warnings, wants_checkpoint }
}

/// The answer to a hook whose deadline has passed.
#[must_use]
pub fn late(harness: Option<Harness>, event: &str) -> Answer {
    let harness = harness.unwrap_or_else(|| Harness::guess(event, b""));
    harness.refuse(harness.event(event), &HookError::Late.explain())
}

struct Work<'a> {
    harness: Harness,
    request: &'a Request<'a>,
    store: Option<Arc<Store>>,
    agent: Option<AgentRow>,
    warnings: Vec<String>,
}

impl Work<'_> {
    fn decide(&mut self, laps: &mut Laps) -> Result<Answer, HookError> {
        let request = self.request;
        let mut asked = self.harness.decode(request.event, request.payload)?;
        self.warnings.append(&mut asked.warnings);
        laps.lap("decode");
        let repository = Repository::find(self.directory())?;
        let state_dir = repository.state_dir();
        if !state_dir.is_dir() {
            return Err(HookError::NoProject { root: repository.root });
        }
        laps.lap("find");
        let store = Arc::clone(self.store.insert(self.open(&state_dir.join("state.db"))?));
        let seeker = Seeker { claimed: request.claimed, repository: &repository };
        let row = self.agent.insert(resolve(&store, &seeker)?);
        laps.lap("database");
        let mut config = Config::load(&state_dir, request.user_config)?;
        // Once a session is enough; `doctor` and `config show` tell them at any time.
        if asked.kind() == HookKind::SessionStart {
            self.warnings.append(&mut config.warnings);
        }
        laps.lap("config");
        let cx = context(row, &repository, self.harness, &config, request.home, request.now_ms);
        let services = Services {
            store,
            repository,
            search_path: request.search_path.to_owned(),
            home: request.home.map(Utf8Path::to_owned),
        };
        let decision = self.ask_guest(services, &cx, &asked, config.limits, laps)?;
        if let Verdict::Rewrite(input) = &decision.verdict {
            serde_json::from_str::<Map<String, Value>>(input).map_err(HookError::Rewrite)?;
        }
        let answer = self.harness.encode(&asked, &decision);
        laps.lap("encode");
        let data = record::decided(self.harness, &asked, &decision, &answer, laps.total());
        let name = asked.spec.map_or(request.event, |spec| spec.name);
        self.record(&record::kind(name), &data);
        laps.lap("record");
        Ok(answer)
    }

    /// The workspace is where the agent was started: the current directory moves when the agent changes it.
    fn directory(&self) -> &Utf8Path {
        let told = self.request.project_dir.filter(|dir| self.harness.tells_project_dir() && dir.is_dir());
        told.unwrap_or(self.request.dir)
    }

    /// Opens the database; on a disk that takes no writes it can still be read, so that the guard still decides.
    fn open(&self, path: &Utf8Path) -> Result<Arc<Store>, StoreError> {
        let store = match Store::open(path, Mode::Short) {
            Err(StoreError::ReadOnly(err)) => {
                tracing::warn!(%err, "the database cannot be written; nothing will be recorded");
                Store::open(path, Mode::Frozen)?
            }
            opened => opened?,
        };
        Ok(Arc::new(store))
    }

    /// Asks the guest, unless it said that it has no opinion on such hooks.
    fn ask_guest(
        &mut self,
        services: Services,
        cx: &Context,
        asked: &Asked,
        limits: Limits,
        laps: &mut Laps,
    ) -> Result<Decision, HookError> {
        let source = self.request.guest;
        let mut loaded = None;
        let info = match services.store.guest_info(source.hash())? {
            Some(text) => serde_json::from_str(&text).map_err(HookError::Describe)?,
            None => {
                let guest = loaded.insert(source.load()?);
                let info = guest.describe(limits)?;
                let text = serde_json::to_string(&Interests::of(&info)).map_err(HookError::Describe)?;
                if let Err(err) = services.store.set_guest_info(source.hash(), &text) {
                    self.warn_unrecorded(&err);
                }
                Interests::of(&info)
            }
        };
        if !info.wants(cx, &asked.hook.event, asked.kind())? {
            return Ok(Decision { verdict: Verdict::Pass, message: None, context: None });
        }
        let guest = match loaded {
            Some(guest) => guest,
            None => source.load()?,
        };
        laps.lap("load guest");
        let decision = guest.on_hook(services, cx, &asked.hook, limits)?;
        laps.lap("call guest");
        Ok(decision)
    }

    fn give_up(&mut self, err: &HookError) -> Answer {
        let why = err.explain();
        tracing::error!(harness = self.harness.name(), event = self.request.event, "{why}");
        let spec = self.harness.event(self.request.event);
        let closed = spec.is_some_and(EventSpec::is_guard);
        let data = record::failed(self.harness, self.request.event, &why, closed);
        if self.store.is_none() {
            self.store = self.find_store();
        }
        self.record("host.hook-failed", &data);
        self.harness.refuse(spec, &why)
    }

    /// The database, for a hook that failed before it came to it.
    fn find_store(&self) -> Option<Arc<Store>> {
        let repository = Repository::find(self.directory()).ok()?;
        Store::open(&repository.state_dir().join("state.db"), Mode::Short).ok().map(Arc::new)
    }

    /// Records an event; the decision stands even when nobody can be told of it.
    fn record(&mut self, kind: &str, data: &str) {
        let Some(store) = &self.store else { return };
        let agent = self.agent.as_ref().map_or("", |row| row.name.as_str());
        if let Err(err) = store.record_event(self.request.now_ms, kind, agent, data) {
            self.warn_unrecorded(&err);
        }
    }

    fn warn_unrecorded(&mut self, err: &StoreError) {
        let hint = err.hint().unwrap_or_default();
        let warning = format!("this hook is not recorded: {err}; {hint}");
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// Which hooks each role wants decided.
#[derive(serde::Serialize, serde::Deserialize)]
struct Interests {
    roles: Vec<RoleInterests>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct RoleInterests {
    role: String,
    hooks: Vec<HookKind>,
    pre_tool_kinds: Vec<ToolKind>,
}

impl Interests {
    fn of(info: &GuestInfo) -> Self {
        let roles = info.roles.iter().map(|role| RoleInterests {
            role: role.name.clone(),
            hooks: role.hooks.clone(),
            pre_tool_kinds: role.pre_tool_kinds.clone(),
        });
        Self { roles: roles.collect() }
    }

    fn wants(&self, cx: &Context, event: &HookEvent, kind: HookKind) -> Result<bool, HookError> {
        let role = &cx.agent.role;
        let known = self.roles.iter().find(|known| known.role == *role);
        let interests = known.ok_or_else(|| HookError::Role { role: role.clone() })?;
        if let HookEvent::PreTool(tool) = event {
            let kinds = &interests.pre_tool_kinds;
            let judged = kinds.is_empty() || kinds.contains(&tool.kind);
            if !judged && !cx.rules.iter().any(|rule| rule.event == "pre-tool") {
                return Ok(false);
            }
        }
        Ok(interests.hooks.contains(&kind))
    }
}
