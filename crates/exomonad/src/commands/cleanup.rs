//! `exomonad cleanup`.

use crate::cli::CleanupArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

pub(crate) fn run(_: &Env, _: &Output, _: &CleanupArgs) -> anyhow::Result<Exit> {
    Err(problem("not there yet", "wait for it"))
}
