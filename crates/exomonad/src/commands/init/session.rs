//! The session's part of `init`: says what is there, asks before anything ends, makes what is missing, and goes there.

use std::sync::Arc;

use exomonad_host::agent::{
    AgentName, LeadProgram, LeadStart, SessionAct, SessionGround, SessionPlan, SessionWish, Site, await_lead,
    lead_run, open_session, plan_session, socket_risk,
};
use exomonad_host::config::Config;
use exomonad_host::git::Repository;
use exomonad_host::mux::{Multiplexer, MuxKind, Pane};
use exomonad_host::store::{Mode, Store};

use crate::cli::InitArgs;
use crate::commands::project::{now_ms, site};
use crate::commands::terminal::{go, way_problem};
use crate::commands::words::quoted;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, has_terminal, problem};

/// What the user types to come back.
const ATTACH: &str = "exomonad attach";
/// The lead's role, whose harness can be configured.
const LEAD_ROLE: &str = "tl";

/// What will be done about the session.
pub(super) struct Planned {
    plan: SessionPlan,
    lead_harness: Option<String>,
}

impl Planned {
    /// Looks what is there.
    pub(super) fn new(
        env: &Env,
        output: &Output,
        repository: &Repository,
        args: &InitArgs,
    ) -> anyhow::Result<Self> {
        let config = Config::load(&repository.state_dir(), env.user_config().as_deref())?;
        for warning in &config.warnings {
            output.warn(warning);
        }
        let database = repository.database();
        let store = database.is_file().then(|| Store::open(&database, Mode::Short)).transpose()?;
        let ground = SessionGround {
            repository,
            config: &config,
            surroundings: &env.surroundings,
            store: store.as_ref(),
            now_ms: now_ms(),
        };
        let wish = SessionWish { mux: args.mux, name: args.session.clone(), recreate: args.recreate };
        let plan = plan_session(ground, &wish)?;
        if let Some(risk) = socket_risk(plan.mux.address().mux, &env.surroundings) {
            output.warn(risk);
        }
        confirm(output, &plan, args)?;
        let lead_harness = config.agents.roles.get(LEAD_ROLE).and_then(|role| role.harness.clone());
        Ok(Self { plan, lead_harness })
    }

    /// Says what would be done.
    pub(super) fn say(&self, output: &Output) {
        let session = name(&*self.plan.mux);
        let text = match &self.plan.act {
            SessionAct::Make => format!("{session} would be made, with the lead in it"),
            SessionAct::Keep => format!("{session} would stay as it is"),
            SessionAct::AddLead => format!("the lead would get a new tab in {session}"),
            SessionAct::Remake { running } if running.is_empty() => {
                format!("the session that runs would end, and {session} would be made")
            }
            SessionAct::Remake { running } => {
                let names = quoted(running.iter().map(AgentName::as_str));
                format!("the session that runs would end with {names}, and {session} would be made")
            }
        };
        output.say(Mark::ToDo, &text);
    }

    /// Does it, and takes the user there.
    pub(super) fn carry_out(
        self,
        env: &Env,
        output: &Output,
        repository: Repository,
        args: &InitArgs,
    ) -> anyhow::Result<Exit> {
        let store = Arc::new(Store::open(&repository.database(), Mode::Short)?);
        if let Some(harness) = &self.lead_harness {
            store.set_agent_harness(&AgentName::root(), harness)?;
        }
        let site = site(env, repository, store)?;
        let program = match args.shell {
            true => LeadProgram::Shell(env.shell.clone().unwrap_or_else(|| "/bin/sh".into())),
            false => LeadProgram::Harness,
        };
        let before = lead_run(&site)?;
        let opened = open_session(&site, &self.plan, &program)?;
        self.tell(output, opened.is_some());
        let mux = &*self.plan.mux;
        let problem = way_problem(env, mux.address(), ATTACH);
        if args.no_attach || problem.is_some() {
            if opened.is_some() && program == LeadProgram::Harness && !starts(output, &site, before)? {
                return Ok(Exit::Failed);
            }
            if let Some((message, _)) = problem.filter(|_| !args.no_attach) {
                output.say(Mark::Nothing, &format!("not attached: {message}"));
            }
            output.say(Mark::Next, &format!("go there: `{ATTACH}`; see who is there: `exomonad tree`"));
            return Ok(Exit::Ok);
        }
        Err(go(env, mux, entrance(&site, mux, opened)?.as_ref()))
    }

    fn tell(&self, output: &Output, opened: bool) {
        let session = name(&*self.plan.mux);
        let (mark, text) = match &self.plan.act {
            SessionAct::Keep => (Mark::Nothing, format!("{session} runs already")),
            SessionAct::AddLead => (Mark::Done, format!("the lead has a new tab in {session}")),
            SessionAct::Make => (Mark::Done, format!("{session} is made")),
            SessionAct::Remake { .. } => (Mark::Done, format!("{session} is made anew")),
        };
        output.say(if opened { mark } else { Mark::Nothing }, &text);
    }
}

/// Waits for the lead's harness, and says so when it does not come.
fn starts(output: &Output, site: &Site, before: Option<exomonad_host::store::RunId>) -> anyhow::Result<bool> {
    match await_lead(site, before)? {
        LeadStart::Started => {
            output.say(Mark::Done, "the lead is at work");
            Ok(true)
        }
        LeadStart::Failed { why } => {
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            output.say(Mark::Wrong, &format!("the lead could not be started{why}"));
            output.say(Mark::Next, "see why: `exomonad screen root`");
            Ok(false)
        }
        LeadStart::Silent => {
            output.warn("the lead has not said yet that it runs; `exomonad screen root` shows its terminal");
            Ok(true)
        }
    }
}

/// Where one enters: a new lead's tab; in a session without a frame around its panes, the lead's anyway.
fn entrance(site: &Site, mux: &dyn Multiplexer, opened: Option<Pane>) -> anyhow::Result<Option<Pane>> {
    match (opened, mux.address().mux) {
        (Some(pane), _) => Ok(Some(pane)),
        (None, MuxKind::Headless) => Ok(site.store.pane(&AgentName::root())?),
        (None, MuxKind::Tmux | MuxKind::Zellij) => Ok(None),
    }
}

/// Asks before a session that runs is ended.
fn confirm(output: &Output, plan: &SessionPlan, args: &InitArgs) -> anyhow::Result<()> {
    let SessionAct::Remake { running } = &plan.act else { return Ok(()) };
    if args.yes || args.dry_run {
        return Ok(());
    }
    let whom = match running.len() {
        0 => "no agent runs in it".to_owned(),
        _ => format!("these agents run in it: {}", quoted(running.iter().map(AgentName::as_str))),
    };
    output.warn(&format!("a session of this project runs; {whom}. What they made stays where it is"));
    if !has_terminal() {
        return Err(problem(
            "the session runs, and there is no terminal to ask whether it may end",
            "say so with `--yes`",
        ));
    }
    if output.ask("End it?")? {
        return Ok(());
    }
    Err(problem("the session was left as it was", "attach to it with `exomonad attach`"))
}

/// The session, in words.
fn name(mux: &dyn Multiplexer) -> String {
    let address = mux.address();
    format!("{} session `{}`", address.mux.name(), address.session)
}
