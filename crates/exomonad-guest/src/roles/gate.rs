//! The stop gate: keeps an agent with a branch of its own from stopping while its work lies about.
//!
//! Rules: it decides on what the host recorded, never on what the agent says. It lets go when it cannot know, when it has
//! said the same thing often enough, and for whoever has nobody above it. It never holds on a protected branch.

use exomonad_sdk::agents::AgentState;
use exomonad_sdk::kv::Scope;
use exomonad_sdk::log::Level;
use exomonad_sdk::work::Standing;
use exomonad_sdk::{Context, Decision, EffectError, Host, StopInfo, WorkspaceKind};
use serde::{Deserialize, Serialize};

use super::{TL, WORKER};
use crate::standing::uncommitted;

/// Under this key is what the gate remembers.
const KEY: &str = "gate";

/// How often an agent is told the same thing.
const SAME: u32 = 3;

/// How often an agent is held in one turn, whatever the reasons. Some harnesses would go on for ever.
const IN_A_ROW: u32 = 8;

/// What the gate remembers of an agent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    /// What the agent was held for last: the reason and all that it depends on.
    cause: String,
    /// What it was told.
    reason: String,
    /// How often, for this cause.
    same: u32,
    /// How often since it began its turn.
    in_a_row: u32,
    /// The parent was told that the gate let go.
    told: bool,
    /// The agent said that it failed.
    failed: bool,
}

/// Why an agent may not stop yet.
struct Hold {
    /// All that it depends on: while this is the same, nothing has happened.
    cause: String,
    /// What the agent has to do.
    reason: String,
    /// The same for its parent, after "although".
    although: String,
}

/// Decides whether the agent may stop.
pub(super) fn stop(host: &mut dyn Host, cx: &Context, stop: &StopInfo) -> Decision {
    try_stop(host, cx, stop).unwrap_or_else(|error| {
        host.log(Level::Warn, &format!("the stop gate let go: {}", error.message), "");
        Decision::pass()
    })
}

fn try_stop(host: &mut dyn Host, cx: &Context, stop: &StopInfo) -> Result<Decision, EffectError> {
    if is_free(cx) {
        return Ok(Decision::pass());
    }
    let memory = load(host)?;
    if memory.failed {
        return Ok(Decision::pass());
    }
    let standing = host.work_get()?;
    let hold = if standing.protected { None } else { hold(host, cx, &standing)? };
    let Some(hold) = hold else {
        if memory != Memory::default() {
            host.kv_delete(Scope::Agent, KEY)?;
        }
        return Ok(Decision::pass());
    };
    let is_same = memory.cause == hold.cause;
    let in_a_row = if stop.already_blocked { memory.in_a_row } else { 0 };
    let same = if is_same { memory.same } else { 0 };
    if same >= SAME || in_a_row >= IN_A_ROW {
        return give_up(host, cx, Memory { cause: hold.cause.clone(), same, in_a_row, ..memory }, &hold);
    }
    let memory = Memory {
        cause: hold.cause,
        reason: hold.reason.clone(),
        same: same + 1,
        in_a_row: in_a_row + 1,
        told: memory.told && is_same,
        failed: false,
    };
    save(host, &memory)?;
    Ok(Decision::block(hold.reason))
}

/// Whether nobody holds the agent: a worker, and whoever has no parent to answer to.
fn is_free(cx: &Context) -> bool {
    cx.agent.parent.is_none() || cx.agent.role == WORKER || cx.agent.workspace_kind == WorkspaceKind::Shared
}

/// Tells the parent, once for each cause, and lets the agent stop.
fn give_up(host: &mut dyn Host, cx: &Context, memory: Memory, hold: &Hold) -> Result<Decision, EffectError> {
    if memory.told {
        return Ok(Decision::pass());
    }
    let text = format!(
        "Agent `{}` stops although {}. It was told so and did nothing about it. Look at its workspace `{}`; it goes on when you write to it.",
        cx.agent.name, hold.although, cx.agent.workspace
    );
    host.messages_send("parent", "gate.gave-up", &text, None, true)?;
    save(host, &Memory { told: true, ..memory })?;
    Ok(Decision::pass().with_message(format!("exomonad let this agent stop although {}", hold.although)))
}

/// The first thing that is missing.
fn hold(host: &mut dyn Host, cx: &Context, standing: &Standing) -> Result<Option<Hold>, EffectError> {
    let Some(branch) = &standing.branch else { return Ok(None) };
    let head = standing.head.as_deref().unwrap_or_default();
    let make = |what: &str, reason: String, although: String| {
        let cause =
            format!("{what} {head} {} {}", standing.uncommitted_count, standing.uncommitted.join("\0"));
        Ok(Some(Hold { cause, reason, although }))
    };
    if standing.uncommitted_count > 0 {
        let paths = uncommitted(standing);
        return make(
            "uncommitted",
            format!(
                "You cannot stop yet: these files are not committed: {paths}. Commit those that belong to the work on branch `{branch}` (`git add` with their names, then `git commit`), and take the others away, or keep them aside with `git stash -u`."
            ),
            format!("files are not committed: {paths}"),
        );
    }
    let filed = standing.pull_request.as_ref();
    let is_filed = filed.is_some_and(|filed| standing.head.as_ref() == Some(&filed.head_sha));
    // What a repository of its own holds is taken by the parent from there.
    let files_here = cx.agent.workspace_kind == WorkspaceKind::Worktree;
    if standing.ahead > 0 && files_here && !is_filed && !leads(host, cx)? {
        let commits = if standing.ahead == 1 { "1 commit" } else { &format!("{} commits", standing.ahead) };
        let base = standing.base.as_deref().unwrap_or("its base");
        return make(
            "unfiled",
            format!(
                "You cannot stop yet: branch `{branch}` has {commits} over `{base}` and no pull request at its newest commit. Call exomonad's tool `file_pr`; if the work cannot be finished, call `notify_parent` with `failure` instead."
            ),
            format!("`{branch}` has {commits} that no pull request has"),
        );
    }
    if let Some(filed) = filed.filter(|filed| filed.open && filed.changes_requested) {
        let number = filed.number;
        return make(
            "changes-requested",
            format!(
                "You cannot stop yet: changes are requested on your pull request #{number}. Read the review in your `inbox`, make the changes, commit them and call `file_pr` again; if that cannot be done, call `notify_parent` with `failure`."
            ),
            format!("changes are requested on its pull request #{number}"),
        );
    }
    let unpushed = standing.unpushed.filter(|count| *count > 0 && standing.ahead > 0);
    if let (Some(_), Some(_)) = (unpushed, filed.filter(|filed| filed.open && !filed.local)) {
        return make(
            "unpushed",
            format!(
                "You cannot stop yet: branch `{branch}` has commits that are not pushed, so your pull request does not have them. Call `file_pr` again, which pushes the branch."
            ),
            format!("commits of `{branch}` are not pushed"),
        );
    }
    Ok(None)
}

/// Whether the agent waits for others: a lead files when its children are done.
fn leads(host: &mut dyn Host, cx: &Context) -> Result<bool, EffectError> {
    if cx.agent.role != TL {
        return Ok(false);
    }
    let is_at_work = |state: AgentState| match state {
        AgentState::Starting | AgentState::Running | AgentState::Waiting => true,
        AgentState::Stopped | AgentState::Failed => false,
    };
    let agents = host.agents_list()?;
    Ok(agents.iter().any(|info| info.agent.parent.as_ref() == Some(&cx.agent.name) && is_at_work(info.state)))
}

/// A prompt begins a new turn: what was said before counts no more, unless it is the gate's own reason, or comes from
/// another agent.
pub(super) fn prompted(host: &mut dyn Host, cx: &Context, prompt: &str) -> Result<(), EffectError> {
    if is_free(cx) {
        return Ok(());
    }
    let memory = load(host)?;
    if memory == Memory::default() || !memory.reason.is_empty() && prompt.contains(&memory.reason) {
        return Ok(());
    }
    if is_from_agent(prompt) {
        return if memory.failed { save(host, &Memory { failed: false, ..memory }) } else { Ok(()) };
    }
    host.kv_delete(Scope::Agent, KEY)
}

fn is_from_agent(prompt: &str) -> bool {
    let prompt = prompt.trim_start();
    prompt.starts_with("[FAILED ") || prompt.starts_with("[from ") && !prompt.starts_with("[from human ")
}

/// An agent that said that it failed may stop until it is told something new.
pub(crate) fn remember_failure(host: &mut dyn Host) -> Result<(), EffectError> {
    let memory = load(host)?;
    save(host, &Memory { failed: true, ..memory })
}

fn load(host: &mut dyn Host) -> Result<Memory, EffectError> {
    let text = host.kv_get(Scope::Agent, KEY)?;
    // What an older version wrote, and this one does not understand, is forgotten.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn save(host: &mut dyn Host, memory: &Memory) -> Result<(), EffectError> {
    let text = serde_json::to_string(memory).unwrap_or_default();
    host.kv_set(Scope::Agent, KEY, &text)
}
