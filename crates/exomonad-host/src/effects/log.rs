//! Effects of namespace `log`.

use super::{Failure, World};
use crate::contract::log::{Host, Level};

impl Host for World {
    fn write(&mut self, level: Level, message: String, fields: String) -> wasmtime::Result<()> {
        let written = self.act("log.write", |caller| {
            let agent = caller.agent();
            match level {
                Level::Debug => tracing::debug!(target: "guest", agent, fields, "{message}"),
                Level::Info => tracing::info!(target: "guest", agent, fields, "{message}"),
                Level::Warn => tracing::warn!(target: "guest", agent, fields, "{message}"),
                Level::Error => tracing::error!(target: "guest", agent, fields, "{message}"),
            }
            Ok(())
        });
        match written {
            Ok(()) | Err(Failure::Refused(_)) => Ok(()),
            Err(Failure::Ended(error)) => Err(error),
        }
    }
}
