//! The sub-lead: has its one developer do the work, merges that, and files its own request upwards.

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::agent::Agent;
use super::lead::{merge, review};
use super::news::{Message, News};
use super::{Next, Part};

/// How its task begins.
const TASK: &str = "Lead the documentation";

/// Its developer.
const CHILD: &str = "docs.manual";

/// A sub-lead at work.
#[derive(Debug, Default)]
pub(super) struct SubLead {
    begun: bool,
    merged: BTreeSet<u64>,
}

impl SubLead {
    fn begin(&mut self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        self.begun = true;
        let task = "Write the manual, `docs/manual.md`: how to find a command and how to run it. `sh check.sh` must pass.";
        agent
            .call("spawn_leaf_subtree", json!({"task": task, "branch_name": "manual"}))?
            .require("spawning")?;
        Ok(())
    }

    fn hear(&mut self, agent: &mut Agent<'_>, message: &Message) -> anyhow::Result<()> {
        let reported = message.pull_request().filter(|number| !self.merged.contains(number));
        let Some(number) = reported.filter(|_| message.from == CHILD) else { return Ok(()) };
        review(agent, number, "approve", "Short and right.")?;
        merge(agent, number)?.map_err(|paths| anyhow::anyhow!("nobody expected conflicts in {paths:?}"))?;
        self.merged.insert(number);
        self.deliver(agent)
    }

    fn deliver(&self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        agent.shell("sh check.sh")?.require("the check")?;
        let request = json!({"title": "Document the commands", "body": "The manual."});
        let (_, filed) = agent.call("file_pr", request)?.require("filing the work")?;
        let number = filed.get("number").and_then(Value::as_u64);
        let number = number.with_context(|| format!("the filed work has no number: {filed}"))?;
        let report =
            json!({"status": "success", "message": "The documentation is ready.", "pr_number": number});
        agent.call("notify_parent", report)?.require("the report")?;
        Ok(())
    }
}

impl Part for SubLead {
    fn take(&mut self, agent: &mut Agent<'_>, news: &News) -> anyhow::Result<Next> {
        match news {
            News::Words(words) if !self.begun && words.contains(TASK) => self.begin(agent)?,
            News::Words(_) => {}
            News::Held(reason) => anyhow::bail!("it is held though its work is filed: {reason}"),
            News::Message(message) => self.hear(agent, message)?,
        }
        Ok(Next::GoOn)
    }
}
