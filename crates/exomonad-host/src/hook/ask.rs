//! Decides a hook.

use std::sync::Arc;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Map, Value};

use super::laps::Laps;
use super::{HookError, record};
use crate::agent::{Facts, Seeker, context, resolve};
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::{Decision, GuestInfo, HookEvent, HookKind, Rule, ToolKind, Verdict};
use crate::drop_logged;
use crate::effects::Services;
use crate::engine::{Guest, GuestSource, Limits};
use crate::git::Repository;
use crate::harness::{Answer, Asked, EventSpec, Harness};
use crate::message::activity::{self, Heard};
use crate::message::{self, HandedOver};
use crate::store::{Activity, AgentRow, HookRecord, Mode, Store, StoreError};
use crate::telemetry::{HookSpan, Refused, Said, Span};

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
    /// Where the agent says in our environment that it takes messages.
    pub messaging_socket: Option<&'a Utf8Path>,
    /// The current directory.
    pub dir: &'a Utf8Path,
    /// The name the launcher gave the agent.
    pub claimed: Option<&'a str>,
    /// The `traceparent` in our environment. It counts where no launcher holds the agent.
    pub traceparent: Option<&'a str>,
    /// Where programs are looked up: a `PATH` value.
    pub search_path: &'a str,
    /// The user's home directory.
    pub home: Option<&'a Utf8Path>,
    /// The user's own configuration file.
    pub user_config: Option<&'a Utf8Path>,
    /// Tells the time.
    pub clock: Clock,
    /// Who decides.
    pub guest: &'a GuestSource,
}

/// What the process does next.
#[derive(Debug)]
pub struct Outcome {
    /// What to print, and the exit code.
    pub answer: Answer,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// The messages in the answer: whoever prints it says whether the harness got it.
    pub handed_over: Option<HandedOver>,
    /// A database whose write-ahead log wants to be tidied up, off this path.
    pub wants_checkpoint: Option<Utf8PathBuf>,
}

/// Answers a hook. Never fails: what goes wrong follows the event's failure class.
#[must_use]
pub fn answer(request: &Request<'_>) -> Outcome {
    let mut laps = Laps::start();
    let harness = request.harness.unwrap_or_else(|| Harness::guess(request.event, request.payload));
    let mut work = Work {
        harness,
        request,
        begun: (request.clock.now_ms().saturating_mul(1000), Instant::now()),
        store: None,
        agent: None,
        span: None,
        warnings: Vec::new(),
        handed_over: None,
    };
    let answer = match work.decide(&mut laps) {
        Ok(answer) => answer,
        Err(err) => work.give_up(&err),
    };
    laps.log();
    let wants_checkpoint =
        work.store.filter(|store| store.wants_checkpoint()).map(|store| store.path().to_owned());
    Outcome { answer, warnings: work.warnings, handed_over: work.handed_over, wants_checkpoint }
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
    /// In microseconds since 1970, and by the process's own clock.
    begun: (u64, Instant),
    store: Option<Arc<Store>>,
    agent: Option<AgentRow>,
    span: Option<HookSpan>,
    warnings: Vec<String>,
    handed_over: Option<HandedOver>,
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
        let opened = Store::open_readable(&repository.database())?;
        let store = Arc::clone(self.store.insert(Arc::new(opened)));
        let row = resolve(&store, &Seeker { claimed: request.claimed, repository: &repository })?;
        self.agent = Some(row.clone());
        self.open_span(&store, &row, &asked);
        laps.lap("database");
        let mut config = Config::load(&state_dir, request.user_config)?;
        // Once a session is enough; `doctor` and `config show` tell them at any time.
        if asked.kind() == HookKind::SessionStart {
            self.warnings.append(&mut config.warnings);
        }
        laps.lap("config");
        let (interests, described) = self.interests(&store, config.limits)?;
        let decision = if interests.wants(&row.role, &config.rules, &asked)? {
            let guest = described.map_or_else(|| request.guest.load(), Ok)?;
            laps.lap("load guest");
            let facts = Facts {
                row: &row,
                repository: &repository,
                harness: self.harness.name(),
                config: &config,
                limits: config.limits,
                home: request.home,
            };
            let decision = self.call(&guest, &facts, &store, &asked)?;
            laps.lap("call guest");
            decision
        } else {
            Decision { verdict: Verdict::Pass, message: None, context: None }
        };
        if let Verdict::Rewrite(input) = &decision.verdict {
            serde_json::from_str::<Map<String, Value>>(input).map_err(HookError::Rewrite)?;
        }
        let mut said = decision.clone();
        self.hand_over(&store, &row, &asked, &mut said);
        laps.lap("messages");
        let answer = self.harness.encode(&asked, &said);
        if let Some(handed_over) = &mut self.handed_over {
            handed_over.keep_what_is_in(&answer, request.clock.now_ms());
        }
        let activity = self.activity(&store, &row, &asked, &said);
        laps.lap("encode");
        let messages = self.handed_over.as_ref().map_or(0, HandedOver::count);
        let data = record::decided(self.harness, &asked, &decision, &answer, messages, laps.total());
        let kind = record::kind(asked.spec.map_or(request.event, |spec| spec.name));
        let span = self.close_span(Some(&asked), Ok(&decision.verdict), &answer);
        self.record(&kind, &data, activity.as_ref(), span.as_ref());
        self.record_stop_block(&store, &row, &asked.hook.event, &decision.verdict);
        if asked.kind() == HookKind::SessionEnd {
            let ended = store.end_trace_by_hand(&row.name, self.now_us());
            drop_logged(ended.map_err(|err| crate::explain(&err)), "end the session's span");
        }
        laps.lap("record");
        Ok(answer)
    }

    /// Tells of an agent that is kept from stopping; the decision stands even when that cannot be kept.
    fn record_stop_block(&mut self, store: &Store, row: &AgentRow, event: &HookEvent, verdict: &Verdict) {
        let (HookEvent::Stop(stop), Verdict::Block(reason)) = (event, verdict) else { return };
        let reason = record::shorten(reason);
        let now_ms = self.request.clock.now_ms();
        let recorded = store.record_stop_block(&row.name, &reason, stop.already_blocked, now_ms);
        if let Err(err) = recorded {
            self.warn_unrecorded(&err);
        }
    }

    /// Has the guest decide.
    fn call(
        &mut self,
        guest: &Guest,
        facts: &Facts<'_>,
        store: &Arc<Store>,
        asked: &Asked,
    ) -> Result<Decision, HookError> {
        let (request, config) = (self.request, facts.config);
        let mut cx = context(facts, request.clock.now_ms());
        let services = Services {
            store: Arc::clone(store),
            repository: facts.repository.clone(),
            search_path: request.search_path.to_owned(),
            home: request.home.map(Utf8Path::to_owned),
            clock: request.clock,
            programs: config.programs.clone(),
            config: Arc::new(config.clone()),
            roles: Vec::new(),
            surroundings: None,
            listener: None,
        };
        let Some(span) = &mut self.span else {
            return Ok(guest.on_hook(services, &cx, &asked.hook, config.limits)?);
        };
        cx.trace = span.context().to_string();
        let call = || guest.on_hook(services, &cx, &asked.hook, config.limits);
        Ok(span.record(facts.row.name.as_str(), call)?)
    }

    /// A hook without a span is decided as any other.
    fn open_span(&mut self, store: &Store, row: &AgentRow, asked: &Asked) {
        match HookSpan::open(store, row, &asked.hook.event, self.request.traceparent, self.begun) {
            Ok(span) => self.span = span,
            Err(err) => tracing::debug!(%err, "this hook has no span"),
        }
    }

    fn close_span(
        &mut self,
        asked: Option<&Asked>,
        decision: Result<&Verdict, Refused>,
        answer: &Answer,
    ) -> Option<Span> {
        let (span, agent) = (self.span.take()?, self.agent.as_ref()?);
        let spec = self.harness.event(self.request.event);
        Some(span.close(&Said {
            agent,
            harness: self.harness.name(),
            event: asked.and_then(|asked| asked.spec).or(spec).map_or("other", |spec| spec.name),
            asked,
            decision,
            messages: self.handed_over.as_ref().map_or(0, HandedOver::count),
            downgrades: answer.downgrades.len(),
        }))
    }

    fn now_us(&self) -> u64 {
        self.request.clock.now_ms().saturating_mul(1000)
    }

    /// What the agent does now, if that is news; the decision stands even when nobody can tell.
    fn activity(
        &mut self,
        store: &Store,
        row: &AgentRow,
        asked: &Asked,
        decision: &Decision,
    ) -> Option<Activity> {
        let socket = self.request.messaging_socket.filter(|_| self.harness.tells_socket());
        let news = activity::news(
            store,
            &Heard {
                agent: row,
                harness: self.harness,
                hook: &asked.hook,
                verdict: &decision.verdict,
                socket: socket.map(Utf8Path::to_owned),
                now_ms: self.request.clock.now_ms(),
            },
        );
        news.unwrap_or_else(|err| {
            self.warn_unrecorded(&err);
            None
        })
    }

    /// Adds the messages that wait for the agent to what it is told; the decision stands even when that fails.
    fn hand_over(&mut self, store: &Arc<Store>, agent: &AgentRow, asked: &Asked, decision: &mut Decision) {
        let now_ms = self.request.clock.now_ms();
        let hook = message::Hook { store, agent, harness: self.harness, asked, now_ms };
        match message::hand_over(&hook, decision) {
            Ok(handed_over) => self.handed_over = handed_over,
            Err(err) => {
                let hint = err.hint().unwrap_or_default();
                self.warnings.push(format!("messages were not handed over and wait: {err}; {hint}"));
            }
        }
    }

    /// The workspace is where the agent was started: the current directory moves when the agent changes it.
    fn directory(&self) -> &Utf8Path {
        let told = self.request.project_dir.filter(|dir| self.harness.tells_project_dir() && dir.is_dir());
        told.unwrap_or(self.request.dir)
    }

    /// What the guest wants to be asked, and the guest itself where it had to be loaded to tell.
    fn interests(&mut self, store: &Store, limits: Limits) -> Result<(Interests, Option<Guest>), HookError> {
        let source = self.request.guest;
        if let Some(text) = store.guest_info(source.hash())? {
            return Ok((serde_json::from_str(&text).map_err(HookError::Describe)?, None));
        }
        let guest = source.load()?;
        let interests = Interests::of(&guest.describe(limits)?);
        let text = serde_json::to_string(&interests).map_err(HookError::Describe)?;
        if let Err(err) = store.set_guest_info(source.hash(), &text) {
            self.warn_unrecorded(&err);
        }
        Ok((interests, Some(guest)))
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
        let answer = self.harness.refuse(spec, &why);
        let refused = Refused { decision: if closed { "deny" } else { "pass" } };
        let span = self.close_span(None, Err(refused), &answer);
        self.record("host.hook-failed", &data, None, span.as_ref());
        answer
    }

    /// The database, for a hook that failed before it came to it.
    fn find_store(&self) -> Option<Arc<Store>> {
        let repository = Repository::find(self.directory()).ok()?;
        Store::open(&repository.database(), Mode::Short).ok().map(Arc::new)
    }

    /// Records the hook; the decision stands even when nobody can be told of it.
    fn record(&mut self, kind: &str, data: &str, activity: Option<&Activity>, span: Option<&Span>) {
        let Some(store) = &self.store else { return };
        let record = HookRecord {
            agent: self.agent.as_ref().map(|agent| &agent.name),
            kind,
            data,
            activity,
            span,
            now_ms: self.request.clock.now_ms(),
        };
        if let Err(err) = store.record_hook(&record) {
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

    fn wants(&self, role: &str, rules: &[Rule], asked: &Asked) -> Result<bool, HookError> {
        let known = self.roles.iter().find(|known| known.role == role);
        let interests = known.ok_or_else(|| HookError::Role { role: role.to_owned() })?;
        if let HookEvent::PreTool(tool) = &asked.hook.event {
            let kinds = &interests.pre_tool_kinds;
            let judged = kinds.is_empty() || kinds.contains(&tool.kind);
            if !judged && !rules.iter().any(|rule| rule.event == "pre-tool") {
                return Ok(false);
            }
        }
        Ok(interests.hooks.contains(&asked.kind()))
    }
}
