//! What reactions tell an agent: a few messages a minute, and what comes beyond that in one message after it.

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

use super::events::{from_row, insert_event, to_row};
use super::messages::insert_message;
use super::{Draft, Sender, Store, StoreError};
use crate::agent::AgentName;

/// So many messages in so many milliseconds.
const MESSAGES: u32 = 10;
const WINDOW_MS: u64 = 60_000;

/// The most bytes that are held back for one agent. What comes beyond that is only counted.
const HELD_BYTES: u32 = 64 << 10;

/// The kind of a message that says what several events were.
const SEVERAL: &str = "events";

/// Finds what is held back the longest.
pub(super) const NEXT_HELD: &str = "SELECT recipient, window_ms FROM reaction_mail INDEXED BY reaction_mail_held WHERE held > 0 ORDER BY window_ms LIMIT 1";

impl Store {
    /// Sends what was held back long enough, and says when there is more to send, in milliseconds since 1970.
    ///
    /// # Errors
    /// The database failed.
    pub fn send_held(&self, now_ms: u64) -> Result<Option<u64>, StoreError> {
        while let Some((recipient, due_ms)) = self.next_held()? {
            if due_ms > now_ms {
                return Ok(Some(due_ms));
            }
            self.write_durably(|transaction| release(transaction, &recipient, now_ms))?;
        }
        Ok(None)
    }

    fn next_held(&self) -> Result<Option<(AgentName, u64)>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(NEXT_HELD)?;
        let row = select.query_row([], |row| Ok((row.get::<_, String>(0)?, from_row(row.get(1)?))));
        let Some((name, window_ms)) = row.optional()? else { return Ok(None) };
        let unknown = |value| StoreError::Unknown { table: "reaction_mail", value };
        let recipient = AgentName::parse(&name).map_err(|_not_a_name| unknown(name))?;
        Ok(Some((recipient, window_ms.saturating_add(WINDOW_MS))))
    }
}

/// Sends a message from the host, or holds it back.
pub(super) fn post(
    transaction: &Transaction<'_>,
    to: &AgentName,
    kind: &str,
    body: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    let (window_ms, sent, held) = window(transaction, to)?;
    let is_over = now_ms.saturating_sub(window_ms) >= WINDOW_MS;
    if held == 0 && (is_over || sent < MESSAGES) {
        let (window_ms, sent) = if is_over { (now_ms, 1) } else { (window_ms, sent + 1) };
        transaction.execute(
            "INSERT INTO reaction_mail (recipient, window_ms, sent, held, held_body) VALUES (?1, ?2, ?3, 0, '')
             ON CONFLICT (recipient) DO UPDATE SET window_ms = excluded.window_ms, sent = excluded.sent",
            params![to.as_str(), to_row(window_ms), sent],
        )?;
        return send(transaction, to, kind, body, now_ms);
    }
    if held == 0 {
        let data = json!({ "kind": kind, "until_ms": window_ms.saturating_add(WINDOW_MS) });
        insert_event(transaction, now_ms, "host.reactions-held", to.as_str(), &data.to_string())?;
    }
    transaction.execute(
        "UPDATE reaction_mail SET held = held + 1,
             held_kind = CASE WHEN held = 0 OR held_kind = ?2 THEN ?2 ELSE ?4 END,
             held_body = CASE WHEN length(held_body) + length(?3) > ?5 THEN held_body
                 WHEN held_body = '' THEN ?3 ELSE held_body || char(10, 10) || ?3 END
         WHERE recipient = ?1",
        params![to.as_str(), kind, body, SEVERAL, HELD_BYTES],
    )?;
    Ok(())
}

/// When the recipient's minute began, how many messages it had in it, and how many are held back.
fn window(transaction: &Transaction<'_>, to: &AgentName) -> rusqlite::Result<(u64, u32, u32)> {
    let mut select =
        transaction.prepare_cached("SELECT window_ms, sent, held FROM reaction_mail WHERE recipient = ?1")?;
    let row =
        select.query_row(params![to.as_str()], |row| Ok((from_row(row.get(0)?), row.get(1)?, row.get(2)?)));
    Ok(row.optional()?.unwrap_or_default())
}

fn release(transaction: &Transaction<'_>, to: &AgentName, now_ms: u64) -> Result<(), StoreError> {
    let mut select = transaction.prepare_cached(
        "SELECT held, held_kind, held_body FROM reaction_mail WHERE recipient = ?1 AND held > 0",
    )?;
    let row = select.query_row(params![to.as_str()], |row| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, String>(2)?))
    });
    let Some((held, kind, body)) = row.optional()? else { return Ok(()) };
    transaction.execute(
        "UPDATE reaction_mail SET window_ms = ?2, sent = 1, held = 0, held_kind = NULL, held_body = ''
         WHERE recipient = ?1",
        params![to.as_str(), to_row(now_ms)],
    )?;
    let body = format!(
        "So much happened at once that {held} messages were put into this one; `exomonad events` has all that happened.\n\n{body}"
    );
    send(transaction, to, kind.as_deref().unwrap_or(SEVERAL), &body, now_ms)
}

fn send(
    transaction: &Transaction<'_>,
    to: &AgentName,
    kind: &str,
    body: &str,
    now_ms: u64,
) -> Result<(), StoreError> {
    match Draft::new(Sender::Host, to, kind, body, None) {
        Ok(draft) => insert_message(transaction, &draft, now_ms).map(drop),
        Err(err) => {
            let data = json!({ "act": "send", "why": err.to_string() });
            insert_event(transaction, now_ms, "host.reaction-refused", to.as_str(), &data.to_string())?;
            Ok(())
        }
    }
}
