//! What the guest can ask for. One file a namespace of `wit/`; a missing handler does not compile.
//!
//! Every effect goes through `World::act`, which counts it, bounds it by the call's time and traces it.

mod agents;
mod events;
mod forge;
mod fs;
mod git;
mod kv;
mod log;
mod messages;
mod process;
mod resolve;
mod session;
mod tree;
mod ui;
mod work;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use self::events::require_event;
pub(crate) use self::ui::{require_notice, show_notice};
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::log::Level;
use crate::contract::{Context, EffectError, EffectErrorKind, types};
use crate::engine::{Meter, Stop};
use crate::git::Repository;
use crate::store::{Store, StoreError};
use crate::surroundings::Surroundings;
use crate::telemetry::step;
use crate::ui::Form;

/// What the host works with on behalf of a caller.
#[derive(Debug, Clone)]
pub struct Services {
    /// The project's database.
    pub store: Arc<Store>,
    /// The caller's checkout.
    pub repository: Repository,
    /// Where programs are looked up: a `PATH` value.
    pub search_path: String,
    /// The user's home directory.
    pub home: Option<Utf8PathBuf>,
    /// Tells the time.
    pub clock: Clock,
    /// The programs that `process.run` may start.
    pub programs: Vec<String>,
    /// What is configured.
    pub config: Arc<Config>,
    /// The roles of the guest: what an agent can be spawned as.
    pub roles: Vec<String>,
    /// The process that calls; absent where no agent may be started or ended, as in a hook.
    pub surroundings: Option<Arc<Surroundings>>,
    /// Whoever waits for the call and may want to hear of it before it ends.
    pub listener: Option<Arc<dyn Listener>>,
}

/// Hears what a call says while it runs.
pub trait Listener: fmt::Debug + Send + Sync {
    /// How far the call is.
    fn progress(&self, done: f64, total: Option<f64>, message: Option<&str>);

    /// What the guest logged. `fields` is a JSON object, or empty.
    fn log(&self, level: Level, message: &str, fields: &str);

    /// Brings a question before the person it serves, where it can. The answer goes where every answer to a question goes.
    fn elicit(&self, request: &str, form: &Form);
}

/// The host, as one call of the guest sees it.
pub struct World {
    caller: Option<(Services, Context)>,
    meter: Meter,
    reacts: bool,
}

/// What a reaction to an event returns instead of doing it.
const RETURNED: &[&str] = &["events.emit", "messages.send", "ui.notify", "ui.ask"];

/// How an effect ends when it does not succeed.
pub enum Failure {
    /// The guest is told.
    Refused(EffectError),
    /// The call ends.
    Ended(wasmtime::Error),
}

/// On whose behalf an effect is performed, and how long it may take.
pub(crate) struct Caller<'a> {
    pub(crate) services: &'a Services,
    pub(crate) cx: &'a Context,
    pub(crate) time_left: Duration,
    /// Ends the call; an effect that waits looks at it.
    pub(crate) stop: &'a Stop,
}

impl Caller<'_> {
    fn workspace(&self) -> &Utf8Path {
        &self.services.repository.workspace
    }

    fn agent(&self) -> &str {
        &self.cx.agent.name
    }
}

impl World {
    pub(crate) fn new(services: Services, cx: Context, meter: Meter) -> Self {
        Self { caller: Some((services, cx)), meter, reacts: false }
    }

    /// For a reaction to an event: what it wants done it returns, so that all of it is done once.
    pub(crate) fn reacting(services: Services, cx: Context, meter: Meter) -> Self {
        Self { reacts: true, ..Self::new(services, cx, meter) }
    }

    /// As [`World::act`], for an effect that waits: for at most `limit` and for what the call may still wait, which is its
    /// caller's `time_left`.
    fn act_waiting<T>(
        &mut self,
        effect: &'static str,
        limit: Duration,
        perform: impl FnOnce(&Caller<'_>) -> Result<T, EffectError>,
    ) -> Result<T, Failure> {
        let time_left = limit.min(self.meter.wait_left());
        let begun = Instant::now();
        let result = self.act(effect, |caller| perform(&Caller { time_left, ..*caller }));
        self.meter.count_waiting(begun.elapsed());
        result
    }

    /// For a call on nobody's behalf: every effect is refused.
    pub(crate) fn none(meter: Meter) -> Self {
        Self { caller: None, meter, reacts: false }
    }

    pub(crate) fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    fn act<T>(
        &mut self,
        effect: &'static str,
        perform: impl FnOnce(&Caller<'_>) -> Result<T, EffectError>,
    ) -> Result<T, Failure> {
        self.meter.count_effect().map_err(|over| Failure::Ended(over.into()))?;
        let span = tracing::debug_span!("effect", effect);
        let _entered = span.enter();
        let Some((services, cx)) = &self.caller else {
            return Err(Failure::Refused(error(
                EffectErrorKind::Unavailable,
                "`describe` may not ask for effects",
            )));
        };
        if self.reacts && RETURNED.contains(&effect) {
            return Err(Failure::Refused(EffectError {
                hint: Some("return the action `emit`, `send` or `notify`".to_owned()),
                ..error(
                    EffectErrorKind::Unavailable,
                    format!("a reaction to an event does not ask for `{effect}`"),
                )
            }));
        }
        let (time_left, stop) = (self.meter.time_left(), self.meter.stop());
        let step = step("effect", effect);
        let result = perform(&Caller { services, cx, time_left, stop });
        result.map_err(|err| {
            step.fail(word(err.kind));
            tracing::debug!(kind = ?err.kind, message = %err.message, "refused");
            Failure::Refused(err)
        })
    }
}

impl types::Host for World {
    fn convert_effect_error(&mut self, failure: Failure) -> wasmtime::Result<EffectError> {
        match failure {
            Failure::Refused(error) => Ok(error),
            Failure::Ended(error) => Err(error),
        }
    }
}

/// The contract's word for why an effect did not succeed.
fn word(kind: EffectErrorKind) -> &'static str {
    match kind {
        EffectErrorKind::NotFound => "not-found",
        EffectErrorKind::InvalidInput => "invalid-input",
        EffectErrorKind::Conflict => "conflict",
        EffectErrorKind::PermissionDenied => "permission-denied",
        EffectErrorKind::Unavailable => "unavailable",
        EffectErrorKind::Timeout => "timeout",
        EffectErrorKind::Failed => "failed",
    }
}

fn error(kind: EffectErrorKind, message: impl Into<String>) -> EffectError {
    EffectError { kind, message: message.into(), hint: None }
}

fn invalid(message: impl Into<String>) -> EffectError {
    error(EffectErrorKind::InvalidInput, message)
}

impl From<StoreError> for EffectError {
    fn from(err: StoreError) -> Self {
        let kind = match err {
            StoreError::Locked(_) => EffectErrorKind::Timeout,
            StoreError::NoMessage { .. } | StoreError::NoPull { .. } => EffectErrorKind::NotFound,
            StoreError::Missing { .. }
            | StoreError::Damaged(_)
            | StoreError::ReadOnly(_)
            | StoreError::TooNew { .. }
            | StoreError::Unknown { .. }
            | StoreError::Directory { .. }
            | StoreError::Sqlite(_) => EffectErrorKind::Failed,
        };
        Self { kind, message: err.to_string(), hint: err.hint() }
    }
}

#[cfg(test)]
mod tests;
