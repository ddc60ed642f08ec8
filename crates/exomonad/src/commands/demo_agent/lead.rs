//! The lead: splits its user's wish, answers questions, reviews, merges, and says so when all is done.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::agent::{Agent, Done};
use super::news::{Message, News};
use super::{Next, Part};

/// How its user's wish begins, and how they say goodbye.
pub(crate) const WISH: &str = "The menu has one command.";
pub(crate) const GOODBYE: &str = "Thank you, that was all.";

/// Its children, in the order in which their work is merged.
const ORDER: [&str; 3] = ["greet", "farewell", "docs"];

/// The lead at work.
#[derive(Debug, Default)]
pub(super) struct Lead {
    begun: bool,
    /// Whose work waits to be looked at, and the number of its request.
    reported: BTreeMap<String, u64>,
    /// How many of [`ORDER`] are merged.
    merged: usize,
}

impl Lead {
    fn begin(&mut self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        self.begun = true;
        let leaf = |name: &str, rest: &str| {
            json!({
                "branch_name": name,
                "task": format!("Add the command `{name}` to the menu: {rest} `sh check.sh` must pass."),
            })
        };
        for arguments in [
            leaf("greet", "it greets whoever is named, else the world."),
            leaf("farewell", "it says goodbye. Ask me when something is unclear."),
        ] {
            agent.call("spawn_leaf_subtree", arguments)?.require("spawning")?;
        }
        let task = "Lead the documentation: have a manual written, merge it, and file it to me.";
        agent.call("spawn_subtree", json!({"branch_name": "docs", "task": task}))?.require("spawning")?;
        Ok(())
    }

    fn hear(&mut self, agent: &mut Agent<'_>, message: &Message) -> anyhow::Result<()> {
        if message.body.contains('?') {
            let answer = json!({
                "to": message.from, "message": "Yes: whoever is named, else the world.", "reply_to": message.id,
            });
            agent.call("send_message", answer)?.require("answering")?;
            return Ok(());
        }
        if let Some(number) = message.pull_request().filter(|_| ORDER.contains(&message.from.as_str())) {
            self.reported.insert(message.from.clone(), number);
        }
        self.merge_what_is_next(agent)
    }

    fn merge_what_is_next(&mut self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        while let Some(child) = ORDER.get(self.merged) {
            let Some(number) = self.reported.remove(*child) else { return Ok(()) };
            let (diff, _) =
                agent.call("review_pr", json!({"pr_number": number}))?.require("reading the request")?;
            if diff.contains("commands/greet.sh") && !diff.contains("${1") {
                let remark =
                    json!([{"path": "commands/greet.sh", "line": 1, "body": "It greets nobody by name."}]);
                let review = json!({
                    "pr_number": number, "verdict": "request_changes", "remarks": remark,
                    "body": "It has to greet whoever is named.",
                });
                agent.call("review_pr", review)?.require("the review")?;
                return Ok(());
            }
            review(agent, number, "approve", "As it should be.")?;
            if let Err(paths) = merge(agent, number)? {
                let text = format!(
                    "Merging PR #{number} into `main` has a conflict in: {}. Merge `main` into your branch, settle it, and report again.",
                    paths.join(", ")
                );
                agent
                    .call("send_message", json!({"to": child, "message": text}))?
                    .require("telling of it")?;
                return Ok(());
            }
            self.merged += 1;
        }
        agent.say("Everything is merged.")
    }
}

impl Part for Lead {
    fn take(&mut self, agent: &mut Agent<'_>, news: &News) -> anyhow::Result<Next> {
        match news {
            News::Message(message) if message.from == "human" => {
                if message.body.contains(GOODBYE) {
                    return Ok(Next::Leave);
                }
                if !self.begun && message.body.contains(WISH) {
                    self.begin(agent)?;
                }
            }
            News::Message(message) => self.hear(agent, message)?,
            News::Words(_) => {}
            News::Held(reason) => bail!("the lead is held, which nobody may be on this branch: {reason}"),
        }
        Ok(Next::GoOn)
    }
}

/// Judges a pull request.
pub(super) fn review(agent: &mut Agent<'_>, number: u64, verdict: &str, body: &str) -> anyhow::Result<()> {
    let review = json!({"pr_number": number, "verdict": verdict, "body": body});
    agent.call("review_pr", review)?.require("the review")?;
    Ok(())
}

/// Merges a pull request; else the paths that conflict.
pub(super) fn merge(agent: &mut Agent<'_>, number: u64) -> anyhow::Result<Result<(), Vec<String>>> {
    let done = agent.call("merge_pr", json!({"pr_number": number}))?;
    let (text, result) = match done {
        Done::Well(text, result) => (text, result),
        Done::Badly(text) | Done::Refused(text) => bail!("the merge was refused: {text}"),
    };
    if result.get("merged") == Some(&Value::Bool(true)) {
        return Ok(Ok(()));
    }
    let paths = result.get("conflicts").and_then(Value::as_array);
    let paths = paths.with_context(|| format!("neither merged nor in conflict: {text}"))?;
    let paths: Vec<_> = paths.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if paths.is_empty() {
        bail!("neither merged nor in conflict: {text}");
    }
    Ok(Err(paths))
}
