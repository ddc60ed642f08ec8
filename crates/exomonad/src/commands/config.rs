//! `exomonad config show`: what holds once every file is read.

use std::time::Duration;

use exomonad_host::config::Config;
use exomonad_host::contract::RuleDecision;
use serde_json::json;

use super::project::require_repository;
use crate::cli::{ConfigArgs, ConfigCommand};
use crate::env::Env;
use crate::exit::Exit;
use crate::output::Output;

pub(crate) fn run(env: &Env, output: &Output, args: &ConfigArgs) -> anyhow::Result<Exit> {
    let ConfigCommand::Show { json: as_json } = &args.command;
    let repository = require_repository(env)?;
    let config = Config::load(&repository.state_dir(), env.user_config().as_deref())?;
    for warning in &config.warnings {
        output.warn(warning);
    }
    output.answer(&if *as_json { to_json(&config) } else { to_text(&config) })?;
    Ok(Exit::Ok)
}

fn to_json(config: &Config) -> String {
    let rules: Vec<_> = config
        .rules
        .iter()
        .map(|rule| {
            json!({
                "event": rule.event, "tool": rule.tool, "matches": rule.matches,
                "decision": word(rule.decision), "reason": rule.reason,
            })
        })
        .collect();
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let limits = json!({
        "guest_ms": millis(config.limits.wall),
        "guest_memory_mib": config.limits.memory >> 20,
        "guest_effects": config.limits.effects,
        "tool_ms": millis(config.tool_limits.wall),
        "wait_ms": millis(config.tool_limits.wait),
    });
    let process = json!({ "allow": config.programs });
    format!("{:#}\n", json!({ "schema": 1, "limits": limits, "process": process, "rules": rules }))
}

fn to_text(config: &Config) -> String {
    let mut text = format!(
        "limits.guest_ms = {}\nlimits.guest_memory_mib = {}\nlimits.guest_effects = {}\n\
         limits.tool_ms = {}\nlimits.wait_ms = {}\nprocess.allow = {}\n",
        config.limits.wall.as_millis(),
        config.limits.memory >> 20,
        config.limits.effects,
        config.tool_limits.wall.as_millis(),
        config.tool_limits.wait.as_millis(),
        json!(config.programs),
    );
    for rule in &config.rules {
        let tool = rule.tool.as_deref().unwrap_or("*");
        let matches = rule.matches.as_deref().unwrap_or("*");
        let reason = rule.reason.as_deref().map(|reason| format!("  # {reason}")).unwrap_or_default();
        text = format!("{text}rule: {} {} `{tool}` `{matches}`{reason}\n", word(rule.decision), rule.event);
    }
    text
}

fn word(decision: RuleDecision) -> &'static str {
    match decision {
        RuleDecision::Allow => "allow",
        RuleDecision::Ask => "ask",
        RuleDecision::Deny => "deny",
    }
}
