//! Spawns a developer for one thing.

use exomonad_sdk::agents::SpawnPlan;
use exomonad_sdk::prompt::{Profile, Prompt};
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::Deserialize;

use super::plan::{PermissionMode, permissions, place_text, plan, prompt_text, require_slug, subtree_kind};
use super::sent::require_text;
use super::spawned::{Spawned, sentence};
use crate::roles::DEV;

/// The tool `spawn_leaf_subtree`.
pub(crate) struct SpawnLeafSubtree;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// All that the agent has to know and do, and which checks must pass: it does not see your conversation.
    #[schemars(length(min = 1))]
    task: String,
    /// Its name, and the last part of its branch, which begins with yours: 1 to 50 of `a-z A-Z 0-9 _ -`.
    #[schemars(length(min = 1, max = 50))]
    branch_name: String,
    /// How much it may do without being asked; your project's configuration decides when left out.
    permission_mode: Option<PermissionMode>,
    /// What it may do without being asked, such as `Bash(cargo test:*)` or `Edit(src/**)`.
    #[serde(default)]
    allowed_tools: Vec<String>,
    /// What it may not do at all. This wins over everything that allows.
    #[serde(default)]
    disallowed_tools: Vec<String>,
    /// Gives it a repository of its own, without a way up to the rest of the project. You take its commits from there.
    #[serde(default)]
    standalone_repo: bool,
    /// The program it runs in: `claude`, `gemini`, or one of the configuration; your project decides when left out.
    harness: Option<String>,
    /// That program's name of a model; its own choice when left out.
    model: Option<String>,
}

impl Tool for SpawnLeafSubtree {
    type Args = Args;
    type Output = Spawned;

    const NAME: &'static str = "spawn_leaf_subtree";
    const TITLE: &'static str = "Spawn a developer";
    const DESCRIPTION: &'static str = "\
Spawns a developer for one thing that needs no further splitting: an agent with its own git worktree and branch. It begins \
from your last commit, so commit first what it builds on. Returns when it is at work; what it reports comes to your `inbox`.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: false, open_world: true };

    fn call(host: &mut dyn Host, _: &Context, args: Args) -> Result<Spawned, ToolError> {
        Ok(Spawned::from(host.agents_spawn(&plan_of(args)?)?))
    }

    fn text(spawned: &Spawned) -> String {
        sentence(spawned)
    }
}

fn plan_of(args: Args) -> Result<SpawnPlan, ToolError> {
    require_text("task", &args.task)?;
    require_slug("branch_name", &args.branch_name)?;
    let prompt =
        Prompt::default().task(&args.task).raw(place_text(args.standalone_repo)).profile(Profile::Leaf);
    let text = prompt_text(&prompt)?;
    Ok(SpawnPlan {
        harness: args.harness,
        model: args.model,
        permissions: permissions(&[&args.allowed_tools], &[&args.disallowed_tools])?,
        permission_mode: args.permission_mode.map(PermissionMode::name),
        ..plan(DEV, subtree_kind(args.standalone_repo), &args.branch_name, text)
    })
}
