//! Effects of namespace `ui`: questions and notices to the person.

use std::time::Duration;

use serde_json::json;

use super::agents::own_name;
use super::tree::site;
use super::{Caller, Failure, World, error, invalid};
use crate::contract::ui::{Answer, Host};
use crate::contract::{EffectError, EffectErrorKind};
use crate::mux::{self, Sanitized};
use crate::store::{Store, StoreError};
use crate::surroundings::Surroundings;
use crate::ui::{self, AskError, Asker, Form, Question, Reply};

/// The most characters of a notice.
const NOTICE_CHARS: usize = 2000;

/// What the calling agent's client is told while it waits, so that it does not give the call up.
const WAITING: &str = "waiting for the human's answer";

impl Host for World {
    fn ask(&mut self, form: String, timeout_ms: u32) -> Result<Answer, Failure> {
        let limit = Duration::from_millis(timeout_ms.into());
        self.act_waiting("ui.ask", limit, |caller| ask(caller, &form, timeout_ms))
    }

    fn notify(&mut self, text: String) -> Result<(), Failure> {
        self.act("ui.notify", |caller| notify(caller, &text))
    }
}

fn ask(caller: &Caller<'_>, json: &str, timeout_ms: u32) -> Result<Answer, EffectError> {
    if timeout_ms == 0 {
        return Err(invalid("`timeout-ms` is at least 1"));
    }
    let form = Form::parse(json).map_err(|err| invalid(err.to_string()))?;
    let site = site(caller)?;
    if caller.time_left.is_zero() {
        return Err(EffectError {
            hint: Some("a tool waits for `limits.wait_ms` of the configuration in all".to_owned()),
            ..error(EffectErrorKind::Timeout, "this call may not wait for a person any longer")
        });
    }
    let asker = own_name(caller)?;
    let question = Question { asker: &asker, form: &form, json, limit: caller.time_left };
    let listener = caller.services.listener.as_ref();
    let goes_on = |waited: Duration| {
        if let Some(listener) = listener {
            listener.progress(waited.as_secs_f64(), Some(caller.time_left.as_secs_f64()), Some(WAITING));
        }
        !caller.stop.waits_no_more()
    };
    let elicit = |id: &str| {
        if let Some(listener) = listener {
            listener.elicit(id, &form);
        }
    };
    let reply = ui::ask(&site, &question, Asker { goes_on: &goes_on, elicit: &elicit });
    match reply {
        Ok(Reply::Answered(values)) => Ok(Answer::Answered(values)),
        Ok(Reply::Declined) => Ok(Answer::Declined),
        Ok(Reply::TimedOut) => Ok(Answer::TimedOut),
        Err(AskError::Store(err)) => Err(err.into()),
        Err(err @ (AskError::GivenUp | AskError::Withdrawn)) => {
            Err(error(EffectErrorKind::Conflict, crate::explain(&err)))
        }
        Err(err @ AskError::Process(_)) => Err(error(EffectErrorKind::Failed, crate::explain(&err))),
    }
}

/// Records the notice, and shows it where the project's session can show one.
fn notify(caller: &Caller<'_>, text: &str) -> Result<(), EffectError> {
    require_notice(text)?;
    let services = caller.services;
    let data = json!({ "text": text }).to_string();
    services.store.record_event(services.clock.now_ms(), "ui.notified", caller.agent(), &data)?;
    // A hook is not to wait for a multiplexer.
    let Some(surroundings) = &services.surroundings else { return Ok(()) };
    Ok(show_notice(&services.store, surroundings, caller.agent(), text)?)
}

/// Refuses a notice that nobody could read.
pub(crate) fn require_notice(text: &str) -> Result<(), EffectError> {
    if Sanitized::new(text).as_str().is_empty() || text.chars().count() > NOTICE_CHARS {
        return Err(invalid(format!("a notice has 1 to {NOTICE_CHARS} characters")));
    }
    Ok(())
}

/// Shows a notice where the project's session can show one.
pub(crate) fn show_notice(
    store: &Store,
    surroundings: &Surroundings,
    agent: &str,
    text: &str,
) -> Result<(), StoreError> {
    if let Some(address) = store.terminal()? {
        let line = Sanitized::new(&format!("{agent}: {}", Sanitized::new(text).as_str()).replace('\n', " "));
        let notified = mux::open(address, surroundings).notify(&line);
        crate::drop_logged(notified.map_err(|err| crate::explain(&err)), "show a notice");
    }
    Ok(())
}
