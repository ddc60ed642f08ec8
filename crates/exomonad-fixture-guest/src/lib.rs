//! A guest for the host's tests: it does what the word `fixture_<behaviour>` tells it, misbehaviour included.
//!
//! The word is looked for in the tool's name (`pre-tool`, `post-tool`, `permission-requested`), in the prompt, and in
//! the last message (`stop`, `subagent-stop`). Without one it has no opinion. What it makes of an event, the event's data say.

mod behaviour;
mod conformance;
mod reactions;
mod tools;

use behaviour::Behaviour;
use exomonad_sdk::{
    Action, Context, Decision, Event, Hook, HookKind, Hooks, Host, Policy, Role, StopInfo, ToolDone,
    ToolKind, ToolUse,
};

/// The fixture guest.
#[derive(Debug)]
pub struct Fixture;

impl Policy for Fixture {
    const NAME: &'static str = "fixture";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const EVENTS: &'static [&'static str] = reactions::EVENTS;

    fn on_event(host: &mut dyn Host, _: &Context, event: &Event) -> Vec<Action> {
        reactions::react(host, event)
    }

    fn roles() -> Vec<Role> {
        let told = |name| {
            let role = Role::new(name, "Does what it is told").hooks::<Told>();
            conformance::add(tools::add(role))
        };
        vec![
            told("tl"),
            told("dev"),
            tools::add_special(Role::new("worker", "Is asked about shell commands only").hooks::<Picky>()),
        ]
    }
}

struct Told;

/// As [`Told`] before a tool, and only for shell commands.
struct Picky;

impl Hooks for Picky {
    const INTERESTS: &'static [HookKind] = &[HookKind::PreTool];
    const PRE_TOOL_KINDS: &'static [ToolKind] = &[ToolKind::Shell];

    fn pre_tool(host: &mut dyn Host, cx: &Context, hook: &Hook, tool: &ToolUse) -> Decision {
        Told::pre_tool(host, cx, hook, tool)
    }
}

impl Hooks for Told {
    const INTERESTS: &'static [HookKind] = &[
        HookKind::PromptSubmitted,
        HookKind::PreTool,
        HookKind::PostTool,
        HookKind::PermissionRequested,
        HookKind::Stop,
        HookKind::SubagentStop,
    ];

    fn prompt_submitted(host: &mut dyn Host, _: &Context, _: &Hook, prompt: &str) -> Decision {
        Behaviour::named_in(prompt).act(host)
    }

    fn pre_tool(host: &mut dyn Host, _: &Context, _: &Hook, tool: &ToolUse) -> Decision {
        Behaviour::named_in(&tool.name).act(host)
    }

    fn post_tool(host: &mut dyn Host, _: &Context, _: &Hook, done: &ToolDone) -> Decision {
        Behaviour::named_in(&done.tool.name).act(host)
    }

    fn permission_requested(host: &mut dyn Host, _: &Context, _: &Hook, tool: &ToolUse) -> Decision {
        Behaviour::named_in(&tool.name).act(host)
    }

    fn stop(host: &mut dyn Host, _: &Context, _: &Hook, stop: &StopInfo) -> Decision {
        Behaviour::named_in(&stop.last_message).act(host)
    }

    fn subagent_stop(host: &mut dyn Host, _: &Context, _: &Hook, stop: &StopInfo) -> Decision {
        Behaviour::named_in(&stop.last_message).act(host)
    }
}

#[cfg(target_family = "wasm")]
exomonad_sdk::export_guest!(Fixture);

#[cfg(test)]
mod tests;
