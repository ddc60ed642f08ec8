//! `exomonad doctor`.
use crate::{env::Env, exit::Exit, output::Output};
pub(crate) fn run(_: &Env, _: &Output, _: &crate::cli::DoctorArgs) -> anyhow::Result<Exit> { Ok(Exit::Ok) }
