//! `exomonad log`.

use crate::cli::LogArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

pub(crate) fn run(_: &Env, _: &Output, _: &LogArgs) -> anyhow::Result<Exit> {
    Err(problem("not there yet", "wait for it"))
}
