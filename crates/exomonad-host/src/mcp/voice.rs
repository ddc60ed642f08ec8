//! What a call tells the client before it ends: progress, and what the guest logs.
//!
//! Messages go straight to the outbox, from the call's own thread, so that they leave before the call's reply does.

use std::sync::{Mutex, PoisonError};

use rmcp::model::ProgressToken;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::elicit::Question;
use super::outbox::Outbox;
use crate::contract::log::Level;
use crate::drop_logged;
use crate::effects::Listener;
use crate::engine::Stop;
use crate::ui::Form;

/// The voice of one call.
#[derive(Debug)]
pub(super) struct Voice {
    outbox: Outbox,
    wants: Mutex<Wants>,
    questions: UnboundedSender<Question>,
    stop: Stop,
    heard: Mutex<Heard>,
}

/// What the client wants to hear of a call.
#[derive(Debug, Clone, Default)]
pub(super) struct Wants {
    /// Progress, by this token.
    pub(super) progress: Option<ProgressToken>,
    /// What the guest logs, from this level on.
    pub(super) level: Option<Level>,
}

/// What the client was told.
#[derive(Debug, Default)]
struct Heard {
    progress: Option<f64>,
    missed: bool,
}

impl Voice {
    /// A voice that nobody hears yet.
    pub(super) fn new(outbox: Outbox, questions: UnboundedSender<Question>, stop: Stop) -> Self {
        Self { outbox, wants: Mutex::default(), questions, stop, heard: Mutex::default() }
    }

    /// Speaks to whoever waits for the call from now on.
    pub(super) fn speak_to(&self, wants: Wants) {
        *self.wants.lock().unwrap_or_else(PoisonError::into_inner) = wants;
    }

    fn wants(&self) -> Wants {
        self.wants.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A client that reads slowly misses what it can miss; a cancelled call has nothing more to say.
    fn say(&self, method: &str, params: &Value) {
        if self.stop.is_stopped() {
            return;
        }
        if self.outbox.is_full() {
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            if !std::mem::replace(&mut heard.missed, true) {
                tracing::warn!("the client reads too slowly; it misses progress and log messages");
            }
            return;
        }
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        drop_logged(self.outbox.send(&message), "tell the client of a call");
    }
}

impl Listener for Voice {
    fn progress(&self, done: f64, total: Option<f64>, message: Option<&str>) {
        let Some(token) = self.wants().progress else { return };
        {
            let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let grows = heard.progress.is_none_or(|before| done > before);
            if !grows || !done.is_finite() {
                return;
            }
            heard.progress = Some(done);
        }
        let mut params = Map::new();
        params.insert("progressToken".to_owned(), json!(token));
        params.insert("progress".to_owned(), json!(done));
        if let Some(total) = total.filter(|total| total.is_finite()) {
            params.insert("total".to_owned(), json!(total));
        }
        if let Some(message) = message {
            params.insert("message".to_owned(), message.into());
        }
        self.say("notifications/progress", &Value::Object(params));
    }

    fn log(&self, level: Level, message: &str, fields: &str) {
        if self.wants().level.is_none_or(|least| rank(level) < rank(least)) {
            return;
        }
        let data = match serde_json::from_str::<Map<String, Value>>(fields) {
            Ok(fields) if !fields.is_empty() => {
                let mut data = Map::from_iter([("message".to_owned(), Value::from(message))]);
                data.extend(fields.into_iter().filter(|(name, _)| name != "message"));
                Value::Object(data)
            }
            Ok(_) | Err(_) => message.into(),
        };
        let params = json!({ "level": name(level), "logger": "guest", "data": data });
        self.say("notifications/message", &params);
    }

    fn elicit(&self, request: &str, form: &Form) {
        drop_logged(self.questions.send(Question::new(request, form)), "ask the client's person");
    }
}

fn rank(level: Level) -> u8 {
    match level {
        Level::Debug => 0,
        Level::Info => 1,
        Level::Warn => 2,
        Level::Error => 3,
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warning",
        Level::Error => "error",
    }
}
