//! `exomonad screen`.

use crate::cli::ScreenArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

pub(crate) fn run(_: &Env, _: &Output, _: &ScreenArgs) -> anyhow::Result<Exit> {
    Err(problem("not there yet", "wait for it"))
}
