//! `exomonad send`: a message to an agent, from whoever runs it.

use std::io::Read as _;

use anyhow::Context as _;
use exomonad_host::agent::{AgentName, AgentView, speaker, view_agent};
use exomonad_host::contract::messages::Message;
use exomonad_host::store::{AgentState, Doing, Draft, MESSAGE_BYTES, Store};
use serde_json::json;

use super::project::{no_agent, now_ms, require_agent, require_repository, require_store};
use crate::cli::SendArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, problem};

/// What a message is that somebody typed.
const KIND: &str = "message";

pub(crate) fn run(env: &Env, output: &Output, args: &SendArgs) -> anyhow::Result<Exit> {
    let store = require_store(&require_repository(env)?)?;
    let to = require_agent(&store, &args.name)?;
    let body = read_body(&args.text)?;
    let message = send(env, &store, &to, &body, args.reply_to.as_deref())?;
    if args.json {
        output.answer(&to_json(&message))?;
        return Ok(Exit::Ok);
    }
    output.answer(&format!("{}\n", message.id))?;
    let Some(view) = view_agent(&store, &to, now_ms())? else {
        return Err(no_agent(&store, to.as_str())?);
    };
    output.say(Mark::Done, &format!("stored for `{to}`, from {}: {}", message.from, outlook(&view)));
    output.say(Mark::Next, &format!("`exomonad messages {}` says what becomes of it", message.id));
    Ok(Exit::Ok)
}

/// Stores a message from whoever runs this process.
pub(super) fn send(
    env: &Env,
    store: &Store,
    to: &AgentName,
    body: &str,
    reply_to: Option<&str>,
) -> anyhow::Result<Message> {
    let speaker = speaker(store, env.agent.as_deref())?;
    let draft = Draft::new(speaker.sender(), to, KIND, body, reply_to);
    let draft = draft.map_err(|err| problem(err.to_string(), "`exomonad ps` lists whom you can write to"))?;
    Ok(store.send_message(&draft, now_ms())?)
}

/// The text, or all of stdin; no newline at its end.
fn read_body(given: &str) -> anyhow::Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut read = Vec::new();
    let limit = MESSAGE_BYTES.saturating_add(1);
    std::io::stdin().take(limit).read_to_end(&mut read).context("failed to read the message from stdin")?;
    let text = String::from_utf8(read).context("what stdin holds is no UTF-8")?;
    Ok(text.trim_end_matches('\n').to_owned())
}

/// What becomes of a message that is stored.
pub(super) fn outlook(view: &AgentView) -> &'static str {
    match (view.state, view.activity.as_ref().map(|now| now.doing)) {
        (AgentState::Running, Some(Doing::Idle)) => "it waits for a prompt, and is woken",
        (AgentState::Running, Some(Doing::Asking)) => {
            "a dialog of its own is open; it has the message once that is answered"
        }
        (AgentState::Running, Some(Doing::Working)) => "it is at work, and has the message at its next step",
        (AgentState::Running, Some(Doing::Ended) | None) | (AgentState::Starting, _) => {
            "it has the message when its coding agent has begun"
        }
        (AgentState::Stopped | AgentState::Failed, _) => "it does not run, and has the message when it does",
    }
}

fn to_json(message: &Message) -> String {
    let object = json!({
        "schema": 1, "id": message.id, "from": message.from, "human": message.human, "to": message.to,
        "kind": message.kind, "reply_to": message.reply_to, "state": Store::state_word(message.state),
    });
    format!("{object:#}\n")
}
