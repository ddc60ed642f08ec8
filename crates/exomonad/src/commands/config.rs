//! `exomonad config show`: what holds once every file is read.

use std::collections::BTreeMap;
use std::time::Duration;

use exomonad_host::config::{Agents, Command, Config, ForgeConfig};
use exomonad_host::contract::RuleDecision;
use serde_json::{Value, json};

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
    let agents = &config.agents;
    let mut shown = json!({ "schema": 1, "limits": limits, "process": process, "rules": rules });
    let more = json!({
        "agents": {
            "max_depth": agents.max_depth,
            "max_children": agents.max_children,
            "max_agents": agents.max_agents,
            "stuck_minutes": agents.stuck_minutes,
            "permission_mode": agents.permission_mode,
            "skip_permissions": agents.skip_permissions,
            "setup": agents.setup.as_ref().map(|setup| &setup.argv),
        },
        "events": { "zellij_pipe": config.events.zellij_pipe },
        "roles": table(&agents.roles, |role| json!({ "harness": role.harness, "model": role.model })),
        "harness": table(&agents.harnesses, |command| json!({ "command": command.argv })),
        "project": {
            "verify": config.work.verify,
            "protected": config.work.protected,
            "clean_up_merged": config.work.clean_up_merged,
        },
        "forge": {
            "kind": config.forge.kind.name(),
            "remote": config.forge.remote,
            "repository": config.forge.repository.as_ref().map(|(owner, name)| format!("{owner}/{name}")),
            "api_url": config.forge.api_url,
            "poll_s": config.forge.poll.as_secs(),
        },
        "notify": { "desktop": config.notify.desktop },
        "mux": agents.mux.name(),
        "session": agents.session,
    });
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
        shown.extend(more);
    }
    format!("{shown:#}\n")
}

fn table<T>(entries: &BTreeMap<String, T>, show: impl Fn(&T) -> Value) -> Value {
    Value::Object(entries.iter().map(|(name, entry)| (name.clone(), show(entry))).collect())
}

/// What is configured about agents, one key a line; a key that says nothing is left out.
fn agents_text(agents: &Agents) -> String {
    let mut lines = vec![
        format!("agents.max_depth = {}", agents.max_depth),
        format!("agents.max_children = {}", agents.max_children),
        format!("agents.max_agents = {}", agents.max_agents),
        format!("agents.stuck_minutes = {}", agents.stuck_minutes),
        format!("agents.skip_permissions = {}", agents.skip_permissions),
    ];
    lines.extend(
        agents.permission_mode.iter().map(|mode| format!("agents.permission_mode = {}", json!(mode))),
    );
    lines.extend(
        agents.setup.iter().map(|setup| format!("agents.setup = {}{}", json!(setup.argv), marked(setup))),
    );
    for (name, role) in &agents.roles {
        lines.extend(role.harness.iter().map(|harness| format!("roles.{name}.harness = {}", json!(harness))));
        lines.extend(role.model.iter().map(|model| format!("roles.{name}.model = {}", json!(model))));
    }
    for (name, command) in &agents.harnesses {
        lines.push(format!("harness.{name}.command = {}{}", json!(command.argv), marked(command)));
    }
    lines.push(format!("mux = {}", json!(agents.mux.name())));
    lines.extend(agents.session.iter().map(|session| format!("session = {}", json!(session))));
    lines.join("\n") + "\n"
}

/// Where pull requests live, one key a line; a key that says nothing is left out.
fn forge_text(forge: &ForgeConfig) -> String {
    let mut lines = vec![
        format!("forge.kind = {}", json!(forge.kind.name())),
        format!("forge.remote = {}", json!(forge.remote)),
    ];
    let repository = forge.repository.as_ref().map(|(owner, name)| format!("{owner}/{name}"));
    lines.extend(repository.map(|repository| format!("forge.repository = {}", json!(repository))));
    lines.extend(forge.api_url.iter().map(|url| format!("forge.api_url = {}", json!(url))));
    lines.push(format!("forge.poll_s = {}", forge.poll.as_secs()));
    lines.join("\n") + "\n"
}

fn marked(command: &Command) -> &'static str {
    if command.needs_approval { "  # came with the repository: see `exomonad approve`" } else { "" }
}

fn to_text(config: &Config) -> String {
    let mut text = format!(
        "limits.guest_ms = {}\nlimits.guest_memory_mib = {}\nlimits.guest_effects = {}\n\
         limits.tool_ms = {}\nlimits.wait_ms = {}\nprocess.allow = {}\n\
         project.verify = {}\nproject.protected = {}\nproject.clean_up_merged = {}\nnotify.desktop = {}\n",
        config.limits.wall.as_millis(),
        config.limits.memory >> 20,
        config.limits.effects,
        config.tool_limits.wall.as_millis(),
        config.tool_limits.wait.as_millis(),
        json!(config.programs),
        json!(config.work.verify),
        json!(config.work.protected),
        config.work.clean_up_merged,
        config.notify.desktop,
    );
    text += &forge_text(&config.forge);
    text += &agents_text(&config.agents);
    if let Some(pipe) = &config.events.zellij_pipe {
        text = format!("{text}events.zellij_pipe = {}\n", json!(pipe));
    }
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
