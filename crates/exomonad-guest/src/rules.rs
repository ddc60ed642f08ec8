//! The project's own rules: the first that fits decides.
//!
//! An `allow` rule answers the harness's question, so the user is not asked. No rule lifts what the guard refuses:
//! the guard decides first.

use exomonad_sdk::{
    Context, Decision, Hook, HookEvent, HookKind, Rule, RuleDecision, ToolKind, ToolUse, kind_of,
};

use crate::guard::{command_dir, place};
use crate::path::{Path, dir, wildcard};
use crate::shell::{Step, Value, steps};

/// What the project's rules say about this hook; passes when none fits.
pub(crate) fn decide(cx: &Context, hook: &Hook) -> Decision {
    let event = event_name(kind_of(&hook.event));
    let tool = tool_of(&hook.event);
    // Parsing waits until a rule asks for it.
    let mut subjects: Option<Subjects> = None;
    let rule = cx.rules.iter().find(|rule| {
        rule.event == event
            && rule.tool.as_ref().is_none_or(|names| tool.is_some_and(|tool| names_tool(names, tool)))
            && rule.matches.as_ref().is_none_or(|pattern| {
                subjects.get_or_insert_with(|| Subjects::new(cx, hook)).fit(pattern, rule.decision)
            })
    });
    rule.map_or_else(Decision::pass, decision)
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

/// What a pattern is held against.
struct Subjects {
    /// Whole commands, paths, tool names and prompts.
    whole: Vec<String>,
    /// The programs of a command line, each in the ways it can be written; absent when it was not understood.
    programs: Option<Vec<Vec<String>>>,
    /// A command line that an `allow` may cover only as far as it is understood, and only if it writes to no file.
    is_command: bool,
    writes: bool,
}

impl Subjects {
    fn new(cx: &Context, hook: &Hook) -> Self {
        let mut subjects = Self { whole: Vec::new(), programs: None, is_command: false, writes: false };
        if let HookEvent::PromptSubmitted(prompt) = &hook.event {
            subjects.whole.push(prompt.clone());
        }
        let Some(tool) = tool_of(&hook.event) else { return subjects };
        if let Some(command) = &tool.command {
            subjects.is_command = true;
            subjects.whole.push(command.clone());
            let steps = steps(command, &place(cx, &command_dir(hook, tool))).ok();
            subjects.writes = steps.iter().flatten().any(writes);
            subjects.programs = steps.map(|steps| steps.iter().map(spellings).collect());
        }
        for path in &tool.paths {
            subjects.whole.push(path.clone());
            subjects.whole.extend(Path::new(&Value::text(path.clone()), &dir(&hook.cwd), false).known());
        }
        subjects.whole.extend(tool.mcp.as_ref().map(|mcp| format!("{}.{}", mcp.server, mcp.name)));
        subjects
    }

    /// One program is enough to refuse or to ask; to allow a command line, every program in it has to fit.
    fn fit(&self, pattern: &str, decision: RuleDecision) -> bool {
        let fits = |subject: &String| wildcard(pattern, subject);
        let mut programs = self.programs.iter().flatten();
        match decision {
            RuleDecision::Ask | RuleDecision::Deny => {
                self.whole.iter().any(fits) || programs.any(|spellings| spellings.iter().any(fits))
            }
            RuleDecision::Allow => match &self.programs {
                Some(_) if self.writes => false,
                Some(programs) => programs.iter().all(|spellings| spellings.iter().any(fits)),
                None => self.whole.iter().any(fits) && !self.is_command,
            },
        }
    }
}

fn writes(step: &Step) -> bool {
    step.writes.iter().any(|target| target.shown() != "/dev/null")
}

/// `prog arg arg`, the program as written and by its name alone.
fn spellings(step: &Step) -> Vec<String> {
    let words: Vec<String> = step.argv.iter().map(Value::shown).collect();
    let program = step.program();
    let rest = words.get(1..).unwrap_or_default();
    vec![words.join(" "), [&[program], rest].concat().join(" ")]
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
