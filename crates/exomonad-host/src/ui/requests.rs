//! Asks a person, and takes the one answer.
//!
//! Rule: whoever ends the row first has decided; everybody else is told how it ended.

use std::time::{Duration, Instant};

use super::{AnswerError, Form, FormError, Values, control, show};
use crate::agent::{AgentName, ProcessIdentity, Site};
use crate::drop_logged;
use crate::store::{RequestDraft, RequestRow, RequestState, Store, StoreError};

/// The longest time without a look at whether the call is still wanted.
const LOOK: Duration = Duration::from_secs(5);

/// What a person is asked, and on whose behalf.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who asks.
    pub asker: &'a AgentName,
    /// What.
    pub form: &'a Form,
    /// The form as it was given.
    pub json: &'a str,
    /// How long to wait.
    pub limit: Duration,
}

/// The call that asks.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// Is asked from time to time whether the answer is still wanted, and told how long it was waited so far.
    pub goes_on: &'a dyn Fn(Duration) -> bool,
    /// Is told the request's id when nobody looks at the project's session, so that it can ask whoever sits at its client.
    pub elicit: &'a dyn Fn(&str),
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The form's values: a JSON object.
    Answered(String),
    /// The person would not answer.
    Declined,
    /// Nobody answered in time.
    TimedOut,
}

/// Why a question came to no end of its own.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The call that asked ended.
    #[error("the call ended before anybody answered")]
    GivenUp,
    /// Somebody ended it: its process was taken for gone.
    #[error("the question was withdrawn")]
    Withdrawn,
    /// The system does not tell who we are.
    #[error("failed to find out which process asks")]
    Process(#[source] std::io::Error),
    /// The database failed.
    #[error("failed to keep the question")]
    Store(#[from] StoreError),
}

/// Asks a person and waits.
///
/// # Errors
/// The database failed, or the answer is not wanted any more: then the question is withdrawn.
pub fn ask(site: &Site, question: &Question<'_>, asker: Asker<'_>) -> Result<Reply, AskError> {
    let begun = Instant::now();
    let waiter = ProcessIdentity::own().map_err(AskError::Process)?;
    let watching = site.store.changes().watch();
    let now_ms = site.clock.now_ms();
    let limit_ms = u64::try_from(question.limit.as_millis()).unwrap_or(u64::MAX);
    let draft = RequestDraft {
        asker: question.asker,
        waiter: &waiter,
        title: &question.form.title,
        form: question.json,
        deadline_ms: now_ms.saturating_add(limit_ms),
    };
    let open = Open { site, id: site.store.open_request(&draft, now_ms)? };
    // Both end when they are dropped.
    let _shown = show::keep(site, &open.id);
    let _control = control::keep(site);
    if !show::is_attended(site) {
        (asker.elicit)(&open.id);
    }
    loop {
        let generation = watching.generation();
        match site.store.request(&open.id)?.map(|row| row.state) {
            Some(RequestState::Open) => {}
            Some(RequestState::Answered(values)) => return Ok(Reply::Answered(values)),
            Some(RequestState::Declined) => return Ok(Reply::Declined),
            Some(RequestState::TimedOut) => return Ok(Reply::TimedOut),
            Some(RequestState::Cancelled) | None => return Err(AskError::Withdrawn),
        }
        let waited = begun.elapsed();
        if !(asker.goes_on)(waited) {
            return Err(AskError::GivenUp);
        }
        let left = question.limit.saturating_sub(waited);
        if left.is_zero() {
            // Whoever was faster has decided; the next look tells how.
            site.store.end_request(&open.id, &RequestState::TimedOut, "timeout", site.clock.now_ms())?;
            continue;
        }
        watching.wait(generation, left.min(LOOK));
    }
}

/// A request that is withdrawn when nobody waits for it any more. One that has ended stays as it is.
struct Open<'a> {
    site: &'a Site,
    id: String,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let is_open = self.site.store.request(&self.id);
        if !is_open.is_ok_and(|row| row.is_some_and(|row| row.state == RequestState::Open)) {
            return;
        }
        let now_ms = self.site.clock.now_ms();
        let ended = self.site.store.end_request(&self.id, &RequestState::Cancelled, "asker-left", now_ms);
        drop_logged(ended, "withdraw a question");
    }
}

/// What a person gives in answer.
#[derive(Debug, Clone, Copy)]
pub enum Given<'a> {
    /// Values of the form.
    Values(&'a Values),
    /// They will not answer.
    Declined,
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// There is no such request.
    #[error("there is no request `{}`", id.escape_debug())]
    NoRequest {
        /// What was asked for.
        id: String,
    },
    /// It has an answer, or needs none any more.
    #[error("request `{id}` is {state} already")]
    Ended {
        /// The request.
        id: String,
        /// How it ended.
        state: &'static str,
    },
    /// The values do not fit the form.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The form was made by another version.
    #[error("the form of request `{id}` cannot be read")]
    Form {
        /// The request.
        id: String,
        /// The cause.
        #[source]
        source: FormError,
    },
    /// The database failed.
    #[error("failed to keep the answer")]
    Store(#[from] StoreError),
}

impl ReplyError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoRequest { .. } | Self::Ended { .. } => {
                Some("see what waits for an answer with `exomonad requests`".to_owned())
            }
            Self::Answer(_) => Some("see the form with `exomonad requests --json`".to_owned()),
            Self::Form { .. } => Some("decline it with `exomonad reply --id ID --cancel`".to_owned()),
            Self::Store(source) => source.hint(),
        }
    }
}

/// The request with this id, which waits for its answer.
///
/// # Errors
/// It does not wait, or the database failed.
pub fn require_open(store: &Store, id: &str, now_ms: u64) -> Result<RequestRow, ReplyError> {
    let row = store.request(id)?.ok_or_else(|| ReplyError::NoRequest { id: id.to_owned() })?;
    if row.state != RequestState::Open {
        return Err(ReplyError::Ended { id: row.id, state: row.state.name() });
    }
    if row.is_orphaned() {
        store.end_request(id, &RequestState::Cancelled, "asker-gone", now_ms)?;
        return Err(ReplyError::Ended { id: row.id, state: RequestState::Cancelled.name() });
    }
    Ok(row)
}

/// The form of a request.
///
/// # Errors
/// It cannot be read.
pub fn form_of(row: &RequestRow) -> Result<Form, ReplyError> {
    Form::parse(&row.form).map_err(|source| ReplyError::Form { id: row.id.clone(), source })
}

/// Answers a request for a person. `by`: the way the answer came. Whoever calls this has seen to it that it is a person's.
///
/// # Errors
/// It does not wait, the values do not fit its form, or the database failed.
pub fn reply(store: &Store, id: &str, given: Given<'_>, by: &str, now_ms: u64) -> Result<(), ReplyError> {
    let row = require_open(store, id, now_ms)?;
    let state = match given {
        Given::Declined => RequestState::Declined,
        Given::Values(values) => {
            RequestState::Answered(serde_json::Value::from(form_of(&row)?.answer(values)?).to_string())
        }
    };
    if store.end_request(id, &state, by, now_ms)? {
        return Ok(());
    }
    // Somebody else was faster.
    require_open(store, id, now_ms).map(drop)
}
