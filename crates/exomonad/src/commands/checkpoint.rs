//! `exomonad checkpoint`: started by a hook that saw the write-ahead log grow, so that no hook waits for a disk flush.

use exomonad_host::store::{Mode, Store};

use crate::cli::CheckpointArgs;
use crate::exit::Exit;

pub(crate) fn run(args: &CheckpointArgs) -> anyhow::Result<Exit> {
    Store::open(&args.database, Mode::Short)?.checkpoint()?;
    Ok(Exit::Ok)
}
