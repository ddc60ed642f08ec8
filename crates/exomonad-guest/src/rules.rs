//! The project's own rules: the first that fits decides.
//!
//! An `allow` rule answers the harness's question, so the user is not asked. No rule lifts what the guard refuses:
//! the guard decides first.

use exomonad_sdk::{Context, Decision, Hook, HookEvent, HookKind, Rule, RuleDecision, ToolKind, ToolUse, kind_of};

use crate::guard::place;
use crate::path::{Path, dir, wildcard};
use crate::shell::{Value, steps};

/// What the project's rules say about this hook; passes when none fits.
pub(crate) fn decide(cx: &Context, hook: &Hook) -> Decision {
    let event = event_name(kind_of(&hook.event));
    let tool = tool_of(&hook.event);
    // Parsing waits until a rule asks for it.
    let mut subjects: Option<Vec<String>> = None;
    let rule = cx.rules.iter().find(|rule| {
        rule.event == event
            && rule.tool.as_ref().is_none_or(|names| tool.is_some_and(|tool| names_tool(names, tool)))
            && rule.matches.as_ref().is_none_or(|pattern| {
                let subjects = subjects.get_or_insert_with(|| subjects_of(cx, hook));
                subjects.iter().any(|subject| wildcard(pattern, subject))
            })
    });
    rule.map_or_else(Decision::pass, |rule| decision(rule))
}

fn decision(rule: &Rule) -> Decision {
    let because = |verb: &str| match &rule.reason {
        Some(reason) => reason.clone(),
        None => format!("a rule of this project {verb} it{}", pattern(rule)),
    };
    match rule.decision {
        RuleDecision::Allow => Decision::allow(),
        RuleDecision::Ask => Decision::ask(because("asks a person about")),
        RuleDecision::Deny => Decision::deny(because("refuses")),
    }
}

fn pattern(rule: &Rule) -> String {
    let pattern = rule.matches.as_ref().or(rule.tool.as_ref());
    pattern.map_or_else(String::new, |pattern| format!(" (`{pattern}`)"))
}

fn tool_of(event: &HookEvent) -> Option<&ToolUse> {
    match event {
        HookEvent::PreTool(tool) | HookEvent::PermissionRequested(tool) => Some(tool),
        HookEvent::PostTool(done) => Some(&done.tool),
        HookEvent::SessionStart(_)
        | HookEvent::PromptSubmitted(_)
        | HookEvent::Stop(_)
        | HookEvent::SubagentStart(_)
        | HookEvent::SubagentStop(_)
        | HookEvent::PreCompact(_)
        | HookEvent::Notification(_)
        | HookEvent::SessionEnd(_)
        | HookEvent::BeforeModel
        | HookEvent::AfterModel
        | HookEvent::WorkerExit(_)
        | HookEvent::Other(_) => None,
    }
}

fn names_tool(names: &str, tool: &ToolUse) -> bool {
    names.split('|').map(str::trim).any(|name| wildcard(name, &tool.name) || name == kind_name(tool.kind))
}

/// What a pattern is held against: commands as a whole and one by one, paths, tool names, prompts.
fn subjects_of(cx: &Context, hook: &Hook) -> Vec<String> {
    if let HookEvent::PromptSubmitted(prompt) = &hook.event {
        return vec![prompt.clone()];
    }
    let Some(tool) = tool_of(&hook.event) else { return Vec::new() };
    let mut subjects = Vec::new();
    if let Some(command) = &tool.command {
        subjects.push(command.clone());
        for step in steps(command, &place(cx, &hook.cwd)).unwrap_or_default() {
            let words: Vec<String> = step.argv.iter().map(Value::shown).collect();
            subjects.push(words.join(" "));
            let program = step.program();
            let rest = words.get(1..).unwrap_or_default();
            subjects.push([&[program], rest].concat().join(" "));
        }
    }
    for path in &tool.paths {
        subjects.push(path.clone());
        subjects.extend(Path::new(&Value::text(path.clone()), &dir(&hook.cwd), false).known());
    }
    subjects.extend(tool.mcp.as_ref().map(|mcp| format!("{}.{}", mcp.server, mcp.name)));
    subjects
}

/// The name that `[[rules]] event` uses.
fn event_name(kind: HookKind) -> &'static str {
    match kind {
        HookKind::SessionStart => "session-start",
        HookKind::PromptSubmitted => "prompt-submitted",
        HookKind::PreTool => "pre-tool",
        HookKind::PostTool => "post-tool",
        HookKind::PermissionRequested => "permission-requested",
        HookKind::Stop => "stop",
        HookKind::SubagentStart => "subagent-start",
        HookKind::SubagentStop => "subagent-stop",
        HookKind::PreCompact => "pre-compact",
        HookKind::Notification => "notification",
        HookKind::SessionEnd => "session-end",
        HookKind::BeforeModel => "before-model",
        HookKind::AfterModel => "after-model",
        HookKind::WorkerExit => "worker-exit",
        HookKind::Other => "other",
    }
}

/// The name of a kind of tool, for rules and events.
pub(crate) fn kind_name(kind: ToolKind) -> &'static str {
    match kind {
        ToolKind::Shell => "shell",
        ToolKind::Read => "read",
        ToolKind::Write => "write",
        ToolKind::Search => "search",
        ToolKind::Web => "web",
        ToolKind::Mcp => "mcp",
        ToolKind::Subagent => "subagent",
        ToolKind::Other => "other",
    }
}
