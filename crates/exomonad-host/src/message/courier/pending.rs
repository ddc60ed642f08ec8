//! What was handed over and is not decided yet.
//!
//! Hooks find the evidence. What is left is that no hook comes: a harness that took no notice, a prompt that waits for an
//! Enter that was lost, a process that was killed while it had a message.

use std::time::Duration;

use super::super::render::mark;
use super::super::transcript::{Found, Transcript};
use super::LONGEST;
use super::error::CourierError;
use super::pane::Terminal;
use super::round::Round;
use super::typed::was_typed;
use crate::harness::Prompt;
use crate::store::{Activity, DeliveryRow, Doing, Evidence, Outcome, Transport};

/// How long a harness that waits for a prompt may take to begin a turn with a message.
pub(super) const CONFIRMED: Duration = Duration::from_secs(10);

/// After how long Enter is pressed once more when the text is still in the prompt.
pub(super) const ONCE_MORE: Duration = Duration::from_secs(3);

/// Sees to what is undecided, and says after how long to look again; nothing when all of it is decided.
pub(super) fn watch_over(round: &mut Round, activity: &Activity) -> Result<Option<Duration>, CourierError> {
    let mut rest: Option<Duration> = None;
    for delivery in round.site.store.open_deliveries(&round.agent.name)? {
        let Some(left) = see_to(round, activity, &delivery)? else { continue };
        rest = Some(rest.map_or(left, |rest| rest.min(left)));
    }
    Ok(rest)
}

/// Sees to one; says after how long to look again, unless it is decided.
fn see_to(
    round: &mut Round,
    activity: &Activity,
    delivery: &DeliveryRow,
) -> Result<Option<Duration>, CourierError> {
    let is_ours = matches!(delivery.transport, Transport::Socket | Transport::Pane | Transport::Teammate);
    if !is_ours && !is_abandoned(delivery) {
        return Ok(None);
    }
    match activity.doing {
        // The hooks of the turn decide.
        Doing::Working | Doing::Asking => return Ok(Some(LONGEST)),
        Doing::Ended => return back(round, delivery, "the conversation ended"),
        Doing::Idle => {}
    }
    if delivery.session != activity.session {
        return back(round, delivery, "another conversation began");
    }
    if let Some(outcome) = recorded(round, delivery) {
        round.site.store.settle(&[(delivery.id, outcome)], round.now_ms())?;
        return Ok(None);
    }
    let age = round.since(delivery.written_ms.unwrap_or(delivery.handed_ms));
    if delivery.transport == Transport::Pane
        && let Some(rest) = in_prompt(round, delivery, age)?
    {
        return Ok(Some(rest));
    }
    if age < CONFIRMED {
        return Ok(Some(CONFIRMED.saturating_sub(age)));
    }
    if delivery.transport == Transport::Socket {
        round.note_deaf(&activity.session);
    }
    let why = match is_ours {
        true => "no turn began with it",
        false => "what was to hand it over was killed",
    };
    back(round, delivery, why)
}

/// Whether a hook, or a call of a tool, was killed before it had handed the message over.
fn is_abandoned(delivery: &DeliveryRow) -> bool {
    delivery.written_ms.is_none() && delivery.holder.is_alive() == Some(false)
}

/// What the harness's record of the conversation says. It is no evidence of absence: a record may be written late.
fn recorded(round: &Round, delivery: &DeliveryRow) -> Option<Outcome> {
    let record = Transcript::load(round.harness, delivery.transcript.as_ref()?).ok()?;
    let is_given = record.find(&mark(&delivery.message)) == Found::Given;
    is_given.then_some(Outcome::Seen(Evidence::Transcript))
}

/// What becomes of a text that is still in the prompt: Enter is pressed once more, and then whoever sits there decides.
fn in_prompt(
    round: &mut Round,
    delivery: &DeliveryRow,
    age: Duration,
) -> Result<Option<Duration>, CourierError> {
    if age < ONCE_MORE {
        return Ok(Some(ONCE_MORE.saturating_sub(age)));
    }
    let Some(message) = round.site.store.message(&delivery.message)? else { return Ok(None) };
    let Some(terminal) = Terminal::find(&round.site, &round.agent.name, round.harness)? else {
        return Ok(None);
    };
    let line = was_typed(&message, round.harness.line_chars(), &round.agent.workspace);
    match terminal.prompt()? {
        Prompt::Empty | Prompt::Absent | Prompt::Busy => Ok(None),
        shown @ Prompt::Filled(_) if shown.holds(line.as_str()) => {
            terminal.submit(&line)?;
            Ok(Some(round.look_again().max(ONCE_MORE)))
        }
        // Somebody types. With the message, they submit both; without it, it comes back.
        Prompt::Filled(typed) if typed.contains(&delivery.message) => Ok(Some(round.look_again())),
        Prompt::Filled(_) => Ok(None),
    }
}

fn back(round: &mut Round, delivery: &DeliveryRow, why: &str) -> Result<Option<Duration>, CourierError> {
    round.give_back(&[delivery.id], why)?;
    Ok(None)
}
