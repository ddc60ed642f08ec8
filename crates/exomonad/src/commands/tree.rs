//! `exomonad tree`.

use crate::cli::PsArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

pub(crate) fn run(_: &Env, _: &Output, _: &PsArgs) -> anyhow::Result<Exit> {
    Err(problem("not there yet", "wait for it"))
}
