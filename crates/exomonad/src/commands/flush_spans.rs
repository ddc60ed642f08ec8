//! `exomonad flush-spans`: started by the launcher of a harness that ended, when there may be no sidecar any more that would.

use exomonad_host::{explain, telemetry};

use super::project::require_site;
use crate::cli::FlushSpansArgs;
use crate::env::Env;
use crate::exit::Exit;

pub(crate) fn run(env: &Env, args: &FlushSpansArgs) -> anyhow::Result<Exit> {
    let site = require_site(&Env { dir: args.dir.clone(), ..env.clone() })?;
    if let Err(err) = telemetry::flush(&site) {
        tracing::warn!("spans wait for the next sidecar: {}", explain(&*err));
    }
    Ok(Exit::Ok)
}
