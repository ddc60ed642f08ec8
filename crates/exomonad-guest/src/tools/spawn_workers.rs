//! Spawns workers in the caller's own directory.

use exomonad_sdk::agents::SpawnPlan;
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints, WorkspaceKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::{PermissionMode, permissions, plan, prompt_text, require_slug};
use super::spawned::{Refused, Spawned, refusal, sentence};
use super::worker_spec::{WorkerSpec, worker_prompt};
use crate::roles::WORKER;

/// The tool `spawn_workers`.
pub(crate) struct SpawnWorkers;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// One worker each.
    #[schemars(length(min = 1))]
    specs: Vec<WorkerSpec>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Workers {
    /// Those at work now.
    spawned: Vec<Spawned>,
    /// Those that could not be spawned.
    errors: Vec<Refused>,
}

impl Tool for SpawnWorkers {
    type Args = Args;
    type Output = Workers;

    const NAME: &'static str = "spawn_workers";
    const TITLE: &'static str = "Spawn workers";
    const DESCRIPTION: &'static str = "\
Spawns workers for quick jobs in your own directory and on your branch: to find something out, to check something, to change a \
few files that nobody else touches meanwhile. They commit nothing. One that cannot be spawned does not stop the others. Returns \
when all are at work; what they report comes to your `inbox`.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: false, open_world: true };

    fn call(host: &mut dyn Host, _: &Context, args: Args) -> Result<Workers, ToolError> {
        if args.specs.is_empty() {
            return Err(ToolError::new("argument `specs` names no worker"));
        }
        let count = |number: usize| u32::try_from(number).map(f64::from).ok();
        let mut workers = Workers { spawned: Vec::new(), errors: Vec::new() };
        let total = count(args.specs.len());
        for (done, spec) in args.specs.into_iter().enumerate() {
            host.progress(count(done).unwrap_or_default(), total, Some(&format!("spawning `{}`", spec.name)));
            let name = spec.name.clone();
            match spawn(host, spec) {
                Ok(spawned) => workers.spawned.push(spawned),
                Err(error) => workers.errors.push(Refused::new(name, error)),
            }
        }
        Ok(workers)
    }

    fn text(workers: &Workers) -> String {
        let spawned = workers.spawned.iter().map(sentence);
        let errors = workers.errors.iter().map(refusal);
        spawned.chain(errors).collect::<Vec<_>>().join("\n")
    }
}

fn spawn(host: &mut dyn Host, spec: WorkerSpec) -> Result<Spawned, ToolError> {
    require_slug("name", &spec.name)?;
    let prompt = worker_prompt(host, &spec)?;
    let plan = SpawnPlan {
        harness: spec.harness,
        model: spec.model,
        permissions: permissions(&[&spec.allowed_tools], &[&spec.disallowed_tools])?,
        permission_mode: spec.permission_mode.map(PermissionMode::name),
        ..plan(WORKER, WorkspaceKind::Shared, &spec.name, prompt_text(&prompt)?)
    };
    Ok(Spawned::from(host.agents_spawn(&plan)?))
}
