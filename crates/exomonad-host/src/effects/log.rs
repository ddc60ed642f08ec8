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
            if let Some(listener) = &caller.services.listener {
                listener.log(level, &message, &fields);
            }
            Ok(())
        });
        unanswered(written)
    }

    fn progress(&mut self, done: f64, total: Option<f64>, message: Option<String>) -> wasmtime::Result<()> {
        let told = self.act("log.progress", |caller| {
            if let Some(listener) = &caller.services.listener {
                listener.progress(done, total, message.as_deref());
            }
            Ok(())
        });
        unanswered(told)
    }
}

/// These effects have no reply that could tell of a refusal.
fn unanswered(result: Result<(), Failure>) -> wasmtime::Result<()> {
    match result {
        Ok(()) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Ended(error)) => Err(error),
    }
}
