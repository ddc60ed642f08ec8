//! `exomonad messages`: who wrote to whom, and what became of it.

use std::collections::HashMap;
use std::time::Duration;

use exomonad_host::contract::messages::MessageState;
use exomonad_host::store::{Mail, MailFilter, Store};
use serde_json::{Value, json};

use super::project::{now_ms, require_agent, require_repository, require_store};
use super::words::{age, time};
use crate::cli::MessagesArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, clean, problem};

/// The longest time without a look while following.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How many of the newest messages are looked at while following.
const WATCHED: u32 = 1000;
/// How much of a body is shown in a list.
const BODY_CHARS: usize = 70;

pub(crate) fn run(env: &Env, output: &Output, args: &MessagesArgs) -> anyhow::Result<Exit> {
    let store = require_store(&require_repository(env)?)?;
    if let Some(id) = &args.retry {
        return retry(&store, output, id);
    }
    if let Some(id) = &args.id {
        let mail = require_mail(&store, id)?;
        output.answer(&if args.json { to_json(&mail) } else { whole(&mail) })?;
        return Ok(Exit::Ok);
    }
    if let Some(name) = &args.agent
        && !args.all
    {
        require_agent(&store, name)?;
    }
    let filter = MailFilter { agent: args.agent.clone(), acked: args.all };
    // Watching begins before the first look, so that nothing falls in between.
    let watching = args.follow.then(|| store.changes().watch());
    let mut generation = watching.as_ref().map(exomonad_host::store::Watching::generation);
    let mail = store.mail(&filter, args.limit)?;
    print(output, &mail, args.json)?;
    let Some(watching) = watching else {
        if mail.is_empty() && !args.json {
            output.say(Mark::Nothing, "no messages; `--all` also lists those that were acknowledged");
        }
        return Ok(Exit::Ok);
    };
    let filter = MailFilter { acked: true, ..filter };
    let mut shown: HashMap<i64, Standing> =
        store.mail(&filter, WATCHED)?.iter().map(|mail| (mail.seq, standing(mail))).collect();
    loop {
        let seen = generation.take().unwrap_or_default();
        generation = Some(watching.wait(seen, LOOK_AGAIN));
        let mut news = store.mail(&filter, WATCHED)?;
        news.retain(|mail| shown.insert(mail.seq, standing(mail)).as_ref() != Some(&standing(mail)));
        print(output, &news, args.json)?;
    }
}

/// Puts a message whose delivery failed back.
fn retry(store: &Store, output: &Output, id: &str) -> anyhow::Result<Exit> {
    let mail = require_mail(store, id)?;
    if store.retry_message(id, now_ms())? {
        output.say(Mark::Done, &format!("queued again for `{}`", mail.message.to));
        return Ok(Exit::Ok);
    }
    let state = Store::state_word(mail.message.state);
    let message = format!("message `{id}` is {state}, and only one whose delivery failed is put back");
    Err(problem(message, format!("see what became of it with `exomonad messages {id}`")))
}

fn require_mail(store: &Store, id: &str) -> anyhow::Result<Mail> {
    let found = store.mail_of(id)?;
    found.ok_or_else(|| {
        let message = format!("this project has no message `{}`", id.escape_debug());
        problem(message, "take the whole id from `exomonad messages`")
    })
}

/// What is shown of a message again when it changes.
type Standing = (MessageState, u32);

fn standing(mail: &Mail) -> Standing {
    (mail.message.state, mail.attempts)
}

fn print(output: &Output, mail: &[Mail], as_json: bool) -> anyhow::Result<()> {
    if mail.is_empty() {
        return Ok(());
    }
    let now_ms = now_ms();
    let text = mail.iter().map(|mail| if as_json { to_json(mail) } else { to_text(mail, now_ms) });
    output.answer(&text.collect::<String>())?;
    Ok(())
}

/// Two lines: who to whom and how it stands, then how the message begins.
fn to_text(mail: &Mail, now_ms: u64) -> String {
    let message = &mail.message;
    let head = format!(
        "{}  {} -> {}  {}  {}  {}",
        message.id,
        message.from,
        message.to,
        message.kind,
        age(now_ms, message.time_ms),
        words(mail),
    );
    let line: String = message.body.split_whitespace().collect::<Vec<_>>().join(" ");
    let begun: String = line.chars().take(BODY_CHARS).collect();
    let more =
        if begun.len() < line.len() { format!(" … {} bytes", message.body.len()) } else { String::new() };
    format!("{}\n    {}{more}\n", clean(&head), clean(&begun))
}

/// How a message stands: `handed by socket`, `queued after 2 attempts: …`, `failed after 5 attempts: …`.
fn words(mail: &Mail) -> String {
    let state = Store::state_word(mail.message.state);
    let by = mail.transport.as_ref().map(|transport| format!(" by {transport}")).unwrap_or_default();
    let attempts = match mail.attempts {
        1 => "1 attempt".to_owned(),
        more => format!("{more} attempts"),
    };
    let why = mail.failure.as_ref().or(mail.outcome.as_ref());
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    match mail.message.state {
        MessageState::Queued if mail.attempts == 0 => state.to_owned(),
        MessageState::Queued | MessageState::Failed => format!("{state} after {attempts}{why}"),
        MessageState::Handed | MessageState::Seen | MessageState::Acked => format!("{state}{by}"),
    }
}

/// Everything about a message, its body whole.
fn whole(mail: &Mail) -> String {
    let message = &mail.message;
    let from = if message.human { format!("{} (a person)", message.from) } else { message.from.clone() };
    let mut lines = vec![
        format!("message {}", message.id),
        format!("from {from}, to {}, kind {}", message.to, message.kind),
        format!("sent {}, {}", time(message.time_ms), words(mail)),
    ];
    lines.extend(message.reply_to.as_ref().map(|id| format!("in reply to {id}")));
    lines.extend(mail.seen_ms.map(|ms| format!("seen {}", time(ms))));
    lines.extend(mail.acked_ms.map(|ms| format!("acknowledged {}", time(ms))));
    let receipt = message.receipt.as_ref();
    lines.extend(receipt.map(|receipt| format!("receipt (found out by exomonad): {receipt}")));
    format!("{}\n\n{}\n", clean(&lines.join("\n")), clean(message.body.trim_end_matches('\n')))
}

fn to_json(mail: &Mail) -> String {
    let Mail { seq, message, attempts, transport, outcome, seen_ms, acked_ms, failure } = mail;
    let moment = |ms: &Option<u64>| ms.map_or(Value::Null, |ms| time(ms).into());
    let object = json!({
        "schema": 1, "seq": seq, "id": message.id, "from": message.from, "human": message.human,
        "to": message.to, "kind": message.kind, "reply_to": message.reply_to,
        "state": Store::state_word(message.state), "sent": time(message.time_ms), "seen": moment(seen_ms),
        "acked": moment(acked_ms), "attempts": attempts, "transport": transport, "outcome": outcome,
        "failure": failure, "receipt": message.receipt, "body": message.body,
    });
    format!("{object}\n")
}
