//! `exomonad init`.
use crate::{env::Env, exit::Exit, output::Output};
pub(crate) fn run(env: &Env, _: &Output, _: &crate::cli::InitArgs) -> anyhow::Result<Exit> { 
 let r=super::project::require_repository(env)?;
 exomonad_host::project::create(&r, exomonad_host::harness::Harness::Claude, super::project::now_ms())?; Ok(Exit::Ok) }
