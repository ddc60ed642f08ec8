//! The project's terminal session, and the lead in it: finds out what is there, and makes what is missing.
//!
//! Rules this file keeps: a live session is ended only when one of this project's panes is in it and the caller says so; no
//! lead is started beside one that may run.

mod error;

use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

pub use self::error::LeadError;
use super::{AgentFiles, AgentName, AgentView, Site, stop, view_agent, view_agents};
use crate::config::Config;
use crate::git::Repository;
use crate::mux::{self, Address, Multiplexer, MuxChoice, MuxKind, Pane, PaneSpec, SessionState};
use crate::store::{AgentState, EventFilter, RunId, Store};
use crate::surroundings::Surroundings;

/// How long the lead's launcher may take to start the harness. Only its own failure ends the wait sooner.
const START_LIMIT: Duration = Duration::from_secs(20);

/// What is known before anything is made.
#[derive(Debug, Clone, Copy)]
pub struct SessionGround<'a> {
    /// The project's repository.
    pub repository: &'a Repository,
    /// What is configured.
    pub config: &'a Config,
    /// The process that acts.
    pub surroundings: &'a Surroundings,
    /// The project's database; absent before it is made.
    pub store: Option<&'a Store>,
    /// Milliseconds since 1970.
    pub now_ms: u64,
}

/// Which session the user wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionWish {
    /// In which multiplexer; absent: what is configured, else the one it is in.
    pub mux: Option<MuxChoice>,
    /// Its name; absent: what is configured, else the one it has.
    pub name: Option<String>,
    /// A live one is ended, and made anew.
    pub recreate: bool,
}

/// What the lead's tab runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadProgram {
    /// The lead's harness.
    Harness,
    /// A shell: absolute.
    Shell(Utf8PathBuf),
}

/// What there is, and so what is to be done.
#[derive(Debug)]
pub struct SessionPlan {
    /// The session.
    pub mux: Box<dyn Multiplexer>,
    /// What is done about it.
    pub act: SessionAct,
    /// The live session that is ended first.
    ending: Option<Box<dyn Multiplexer>>,
}

/// What is done about the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionAct {
    /// There is none, or one that zellij only remembers: it is made.
    Make,
    /// It runs, and so does the lead, or may.
    Keep,
    /// It runs, and the lead's tab is opened in it.
    AddLead,
    /// A live one is ended with these agents in it, and then it is made.
    Remake {
        /// Who runs in it; the deepest first.
        running: Vec<AgentName>,
    },
}

/// What came of starting the lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadStart {
    /// Its harness runs.
    Started,
    /// Its harness could not be started.
    Failed {
        /// Why, as far as its launcher told; its terminal shows it, too.
        why: Option<String>,
    },
    /// Its launcher did not say so in time.
    Silent,
}

/// Looks which session there is, and decides what is to be done. Changes nothing.
///
/// # Errors
/// The session is somebody else's, another one of this project runs, or the multiplexer cannot be driven.
pub fn plan_session(ground: SessionGround<'_>, wish: &SessionWish) -> Result<SessionPlan, LeadError> {
    let known = ground.store.map(Store::terminal).transpose()?.flatten();
    let mux = mux::open(address(ground, wish, known.as_ref()), ground.surroundings);
    let views = match ground.store {
        Some(store) => view_agents(store, ground.now_ms)?,
        None => Vec::new(),
    };
    if let Some(known) = known.as_ref().filter(|known| *known != mux.address()) {
        let other = mux::open(known.clone(), ground.surroundings);
        if is_alive(&*other)? && has_pane_of_ours(&*other, &views)? {
            if !wish.recreate {
                return Err(LeadError::Another { address: known.clone() });
            }
            require_free(&*mux)?;
            require_outside(&*other, ground.surroundings)?;
            return Ok(remake(mux, other, &views));
        }
    }
    if !is_alive(&*mux)? {
        return Ok(SessionPlan { mux, act: SessionAct::Make, ending: None });
    }
    // That we once had a session of the name is reason enough to open a tab in it, and none to end it.
    let is_known = known.as_ref() == Some(mux.address()) && !wish.recreate;
    if !is_known && !has_pane_of_ours(&*mux, &views)? {
        return Err(LeadError::Foreign { address: mux.address().clone() });
    }
    if wish.recreate {
        require_outside(&*mux, ground.surroundings)?;
        let same = mux::open(mux.address().clone(), ground.surroundings);
        return Ok(remake(mux, same, &views));
    }
    let lead = views.iter().find(|view| view.row.name == AgentName::root());
    let is_there = match lead {
        Some(lead) => may_run(lead) || has_pane_of_ours(&*mux, std::slice::from_ref(lead))?,
        None => false,
    };
    Ok(SessionPlan { mux, act: if is_there { SessionAct::Keep } else { SessionAct::AddLead }, ending: None })
}

/// The session that is meant: what the user says, else what is configured, else the one there is, else our own choice.
fn address(ground: SessionGround<'_>, wish: &SessionWish, known: Option<&Address>) -> Address {
    let agents = &ground.config.agents;
    let configured = Some(agents.mux).filter(|choice| *choice != MuxChoice::Auto);
    let mux = match (wish.mux.or(configured), known) {
        (Some(choice), _) => mux::choose(choice, ground.surroundings),
        (None, Some(known)) => known.mux,
        (None, None) => mux::choose(MuxChoice::Auto, ground.surroundings),
    };
    let known = known.filter(|known| known.mux == mux);
    let named = wish.name.clone().or_else(|| agents.session.clone());
    let session = named
        .or_else(|| known.map(|known| known.session.clone()))
        .unwrap_or_else(|| mux::session_name(&ground.repository.root));
    let socket = known.filter(|known| known.session == session).and_then(|known| known.socket.clone());
    Address { mux, session, socket }
}

fn is_alive(mux: &dyn Multiplexer) -> Result<bool, LeadError> {
    Ok(matches!(mux.state()?, SessionState::Alive { .. }))
}

fn require_free(mux: &dyn Multiplexer) -> Result<(), LeadError> {
    if is_alive(mux)? {
        return Err(LeadError::Foreign { address: mux.address().clone() });
    }
    Ok(())
}

/// A session that ends takes with it whoever asked for that from inside.
fn require_outside(mux: &dyn Multiplexer, surroundings: &Surroundings) -> Result<(), LeadError> {
    let address = mux.address();
    let is_inside = match address.mux {
        MuxKind::Zellij => surroundings.variable("ZELLIJ_SESSION_NAME") == Some(&address.session),
        MuxKind::Headless => surroundings.variable("EXOMONAD_AGENT").is_some(),
        MuxKind::Tmux => {
            let server = surroundings.variable("TMUX").and_then(|value| value.split(',').next());
            let pane = surroundings.variable("TMUX_PANE");
            server == address.socket.as_ref().map(|socket| socket.as_str())
                && mux.panes()?.iter().any(|info| Some(info.pane.as_str()) == pane)
        }
    };
    if is_inside {
        return Err(LeadError::Inside { address: address.clone() });
    }
    Ok(())
}

/// Whether a pane of one of these agents is in the session. Sessions of other projects may have its name.
fn has_pane_of_ours(mux: &dyn Multiplexer, views: &[AgentView]) -> Result<bool, LeadError> {
    for pane in views.iter().filter_map(|view| view.pane.as_ref()) {
        if pane.address == *mux.address() && mux.find(pane)?.is_some_and(|info| !info.ended) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn remake(mux: Box<dyn Multiplexer>, ending: Box<dyn Multiplexer>, views: &[AgentView]) -> SessionPlan {
    let is_in = |view: &&AgentView| view.pane.as_ref().is_some_and(|pane| pane.address == *ending.address());
    let mut inside: Vec<_> = views.iter().filter(|view| may_run(view)).filter(is_in).collect();
    inside.sort_by_key(|view| std::cmp::Reverse(view.row.depth));
    let running = inside.into_iter().map(|view| view.row.name.clone()).collect();
    SessionPlan { mux, act: SessionAct::Remake { running }, ending: Some(ending) }
}

/// Whether an agent that we started runs, or may.
fn may_run(view: &AgentView) -> bool {
    matches!(view.state, AgentState::Starting | AgentState::Running) && view.run.is_some()
}

/// Does what was planned. Returns the lead's pane when it was opened.
///
/// # Errors
/// An agent does not end, or the multiplexer failed; what was there before stays, but for agents that were to be ended.
pub fn open_session(
    site: &Site,
    plan: &SessionPlan,
    program: &LeadProgram,
) -> Result<Option<Pane>, LeadError> {
    let spec = LeadTab::new(site, program);
    let pane = match &plan.act {
        SessionAct::Keep => return Ok(None),
        SessionAct::AddLead => {
            keep_environment(site)?;
            plan.mux.open_tab(&spec.as_pane(site))?
        }
        SessionAct::Make => {
            keep_environment(site)?;
            plan.mux.create(&spec.as_pane(site))?
        }
        SessionAct::Remake { running } => {
            for name in running {
                stop(site, name)?;
            }
            if let Some(ending) = &plan.ending {
                ending.end()?;
            }
            keep_environment(site)?;
            plan.mux.create(&spec.as_pane(site))?
        }
    };
    site.store.set_terminal(Some(&pane.address))?;
    site.store.set_pane(&AgentName::root(), Some(&pane))?;
    Ok(Some(pane))
}

/// What the lead's tab is told.
struct LeadTab {
    argv: Vec<String>,
    log: Utf8PathBuf,
}

impl LeadTab {
    fn new(site: &Site, program: &LeadProgram) -> Self {
        let argv = match program {
            LeadProgram::Harness => site.launcher(&AgentName::root()),
            LeadProgram::Shell(shell) => vec![shell.to_string()],
        };
        let files = AgentFiles::new(&site.repository.state_dir(), &AgentName::root());
        Self { argv, log: files.terminal_log() }
    }

    fn as_pane<'a>(&'a self, site: &'a Site) -> PaneSpec<'a> {
        let dir = &site.repository.root;
        PaneSpec { title: "root", dir, argv: &self.argv, env: &[], log: Some(&self.log) }
    }
}

/// Hands the lead's launcher this process's environment: a multiplexer's server has that of whoever started it.
fn keep_environment(site: &Site) -> Result<(), LeadError> {
    let files = AgentFiles::new(&site.repository.state_dir(), &AgentName::root());
    let claimed = if files.dir.is_dir() { Ok(()) } else { files.claim(AgentName::root().as_str()) };
    let kept = claimed.and_then(|()| files.write_environment(&site.surroundings.inheritable()));
    kept.map_err(|source| LeadError::Files { dir: files.dir, source })
}

/// The lead's latest run, for [`await_lead`].
///
/// # Errors
/// The database failed.
pub fn lead_run(site: &Site) -> Result<Option<RunId>, LeadError> {
    Ok(site.store.latest_run(&AgentName::root())?.map(|run| run.id))
}

/// Waits until the lead's launcher has started the harness in a later run than `before`, or has failed to.
///
/// # Errors
/// The database failed.
pub fn await_lead(site: &Site, before: Option<RunId>) -> Result<LeadStart, LeadError> {
    let watching = site.store.changes().watch();
    let begun = Instant::now();
    loop {
        let seen = watching.generation();
        let view = view_agent(&site.store, &AgentName::root(), site.clock.now_ms())?;
        if let Some(view) = view
            && let Some(run) = view.run.as_ref().filter(|run| Some(run.id) > before)
        {
            if view.state == AgentState::Failed {
                return Ok(LeadStart::Failed { why: failure(site)? });
            }
            if run.harness.is_some() {
                return Ok(LeadStart::Started);
            }
        }
        let Some(left) = START_LIMIT.checked_sub(begun.elapsed()) else { return Ok(LeadStart::Silent) };
        watching.wait(seen, left);
    }
}

/// What the lead's launcher told last of a failure.
fn failure(site: &Site) -> Result<Option<String>, LeadError> {
    let filter = EventFilter {
        kinds: vec!["agent.failed".to_owned()],
        agents: vec![AgentName::root().to_string()],
        after: 0,
    };
    let event = site.store.last_events(&filter, 1)?.pop();
    let data = event.and_then(|event| serde_json::from_str::<serde_json::Value>(&event.data).ok());
    Ok(data.and_then(|data| data.get("error")?.as_str().map(str::to_owned)))
}

/// Why zellij's sockets may go missing under a running session; absent where they are safe.
#[must_use]
pub fn socket_risk(mux: MuxKind, surroundings: &Surroundings) -> Option<&'static str> {
    let is_set = |name| surroundings.variable(name).is_some();
    let at_risk = mux == MuxKind::Zellij && !is_set("XDG_RUNTIME_DIR") && !is_set("ZELLIJ_SOCKET_DIR");
    at_risk.then_some(
        "XDG_RUNTIME_DIR is not set, so zellij keeps its sockets below the temporary directory, where a cleaner may delete \
         them and another shell may not find them; set it to a directory of yours",
    )
}
