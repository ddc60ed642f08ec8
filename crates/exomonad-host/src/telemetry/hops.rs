//! The spans of messages: from being sent to being seen.
//!
//! They are made of the project's log afterwards, so that nobody who sends or reads a message pays for them.

use super::names::{DESTINATION, MESSAGE_ID, MESSAGING_OPERATION, MESSAGING_SYSTEM, TRANSPORT};
use super::session::who_is;
use super::{Attributes, Moment, Span, SpanKind};
use crate::agent::AgentName;
use crate::store::{HopRow, Store, StoreError};

/// How many are made at once.
const BATCH: u32 = 500;

/// Makes the spans of messages whose way ended after the event `after`, or after those that spans were made of before, and
/// returns the event up to which that is done.
///
/// # Errors
/// The database failed.
pub fn catch_up(store: &Store, after: u64) -> Result<u64, StoreError> {
    let mut from = store.telemetry()?.caught_up;
    let mut done = from.max(after);
    // What comes meanwhile is for the next time.
    let newest = store.newest_event_id()?;
    loop {
        let hops = store.hops_after(done, BATCH)?;
        let Some(last) = hops.last().map(|hop| hop.event) else { return Ok(newest.max(done)) };
        let mut spans = Vec::new();
        for hop in &hops {
            spans.extend(span(store, hop)?);
        }
        if !store.catch_up(from, last, &spans)? {
            // Somebody else does the same.
            return Ok(done);
        }
        (from, done) = (last, last);
    }
}

/// A message's way, as a part of its sender's session; of its recipient's, where a person sent it. Nothing where neither has one.
fn span(store: &Store, hop: &HopRow) -> Result<Option<Span>, StoreError> {
    let mut found = None;
    for name in [&hop.sender, &hop.recipient] {
        let Ok(name) = AgentName::parse(name) else { continue };
        if let Some(row) = store.trace(&name)? {
            found = store.agent(&name)?.map(|agent| (row, agent));
            break;
        }
    }
    let Some((row, agent)) = found else { return Ok(None) };
    let mut attributes = Attributes::default();
    who_is(&mut attributes, &agent);
    attributes.put(MESSAGING_SYSTEM, "exomonad");
    attributes.put(MESSAGING_OPERATION, "deliver");
    attributes.put(MESSAGE_ID, &hop.id);
    attributes.put(DESTINATION, &hop.recipient);
    let handed = hop.handed_ms.map(|handed_ms| {
        let mut attributes = Attributes::default();
        attributes.put_some(TRANSPORT, hop.handed_by.as_deref());
        Moment { name: "handed".to_owned(), at_us: handed_ms.saturating_mul(1000), attributes }
    });
    let mut span = Span {
        context: row.session.another(),
        parent: Some(row.session.span),
        name: format!("deliver {}", hop.recipient),
        kind: SpanKind::Producer,
        agent: agent.name.to_string(),
        begin_us: hop.sent_ms.saturating_mul(1000),
        duration_us: hop.ended_ms.saturating_sub(hop.sent_ms).saturating_mul(1000),
        failure: None,
        attributes,
        moments: handed.into_iter().collect(),
        link: None,
    };
    if hop.failed {
        span.fail("undelivered");
    }
    Ok(Some(span))
}
