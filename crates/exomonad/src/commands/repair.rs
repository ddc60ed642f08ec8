//! `exomonad repair`.

use crate::cli::RepairArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

pub(crate) fn run(_: &Env, _: &Output, _: &RepairArgs) -> anyhow::Result<Exit> {
    Err(problem("not there yet", "wait for it"))
}
