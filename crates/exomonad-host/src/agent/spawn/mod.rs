//! Spawns an agent: a saga. Each step is journaled before it is done, and undone in reverse when a later one fails.
//!
//! Rules this room keeps: nothing is made before the agent's row is on the disk; what stood there before is a conflict, and
//! is never removed; what is undone is recognised by the spawn's mark, never by its name alone.

use std::cell::RefCell;

mod check;
mod choice;
mod error;
mod order;
mod settings;
mod start;
mod step;
mod undo;

pub use self::error::SpawnError;
use self::order::Order;
pub(super) use self::start::{Start, await_start};
pub use self::step::Step;
pub(super) use self::undo::undo;
use super::launch::Permissions;
use super::workspace::WorkspacePlan;
use super::{AgentFiles, AgentName, Site, workspace};
use crate::contract::WorkspaceKind;
use crate::store::{AgentRow, Caps, Reserved};
use crate::{drop_logged, telemetry};

/// An agent to be.
#[derive(Debug, Clone, PartialEq)]
pub struct SpawnRequest {
    /// A role of the guest; whoever asks has checked that there is one.
    pub role: String,
    /// `claude`, `gemini`, `codex`, or a harness of the configuration; absent: what is configured for the role.
    pub harness: Option<String>,
    /// The harness's own name of a model; absent: what is configured for the role, else the harness's own choice.
    pub model: Option<String>,
    /// What kind of workspace it gets.
    pub workspace_kind: WorkspaceKind,
    /// Names it among its siblings.
    pub slug: String,
    /// Its first prompt.
    pub prompt: String,
    /// Tool rules.
    pub permissions: Permissions,
    /// What of the rules Gemini CLI cannot be told, in sentences.
    pub gemini_lost: Vec<String>,
    /// A permission mode, in Claude Code's words.
    pub permission_mode: Option<String>,
    /// Where in the workspace the harness starts, relative to its top.
    pub directory: Option<String>,
    /// Start from the parent's conversation.
    pub fork_session: bool,
}

/// Follows a spawn, and can end it.
pub trait Follower {
    /// The next step begins; an error undoes what was done so far.
    ///
    /// # Errors
    /// The spawn is not wanted any more.
    fn begin(&self, step: Step) -> Result<(), SpawnError>;

    /// Whether the spawn is not wanted any more. Asked again and again while a step waits.
    fn gives_up(&self) -> bool;
}

/// An agent that was spawned.
#[derive(Debug, Clone, PartialEq)]
pub struct Spawned {
    /// Its row.
    pub agent: AgentRow,
    /// What was given up, in sentences.
    pub notes: Vec<String>,
}

/// Spawns an agent below `parent`, whose checkout the site's repository is, and returns once its harness was started.
///
/// # Errors
/// The request is wrong, something is in its way, or a step failed. Nothing of it is left then, unless the error says so.
pub fn spawn(
    site: &Site,
    parent: &AgentName,
    request: &SpawnRequest,
    follower: &dyn Follower,
) -> Result<Spawned, SpawnError> {
    let order = order::draw_up(site, parent, request)?;
    follower.begin(Step::Reserved)?;
    reserve(site, &order)?;
    let unfinished = Unfinished { site, order: &order, armed: true };
    plant(site, &order, parent);
    match carry_out(site, &order, request, follower) {
        Ok(notes) => {
            unfinished.disarm();
            note_spawned(site, &order);
            let agent = site.store.agent(&order.row.name)?.unwrap_or(order.row);
            Ok(Spawned { agent, notes })
        }
        Err(err) => Err(unfinished.undo(err)),
    }
}

fn reserve(site: &Site, order: &Order<'_>) -> Result<(), SpawnError> {
    let agents = &site.config.agents;
    let caps = Caps { children: agents.max_children, agents: agents.max_agents };
    let cap = |message, key| Err(SpawnError::Cap { message, key });
    match site.store.reserve(&order.row, &order.spawn, caps)? {
        Reserved::Yes => Ok(()),
        Reserved::Taken => {
            let name = &order.row.name;
            let hint =
                format!("choose another slug, or see what it does with `exomonad ps` and clean `{name}` up");
            Err(SpawnError::conflict(format!("there is an agent `{name}` already"), hint))
        }
        Reserved::TooManyChildren => {
            let (key, max) = ("agents.max_children", caps.children);
            cap(format!("an agent may have {max} children, and this one has them: `{key}` is {max}"), key)
        }
        Reserved::TooManyAgents => {
            let (key, max) = ("agents.max_agents", caps.agents);
            cap(format!("the project may have {max} agents, and has them: `{key}` is {max}"), key)
        }
    }
}

/// Puts the agent's session below the call that spawns it; where nobody records that, below the spawner's session.
fn plant(site: &Site, order: &Order<'_>, parent: &AgentName) {
    let now_us = site.clock.now_ms().saturating_mul(1000);
    telemetry::tell("gen_ai.agent.name", order.row.name.as_str());
    let below = telemetry::current()
        .map_or_else(|| site.store.require_trace(parent, None, now_us).map(|row| row.session), Ok);
    let planted = below.and_then(|below| site.store.plant_trace(&order.row.name, &below, now_us));
    drop_logged(planted.map_err(|err| crate::explain(&err)), "put the agent's session into a trace");
}

/// Does every step after the reservation; returns what was given up.
fn carry_out(
    site: &Site,
    order: &Order<'_>,
    request: &SpawnRequest,
    follower: &dyn Follower,
) -> Result<Vec<String>, SpawnError> {
    let under_way = RefCell::new(None);
    let begin = |step: Step| {
        site.store.set_spawn_step(&order.row.name, step)?;
        // The step before ends first.
        drop(under_way.take());
        under_way.replace(Some(telemetry::step("spawn", step.name())));
        follower.begin(step)
    };
    let files = AgentFiles::new(&site.repository.state_dir(), &order.row.name);
    let has_own = order.row.workspace_kind != WorkspaceKind::Shared;
    let mut notes = order.notes.clone();

    begin(Step::Workspace)?;
    files.claim(&order.spawn.mark).map_err(SpawnError::io(format!("make `{}`", files.dir)))?;
    if has_own {
        workspace::make(site, &order.plan)?;
    }
    order.require_directory()?;
    begin(Step::Include)?;
    if has_own {
        notes.extend(workspace::include(site, &order.plan)?);
        notes.extend(submodules_left_out(&order.plan));
    }
    begin(Step::Setup)?;
    if has_own {
        workspace::set_up(site, &order.plan, &|| follower.gives_up())?;
    }
    begin(Step::Settings)?;
    settings::write(site, order, &files)?;
    begin(Step::Prompt)?;
    files.write_prompt(&request.prompt).map_err(SpawnError::io("write the prompt"))?;
    files
        .write_environment(&site.surroundings.inheritable())
        .map_err(SpawnError::io("write the environment"))?;
    begin(Step::Pane)?;
    let pane = start::open_pane(site, &order.row, &order.spawn.launch.dir, &mut notes)?;
    begin(Step::Running)?;
    start::require_start(site, &order.row.name, &pane, &|| follower.gives_up())?;
    Ok(notes)
}

/// Git checks no submodule out in a new workspace, and fetching one needs a network.
fn submodules_left_out(plan: &WorkspacePlan) -> Option<String> {
    let has_some = plan.path.join(".gitmodules").is_file();
    let note = "the repository has submodules, which are not checked out in the workspace; `git submodule update --init` there fetches them";
    has_some.then(|| note.to_owned())
}

fn note_spawned(site: &Site, order: &Order<'_>) {
    let row = &order.row;
    let data = serde_json::json!({
        "parent": row.parent.as_ref().map(AgentName::as_str), "role": row.role, "harness": row.harness,
    });
    let name = row.name.as_str();
    let recorded = site.store.record_event(site.clock.now_ms(), "agent.spawned", name, &data.to_string());
    crate::drop_logged(recorded.map_err(|err| crate::explain(&err)), "record a spawn");
}

/// A spawn that has its name and is not done: undone unless it is disarmed, whatever ends it.
struct Unfinished<'a> {
    site: &'a Site,
    order: &'a Order<'a>,
    armed: bool,
}

impl Unfinished<'_> {
    fn disarm(mut self) {
        self.armed = false;
    }

    /// Undoes it; the error tells what is left.
    fn undo(mut self, err: SpawnError) -> SpawnError {
        self.armed = false;
        let reason = crate::explain(&err);
        let left = match undo(self.site, &self.order.row, &self.order.spawn, &reason) {
            Ok(left) => left,
            Err(failed) => vec![crate::explain(&failed)],
        };
        if left.is_empty() { err } else { SpawnError::Left { source: Box::new(err), left } }
    }
}

impl Drop for Unfinished<'_> {
    /// Gets here armed only in a panic.
    fn drop(&mut self) {
        if self.armed {
            let undone = undo(self.site, &self.order.row, &self.order.spawn, "the spawn panicked");
            crate::drop_logged(undone.map_err(|err| crate::explain(&err)), "undo a spawn");
        }
    }
}
