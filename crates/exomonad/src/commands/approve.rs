//! `exomonad approve`.

use crate::cli::ApproveArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

pub(crate) fn run(_: &Env, _: &Output, _: &ApproveArgs) -> anyhow::Result<Exit> {
    Err(problem("not there yet", "wait for it"))
}
