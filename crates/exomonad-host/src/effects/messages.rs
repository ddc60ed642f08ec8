//! Effects of namespace `messages`.

use super::planned::unavailable;
use super::{Caller, Failure, World, agents, error, invalid};
use crate::agent::{AgentName, ProcessIdentity};
use crate::contract::messages::{Host, Message};
use crate::contract::{EffectError, EffectErrorKind};
use crate::message::forget;
use crate::store::{Draft, DraftError, Inbox, Sender};

/// Stands for the caller's parent where a recipient is asked for.
const PARENT: &str = "parent";

impl Host for World {
    fn send(
        &mut self,
        to: String,
        kind: String,
        body: String,
        reply_to: Option<String>,
        receipt: bool,
    ) -> Result<Message, Failure> {
        self.act("messages.send", |caller| {
            if receipt {
                return unavailable("messages.send with a receipt");
            }
            let from = agents::own_name(caller)?;
            let to = recipient(caller, &to)?;
            let draft = Draft::new(Sender::Agent(&from), &to, &kind, &body, reply_to.as_deref())?;
            Ok(caller.services.store.send_message(&draft, caller.services.clock.now_ms())?)
        })
    }

    fn inbox(&mut self, include_acked: bool, limit: u32) -> Result<Vec<Message>, Failure> {
        self.act("messages.inbox", |caller| {
            if !(1..=1000).contains(&limit) {
                return Err(invalid("`limit` is between 1 and 1000"));
            }
            let which = if include_acked { Inbox::All } else { Inbox::Unread };
            let holder = ProcessIdentity::own().map_err(|err| {
                error(EffectErrorKind::Failed, format!("failed to tell which process this is: {err}"))
            })?;
            let (name, now_ms) = (agents::own_name(caller)?, caller.services.clock.now_ms());
            Ok(caller.services.store.inbox(&name, which, limit, &holder, now_ms)?)
        })
    }

    fn ack(&mut self, ids: Vec<String>) -> Result<(), Failure> {
        self.act("messages.ack", |caller| {
            let (name, now_ms) = (agents::own_name(caller)?, caller.services.clock.now_ms());
            caller.services.store.ack_messages(&name, &ids, now_ms)?;
            forget(caller.workspace(), &ids);
            Ok(())
        })
    }
}

fn recipient(caller: &Caller<'_>, to: &str) -> Result<AgentName, EffectError> {
    if to != PARENT {
        return Ok(agents::require_agent(caller, to)?.name);
    }
    let Some(parent) = &caller.cx.agent.parent else {
        let mut refusal = error(
            EffectErrorKind::NotFound,
            format!("`{}` is the root of the tree of agents and has no parent", caller.agent()),
        );
        refusal.hint = Some("tell your human instead: say it in your answer".to_owned());
        return Err(refusal);
    };
    Ok(agents::require_agent(caller, parent)?.name)
}

impl From<DraftError> for EffectError {
    fn from(err: DraftError) -> Self {
        let hint = match &err {
            DraftError::ToItself { .. } => Some("name another agent, or `parent`".to_owned()),
            DraftError::Kind => None,
            DraftError::Body { .. } => Some("say less, or write it to a file and send the path".to_owned()),
        };
        Self { hint, ..invalid(err.to_string()) }
    }
}
