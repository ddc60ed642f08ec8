//! `exomonad agent-run`.

use crate::cli::AgentRunArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

pub(crate) fn run(_: &Env, _: &Output, _: &AgentRunArgs) -> anyhow::Result<Exit> {
    Err(problem("not there yet", "wait for it"))
}
