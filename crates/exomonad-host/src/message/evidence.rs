//! What became of the messages that were handed over: the word of evidence for each open delivery that can be decided now.
//!
//! Rules: a message was seen when the harness's record of the conversation has it, when a prompt has it, or when the result
//! of a tool that read the inbox has it. It did not arrive only when its turn has ended and the record, which harnesses write
//! late, still does not have it. A hook that was killed decides nothing: what it had printed by then is taken all the same
//! (seen in Claude Code 2.1.197 and 2.1.329 and in Gemini CLI 0.61). Whatever cannot be decided stays open.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::hand::Hook;
use super::render::mark;
use super::transcript::{Found, Transcript};
use crate::contract::{HookEvent, HookKind, Verdict};
use crate::store::{DeliveryId, DeliveryRow, Evidence, Outcome, StoreError, TranscriptMark, Transport};

/// How long a record is waited for at the end of a turn. Claude Code writes what it has every 100 ms.
const LATE: Duration = Duration::from_millis(300);

/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

const NOT_THERE: &str = "the harness's record of the conversation does not have it";
const UNFINISHED: &str = "the process that handed it over ended before it was done";
const NO_RESULT: &str = "no result of a tool had it by the end of the turn";
const GONE: &str = "the session in which it was handed over is gone, and its record does not have it";

/// How the hook's own session stands to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// It is the session of the delivery, and its turn goes on.
    During,
    /// It is the session of the delivery, and its turn has ended.
    TurnEnded,
    /// The delivery's session is gone.
    Gone,
    /// The delivery's session is another one, which may go on.
    Elsewhere,
}

/// The open deliveries of which the hook decides something, and what.
pub(super) fn decide(
    hook: &Hook<'_>,
    open: &[DeliveryRow],
    verdict: &Verdict,
) -> Result<Vec<(DeliveryId, Outcome)>, StoreError> {
    let stands = open.iter().map(|delivery| stand(hook, delivery)).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    loop {
        let mut look = Look { hook, verdict, records: HashMap::new(), patient: begun.elapsed() < LATE };
        let decided: Vec<_> = open
            .iter()
            .zip(&stands)
            .map(|(delivery, stand)| (delivery.id, look.at(delivery, *stand)))
            .collect();
        let waits = decided.iter().any(|(_, decided)| *decided == Decided::Late);
        if !waits || !look.patient {
            let settled = decided.into_iter().filter_map(|(id, decided)| match decided {
                Decided::Now(outcome) => Some((id, outcome)),
                Decided::Late | Decided::Open => None,
            });
            return Ok(settled.collect());
        }
        std::thread::park_timeout(LOOK);
    }
}

fn stand(hook: &Hook<'_>, delivery: &DeliveryRow) -> Result<Stand, StoreError> {
    let kind = hook.asked.kind();
    // A conversation that was made shorter goes on.
    let begins = matches!(&hook.asked.hook.event, HookEvent::SessionStart(source) if source != "compact");
    let own = delivery.session == hook.asked.hook.session || delivery.session.is_empty();
    if own && !begins {
        return Ok(if kind == HookKind::Stop { Stand::TurnEnded } else { Stand::During });
    }
    if !begins && kind != HookKind::Stop {
        return Ok(Stand::Elsewhere);
    }
    let gone = (!own && hook.store.session_ended(&delivery.session)?) || !may_go_on(hook, delivery)?;
    Ok(if gone { Stand::Gone } else { Stand::Elsewhere })
}

/// Whether a sidecar of the agent runs that was there when the message was handed over: each session has one.
fn may_go_on(hook: &Hook<'_>, delivery: &DeliveryRow) -> Result<bool, StoreError> {
    let agent = hook.agent.name.as_str();
    let mut sidecars = hook.store.sidecars()?.into_iter().filter(|sidecar| sidecar.agent == agent);
    Ok(sidecars.any(|sidecar| sidecar.began_ms <= delivery.handed_ms && sidecar.is_live(hook.now_ms)))
}

#[derive(Debug, PartialEq)]
enum Decided {
    Now(Outcome),
    /// The record may yet be written.
    Late,
    Open,
}

/// One look at everything that can be evidence.
struct Look<'a> {
    hook: &'a Hook<'a>,
    verdict: &'a Verdict,
    records: HashMap<TranscriptMark, Option<Transcript>>,
    patient: bool,
}

impl Look<'_> {
    fn at(&mut self, delivery: &DeliveryRow, stand: Stand) -> Decided {
        let seen = |evidence| Decided::Now(Outcome::Seen(evidence));
        if let Some(evidence) = self.told_by_the_hook(delivery) {
            return seen(evidence);
        }
        let found = self.record_of(delivery, stand);
        if found == Found::Given {
            return seen(Evidence::Transcript);
        }
        let lost = |why: &str| Decided::Now(Outcome::GivenBack(why.to_owned()));
        match (stand, found) {
            (Stand::Gone, _) => lost(GONE),
            (Stand::Elsewhere, _) => Decided::Open,
            (Stand::TurnEnded, Found::Absent { .. }) if self.patient => Decided::Late,
            (Stand::TurnEnded, _) if delivery.transport == Transport::Inbox => lost(NO_RESULT),
            // Whoever drives another transport knows better while it lives.
            _ if delivery.holder.is_alive() != Some(false) => Decided::Open,
            (Stand::TurnEnded, Found::Absent { ended: true }) => lost(NOT_THERE),
            (Stand::TurnEnded, Found::Unknown) => self.by_what_was_written(delivery),
            (Stand::During, Found::Unknown) if delivery.transcript.is_none() => {
                self.by_what_was_written(delivery)
            }
            (Stand::TurnEnded | Stand::During, _) => Decided::Open,
        }
    }

    /// Without a record: the harness got all of the answer, and its session went on.
    fn by_what_was_written(&self, delivery: &DeliveryRow) -> Decided {
        Decided::Now(match delivery.written_ms {
            Some(_) => Outcome::Seen(Evidence::Written),
            None => Outcome::GivenBack(UNFINISHED.to_owned()),
        })
    }

    /// What the hook's own question shows.
    fn told_by_the_hook(&self, delivery: &DeliveryRow) -> Option<Evidence> {
        let event = &self.hook.asked.hook.event;
        if let HookEvent::PromptSubmitted(text) = event {
            // One that was refused reaches no model.
            let taken = matches!(self.verdict, Verdict::Pass | Verdict::Allow);
            return (taken && text.contains(&mark(&delivery.message))).then_some(Evidence::Prompt);
        }
        let HookEvent::PostTool(done) = event else { return None };
        let read = delivery.transport == Transport::Inbox && done.response.contains(&delivery.message);
        read.then_some(Evidence::ToolResult)
    }

    fn record_of(&mut self, delivery: &DeliveryRow, stand: Stand) -> Found {
        if delivery.transport == Transport::Inbox {
            return self.end_of_record(delivery, stand);
        }
        let Some(at) = &delivery.transcript else { return Found::Unknown };
        self.record(at).map_or(Found::Unknown, |record| record.find(&mark(&delivery.message)))
    }

    /// A tool knows of no record. Its result is near the end of the one of the turn in which it was called.
    fn end_of_record(&mut self, delivery: &DeliveryRow, stand: Stand) -> Found {
        let path = self.hook.asked.hook.transcript.as_deref().filter(|_| stand == Stand::TurnEnded);
        let Some(path) = path else { return Found::Unknown };
        let at = TranscriptMark { path: path.into(), bytes: u64::MAX };
        self.record(&at).map_or(Found::Unknown, |record| record.find(&delivery.message))
    }

    fn record(&mut self, at: &TranscriptMark) -> Option<&Transcript> {
        let harness = self.hook.harness;
        let load = || match Transcript::load(harness, at) {
            Ok(transcript) => Some(transcript),
            Err(err) => {
                tracing::debug!(%err, path = %at.path, "no record of the conversation");
                None
            }
        };
        self.records.entry(at.clone()).or_insert_with(load).as_ref()
    }
}
