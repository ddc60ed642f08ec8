//! Spawns a tech lead for a part of the work.

use exomonad_sdk::agents::SpawnPlan;
use exomonad_sdk::prompt::{Profile, Prompt};
use exomonad_sdk::{Context, Host, Tool, ToolError, ToolHints};
use schemars::JsonSchema;
use serde::Deserialize;

use super::plan::{
    PermissionMode, permissions, place_text, plan, prompt_text, require_inside, require_slug, subtree_kind,
};
use super::sent::require_text;
use super::spawned::{Spawned, sentence};
use crate::roles::TL;

/// The tool `spawn_subtree`.
pub(crate) struct SpawnSubtree;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Args {
    /// All that the agent has to know and do: it does not see your conversation unless `fork_session` is set.
    #[schemars(length(min = 1))]
    task: String,
    /// Its name, and the last part of its branch, which begins with yours: 1 to 50 of `a-z A-Z 0-9 _ -`.
    #[schemars(length(min = 1, max = 50))]
    branch_name: String,
    /// Lets it begin with a copy of your conversation, where its harness can.
    #[serde(default)]
    fork_session: bool,
    /// How much it may do without being asked; your project's configuration decides when left out.
    permission_mode: Option<PermissionMode>,
    /// What it may do without being asked, such as `Bash(cargo test:*)` or `Edit(src/**)`.
    #[serde(default)]
    allowed_tools: Vec<String>,
    /// What it may not do at all. This wins over everything that allows.
    #[serde(default)]
    disallowed_tools: Vec<String>,
    /// The directory of its workspace in which it starts, relative to the top, such as `crates/parser`.
    working_dir: Option<String>,
    /// More rules, beside `allowed_tools` and `disallowed_tools`.
    permissions: Option<Rules>,
    /// Gives it a repository of its own, without a way up to the rest of the project. You take its commits from there.
    #[serde(default)]
    standalone_repo: bool,
    /// The program it runs in: `claude`, `gemini`, or one of the configuration; your project decides when left out.
    harness: Option<String>,
    /// That program's name of a model; its own choice when left out.
    model: Option<String>,
}

#[derive(Deserialize, JsonSchema, Default)]
struct Rules {
    /// As `allowed_tools`.
    #[serde(default)]
    allow: Vec<String>,
    /// As `disallowed_tools`.
    #[serde(default)]
    deny: Vec<String>,
}

impl Tool for SpawnSubtree {
    type Args = Args;
    type Output = Spawned;

    const NAME: &'static str = "spawn_subtree";
    const TITLE: &'static str = "Spawn a lead";
    const DESCRIPTION: &'static str = "\
Spawns a tech lead for a part of the work that is to be split further: an agent with its own git worktree and branch, which \
can spawn agents itself. It begins from your last commit, so commit first. Returns when it is at work; what it reports comes \
to your `inbox`.";
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
    if let Some(dir) = &args.working_dir {
        require_inside("working_dir", dir)?;
    }
    if args.fork_session && args.standalone_repo {
        let message = "`fork_session` would take all that you know into the standalone repository";
        return Err(ToolError::new(message)
            .with_hint("set one of the two, and write into `task` what it has to know"));
    }
    let rules = args.permissions.unwrap_or_default();
    let allow = [args.allowed_tools.as_slice(), &rules.allow];
    let deny = [args.disallowed_tools.as_slice(), &rules.deny];
    let mut prompt = Prompt::default().task(&args.task).raw(place_text(args.standalone_repo));
    if args.fork_session {
        prompt = prompt.raw(FORKED);
    }
    let text = prompt_text(&prompt.profile(Profile::TechLead))?;
    Ok(SpawnPlan {
        harness: args.harness,
        model: args.model,
        permissions: permissions(&allow, &deny)?,
        permission_mode: args.permission_mode.map(PermissionMode::name),
        directory: args.working_dir,
        fork_session: args.fork_session,
        ..plan(TL, subtree_kind(args.standalone_repo), &args.branch_name, text)
    })
}

const FORKED: &str = "\
## WHAT CAME BEFORE
A conversation before this message is your parent's, not yours. Its paths lead into your parent's directory, and its files \
may have changed: use paths relative to your own, and read a file again before you change it.";
