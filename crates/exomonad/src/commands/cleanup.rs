//! `exomonad cleanup`: removes agents that are done.

use exomonad_host::agent::{AgentName, Cleaned, CleanupError, Force, Site, cleanup, work};
use exomonad_host::explain;
use serde_json::{Value, json};

use super::project::{require_agent, require_site};
use crate::cli::CleanupArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output};

/// What became of an agent.
enum Outcome {
    Removed(Cleaned),
    /// Nobody asked for it by name, and it has a reason to stay.
    Stays(CleanupError),
    /// Only merged agents were asked for.
    NotMerged,
    Failed(CleanupError),
}

pub(crate) fn run(env: &Env, output: &Output, args: &CleanupArgs) -> anyhow::Result<Exit> {
    let site = require_site(env)?;
    let named =
        args.name.iter().map(|text| require_agent(&site.store, text)).collect::<Result<Vec<_>, _>>()?;
    let force = if args.force { Force::Yes } else { Force::No };
    let mut outcomes = Vec::new();
    for name in targets(&site, &named)? {
        let outcome = match (named.is_empty(), args.merged) {
            (true, true) => clean_merged(&site, &name),
            (true, false) => clean(&site, &name, Force::No, Outcome::Stays),
            (false, _) => clean(&site, &name, force, Outcome::Failed),
        };
        outcomes.push((name, outcome));
    }
    if args.json {
        let agents: Vec<_> = outcomes.iter().map(|(name, outcome)| to_json(name, outcome)).collect();
        output.answer(&format!("{:#}\n", json!({ "schema": 1, "agents": agents })))?;
    } else {
        outcomes.iter().for_each(|(name, outcome)| say(output, name, outcome));
        if outcomes.is_empty() {
            output.say(Mark::Nothing, "there is no agent beside the lead");
        }
    }
    let failed = outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
    Ok(if failed { Exit::Failed } else { Exit::Ok })
}

/// The named agents, or all but the lead; the deepest first, since nobody goes before its children.
fn targets(site: &Site, named: &[AgentName]) -> anyhow::Result<Vec<AgentName>> {
    let mut rows = site.store.agents()?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.depth));
    let wanted = rows.into_iter().filter(|row| match named {
        [] => row.parent.is_some(),
        named => named.contains(&row.name),
    });
    Ok(wanted.map(|row| row.name).collect())
}

fn clean(site: &Site, name: &AgentName, force: Force, otherwise: fn(CleanupError) -> Outcome) -> Outcome {
    cleanup(site, name, force).map_or_else(otherwise, Outcome::Removed)
}

fn clean_merged(site: &Site, name: &AgentName) -> Outcome {
    match work(site, name) {
        Ok(Some(work)) if work.is_merged => clean(site, name, Force::No, Outcome::Stays),
        Ok(_) => Outcome::NotMerged,
        Err(err) => Outcome::Stays(err),
    }
}

fn say(output: &Output, name: &AgentName, outcome: &Outcome) {
    match outcome {
        Outcome::Removed(cleaned) => {
            let branch = cleaned.branch.as_ref().map(|branch| format!("; its branch `{branch}` stays"));
            let branch = branch.unwrap_or_default();
            output.say(Mark::Done, &format!("{name}: removed{branch}"));
            if let (Some(salvage), Some(recovery)) = (&cleaned.salvage, cleaned.recovery()) {
                output.say(
                    Mark::Next,
                    &format!("its work is kept as `{salvage}`; to get it back: `{recovery}`"),
                );
            }
        }
        Outcome::Stays(err) => output.say(Mark::Nothing, &format!("{name}: stays: {}", explain(err))),
        Outcome::NotMerged => output.say(Mark::Nothing, &format!("{name}: stays: it has no merged work")),
        Outcome::Failed(err) => {
            output.say(Mark::Wrong, &format!("{name}: {}", explain(err)));
            if let Some(hint) = err.hint() {
                output.say(Mark::Next, &hint);
            }
        }
    }
}

fn to_json(name: &AgentName, outcome: &Outcome) -> Value {
    let (cleaned, reason, hint) = match outcome {
        Outcome::Removed(cleaned) => (Some(cleaned), None, None),
        Outcome::Stays(err) | Outcome::Failed(err) => (None, Some(explain(err)), err.hint()),
        Outcome::NotMerged => (None, Some("it has no merged work".to_owned()), None),
    };
    json!({
        "name": name.as_str(),
        "removed": cleaned.is_some(),
        "branch": cleaned.and_then(|cleaned| cleaned.branch.as_ref()),
        "salvage": cleaned.and_then(|cleaned| cleaned.salvage.as_ref()),
        "recovery": cleaned.and_then(Cleaned::recovery),
        "reason": reason,
        "hint": hint,
    })
}
