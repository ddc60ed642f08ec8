//! Hands messages over in the answer to a hook.
//!
//! Order: first it is found out what became of the messages handed over before, then the next ones are claimed, in one change
//! of the database. A hook for which nothing waits costs one read of two indexes and writes nothing.
//!
//! Rule: a message is handed over only where the model reads it by itself. What comes with the start of a session is read with
//! the first prompt, whenever somebody types that; so a start hands nothing over. The first prompt's own hook does.

use std::sync::Arc;

use super::evidence::decide;
use super::render::{mark, render, shorten};
use super::{long, transcript};
use crate::agent::ProcessIdentity;
use crate::contract::{Decision, HookKind, Verdict};
use crate::drop_logged;
use crate::harness::{Answer, Asked, Harness};
use crate::store::{
    AgentRow, Claim, ClaimLimits, DeliveryId, Handed, Store, StoreError, TranscriptMark, Transport,
};

/// The most messages in one answer.
const MESSAGES: usize = 50;

/// The bytes with which a message is handed over that alone has more than an answer takes.
const BEGINNING: usize = 2000;

/// The room in an answer below which no message is put into it.
const LEAST_ROOM: usize = 4000;

/// A hook of an agent to which messages may go.
#[derive(Debug)]
pub(crate) struct Hook<'a> {
    /// The database.
    pub(crate) store: &'a Arc<Store>,
    /// The agent.
    pub(crate) agent: &'a AgentRow,
    /// Its program.
    pub(crate) harness: Harness,
    /// The question.
    pub(crate) asked: &'a Asked,
    /// Milliseconds since 1970.
    pub(crate) now_ms: u64,
}

/// Messages that are in an answer which was not given yet.
#[derive(Debug)]
pub struct HandedOver {
    store: Arc<Store>,
    deliveries: Vec<(DeliveryId, String)>,
}

impl HandedOver {
    /// How many messages there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.deliveries.len()
    }

    /// Records that the harness got the whole answer.
    pub fn written(&self, now_ms: u64) {
        drop_logged(self.store.written(&self.ids(), now_ms), "record that messages were handed over");
    }

    /// Gives the messages back: the harness did not get the whole answer.
    pub fn give_back(&self, why: &str, now_ms: u64) {
        drop_logged(self.store.give_back(&self.ids(), why, now_ms), "give messages back");
    }

    /// Gives those back for which the answer had no place.
    pub(crate) fn keep_what_is_in(&mut self, answer: &Answer, now_ms: u64) {
        let said = answer.stdout.as_deref().unwrap_or_default();
        let (kept, left): (Vec<_>, Vec<_>) =
            self.deliveries.drain(..).partition(|(_, id)| said.contains(&mark(id)));
        self.deliveries = kept;
        let left: Vec<_> = left.into_iter().map(|(delivery, _)| delivery).collect();
        if !left.is_empty() {
            let given = self.store.give_back(&left, "the answer had no place for it", now_ms);
            drop_logged(given, "give messages back");
        }
    }

    fn ids(&self) -> Vec<DeliveryId> {
        self.deliveries.iter().map(|(delivery, _)| *delivery).collect()
    }
}

/// Finds out what became of the agent's messages, and puts the next ones into the decision where it has a place for them.
///
/// # Errors
/// The database failed, and then nothing is handed over.
pub(crate) fn hand_over(hook: &Hook<'_>, decision: &mut Decision) -> Result<Option<HandedOver>, StoreError> {
    let kind = hook.asked.kind();
    if matches!(part(kind), Part::Nothing) {
        return Ok(None);
    }
    let waiting = hook.store.waiting(&hook.agent.name)?;
    if !waiting.queued && !waiting.open {
        return Ok(None);
    }
    let in_subagent = hook.asked.hook.subagent.is_some();
    let settled = if waiting.open && (!in_subagent || kind == HookKind::PostTool) {
        decide(hook, &hook.store.open_deliveries(&hook.agent.name)?, &decision.verdict)?
    } else {
        Vec::new()
    };
    let place = if in_subagent { None } else { place(hook, decision) };
    let Some((transport, room)) = place.filter(|_| waiting.queued || !settled.is_empty()) else {
        hook.store.settle(&settled, hook.now_ms)?;
        return Ok(None);
    };
    let holder = match ProcessIdentity::own() {
        Ok(holder) => holder,
        Err(err) => {
            tracing::warn!(%err, "no message is handed over: the system does not tell which process this is");
            hook.store.settle(&settled, hook.now_ms)?;
            return Ok(None);
        }
    };
    let limits = ClaimLimits { messages: MESSAGES, bytes: room, beginning: BEGINNING };
    let path = hook.asked.hook.transcript.as_deref().map(camino::Utf8Path::new);
    let claim = Claim {
        agent: &hook.agent.name,
        transport,
        session: &hook.asked.hook.session,
        holder: &holder,
        limits,
        transcript: path
            .map(|path| TranscriptMark { path: path.to_owned(), bytes: transcript::length(path) }),
    };
    let handed = hook.store.settle_and_claim(&settled, &claim, hook.now_ms)?;
    let (texts, deliveries) = texts(hook, &limits, &handed);
    if texts.is_empty() {
        return Ok(None);
    }
    put(decision, transport, &texts.join("\n\n"));
    Ok(Some(HandedOver { store: Arc::clone(hook.store), deliveries }))
}

/// What a hook is to messages.
enum Part {
    /// Its answer takes them on this way.
    Takes(Transport),
    /// It only tells what became of them.
    Tells,
    Nothing,
}

fn part(kind: HookKind) -> Part {
    match kind {
        HookKind::PromptSubmitted => Part::Takes(Transport::Prompt),
        HookKind::PostTool => Part::Takes(Transport::PostTool),
        HookKind::Stop => Part::Takes(Transport::Stop),
        HookKind::SessionStart | HookKind::SessionEnd => Part::Tells,
        HookKind::PreTool
        | HookKind::PermissionRequested
        | HookKind::SubagentStart
        | HookKind::SubagentStop
        | HookKind::PreCompact
        | HookKind::Notification
        | HookKind::BeforeModel
        | HookKind::AfterModel
        | HookKind::WorkerExit
        | HookKind::Other => Part::Nothing,
    }
}

/// The way on which this answer can take messages, and for how many bytes. A decision that says more than *pass* has a reason
/// of its own to be heard: the messages wait for the next hook.
fn place(hook: &Hook<'_>, decision: &Decision) -> Option<(Transport, usize)> {
    let kind = hook.asked.kind();
    let Part::Takes(transport) = part(kind) else { return None };
    if transport != Transport::Stop && !hook.asked.spec.is_some_and(|spec| spec.context) {
        return None;
    }
    let passes = matches!(decision.verdict, Verdict::Pass);
    let room = hook.harness.room(kind).saturating_sub(decision.context.as_ref().map_or(0, String::len));
    (passes && room >= LEAST_ROOM).then_some((transport, room))
}

/// What the model reads of each message. One whose file cannot be written is given back.
fn texts(
    hook: &Hook<'_>,
    limits: &ClaimLimits,
    handed: &[Handed],
) -> (Vec<String>, Vec<(DeliveryId, String)>) {
    let (mut texts, mut deliveries) = (Vec::new(), Vec::new());
    for Handed { delivery, message } in handed {
        let text = if limits.is_too_long(message) {
            long::keep(&hook.agent.workspace, message).map(|file| shorten(message, limits.beginning, &file))
        } else {
            Ok(render(message))
        };
        match text {
            Ok(text) => {
                texts.push(text);
                deliveries.push((*delivery, message.id.clone()));
            }
            Err(err) => {
                let why = crate::explain(&err);
                tracing::warn!(message = message.id, "{why}");
                drop_logged(hook.store.give_back(&[*delivery], &why, hook.now_ms), "give a message back");
            }
        }
    }
    (texts, deliveries)
}

fn put(decision: &mut Decision, transport: Transport, text: &str) {
    if transport == Transport::Stop {
        decision.verdict = Verdict::Block(text.to_owned());
        return;
    }
    decision.context = Some(match decision.context.take() {
        Some(context) => format!("{context}\n\n{text}"),
        None => text.to_owned(),
    });
}
