//! What a spawn will make, drawn up before anything is made.

use camino::{Utf8Path, Utf8PathBuf};
use uuid::Uuid;

use super::check::check;
use super::choice::{Program, choose, conversation};
use super::{SpawnError, SpawnRequest, Step, settings};
use crate::agent::workspace::{self, WorkspacePlan};
use crate::agent::{AgentFiles, AgentName, Launch, ProcessIdentity, Site};
use crate::harness::Harness;
use crate::store::{AgentRow, AgentState, SpawnRow};

/// A spawn to carry out.
#[derive(Debug)]
pub(super) struct Order<'a> {
    /// The agent's row.
    pub(super) row: AgentRow,
    /// Its journal.
    pub(super) spawn: SpawnRow,
    /// Its workspace.
    pub(super) plan: WorkspacePlan,
    /// What it runs in.
    pub(super) program: Program<'a>,
    /// What is given up, in sentences.
    pub(super) notes: Vec<String>,
}

/// Draws a spawn up; whatever can be known to be wrong before anything is made, is.
pub(super) fn draw_up<'a>(
    site: &'a Site,
    parent: &AgentName,
    request: &SpawnRequest,
) -> Result<Order<'a>, SpawnError> {
    let parent = require_parent(site, parent)?;
    let name = check(site, &parent, request)?;
    let choice = choose(site, request)?;
    let kind = request.workspace_kind;
    let ground = workspace::survey(site, kind)?;
    let mark = Uuid::new_v4().to_string();
    let plan = workspace::plan(site, &name, &request.slug, kind, ground, &mark)?;
    let (conversation, lost) = conversation(site, &parent.name, request, choice.program)?;
    let mut notes: Vec<String> = lost.into_iter().collect();
    if matches!(choice.program, Program::Known(Harness::Gemini)) {
        notes.extend(request.gemini_lost.iter().cloned());
    }
    if matches!(choice.program, Program::Known(Harness::Codex)) && !request.permissions.claude.is_empty() {
        notes.push("Codex has no rules for tools: those of the request are left out, and its sandbox and approvals hold".to_owned());
    }
    let launch = Launch {
        harness: choice.name.clone(),
        model: choice.model,
        permission_mode: choice.permission_mode,
        permissions: request.permissions.clone(),
        dir: start_dir(&plan.path, request.directory.as_deref()),
        conversation,
    };
    let spawner = ProcessIdentity::own().map_err(SpawnError::io("tell which process this is"))?;
    let spawn = SpawnRow {
        agent: name.clone(),
        mark,
        step: Step::Reserved,
        spawner,
        branch: plan.branch.clone(),
        base: plan.ground.as_ref().map(|ground| ground.base.clone()),
        base_sha: plan.ground.as_ref().map(|ground| ground.base_sha.clone()),
        launch,
        failure: None,
    };
    let row = AgentRow {
        name,
        role: request.role.clone(),
        harness: choice.name,
        depth: parent.depth + 1,
        parent: Some(parent.name),
        workspace_kind: kind,
        workspace: plan.path.clone(),
        state: AgentState::Starting,
        created_ms: site.clock.now_ms(),
    };
    let files = AgentFiles::new(&site.repository.state_dir(), &row.name);
    settings::check(site, &row, &spawn.launch, choice.program, &files)?;
    Ok(Order { row, spawn, plan, program: choice.program, notes })
}

impl Order<'_> {
    /// The directory in which the harness starts has come with the workspace, and lies inside it.
    pub(super) fn require_directory(&self) -> Result<(), SpawnError> {
        let dir = &self.spawn.launch.dir;
        let real = dir.canonicalize_utf8();
        if real.is_ok_and(|real| real.is_dir() && real.starts_with(&self.plan.path)) {
            return Ok(());
        }
        let hint = "name one that is committed, or leave it out";
        Err(SpawnError::invalid(format!("there is no directory `{dir}` in the workspace"), hint))
    }
}

fn require_parent(site: &Site, name: &AgentName) -> Result<AgentRow, SpawnError> {
    let Some(row) = site.store.agent(name)? else {
        let message = format!("this project has no agent `{name}`");
        return Err(SpawnError::invalid(message, "see who is there with `exomonad ps`"));
    };
    let here = &site.repository.workspace;
    if row.workspace != *here {
        let message = format!("agent `{name}` works in `{}`, not in `{here}`", row.workspace);
        return Err(SpawnError::invalid(message, "spawn from its own workspace"));
    }
    Ok(row)
}

fn start_dir(workspace: &Utf8Path, directory: Option<&str>) -> Utf8PathBuf {
    directory.map_or_else(|| workspace.to_owned(), |directory| workspace.join(directory))
}
