//! Every hook event reaches the method of its kind.

use exomonad_sdk::fake::{FakeHost, context, hook};
use exomonad_sdk::{
    Context, Decision, Hook, HookEvent, HookKind, Hooks, Host, Policy, Role, StopInfo, ToolDone, ToolKind,
    ToolUse, guest, kind_of,
};

struct Says;

/// Writes methods that answer with their own name and what they were given.
macro_rules! say {
    ($($method:ident($($arg:ident: $ty:ty),*) = $said:expr;)*) => {
        $(fn $method(_: &mut dyn Host, _: &Context, _: &Hook $(, $arg: $ty)*) -> Decision {
            Decision::context(format!("{} {}", stringify!($method), $said))
        })*
    };
}

impl Hooks for Says {
    const INTERESTS: &'static [HookKind] = &[];

    say! {
        session_start(source: &str) = source;
        prompt_submitted(prompt: &str) = prompt;
        pre_tool(tool: &ToolUse) = tool.name;
        post_tool(done: &ToolDone) = done.response;
        permission_requested(tool: &ToolUse) = tool.name;
        stop(stop: &StopInfo) = stop.last_message;
        subagent_start(kind: &str) = kind;
        subagent_stop(stop: &StopInfo) = stop.last_message;
        pre_compact(trigger: &str) = trigger;
        notification(kind: &str, text: &str) = format!("{kind} {text}");
        session_end(reason: &str) = reason;
        before_model() = "";
        after_model() = "";
        worker_exit(status: &str) = status;
        other(name: &str) = name;
    }
}

struct Silent;

impl Hooks for Silent {
    const INTERESTS: &'static [HookKind] = &[];
}

struct Both;

impl Policy for Both {
    const NAME: &'static str = "both";
    const VERSION: &'static str = "1";

    fn roles() -> Vec<Role> {
        vec![Role::new("says", "").hooks::<Says>(), Role::new("silent", "").hooks::<Silent>()]
    }
}

fn tool() -> ToolUse {
    ToolUse {
        name: "Bash".to_owned(),
        kind: ToolKind::Shell,
        input: "{}".to_owned(),
        command: None,
        paths: Vec::new(),
        dir: None,
        mcp: None,
        id: None,
    }
}

fn every_event() -> Vec<(HookEvent, HookKind, &'static str)> {
    let text = |text: &str| text.to_owned();
    let stop = || StopInfo { last_message: text("bye"), already_blocked: true };
    let done = ToolDone { tool: tool(), response: text("ok"), failed: false, end_known: true };
    vec![
        (HookEvent::SessionStart(text("startup")), HookKind::SessionStart, "session_start startup"),
        (HookEvent::PromptSubmitted(text("hi")), HookKind::PromptSubmitted, "prompt_submitted hi"),
        (HookEvent::PreTool(tool()), HookKind::PreTool, "pre_tool Bash"),
        (HookEvent::PostTool(done), HookKind::PostTool, "post_tool ok"),
        (HookEvent::PermissionRequested(tool()), HookKind::PermissionRequested, "permission_requested Bash"),
        (HookEvent::Stop(stop()), HookKind::Stop, "stop bye"),
        (HookEvent::SubagentStart(text("Explore")), HookKind::SubagentStart, "subagent_start Explore"),
        (HookEvent::SubagentStop(stop()), HookKind::SubagentStop, "subagent_stop bye"),
        (HookEvent::PreCompact(text("auto")), HookKind::PreCompact, "pre_compact auto"),
        (HookEvent::Notification((text("idle"), text("x"))), HookKind::Notification, "notification idle x"),
        (HookEvent::SessionEnd(text("exit")), HookKind::SessionEnd, "session_end exit"),
        (HookEvent::BeforeModel, HookKind::BeforeModel, "before_model "),
        (HookEvent::AfterModel, HookKind::AfterModel, "after_model "),
        (HookEvent::WorkerExit(text("signal 9")), HookKind::WorkerExit, "worker_exit signal 9"),
        (HookEvent::Other(text("Setup")), HookKind::Other, "other Setup"),
    ]
}

#[test]
fn an_event_reaches_the_method_of_its_kind() {
    for (event, kind, said) in every_event() {
        assert_eq!(kind_of(&event), kind);
        let decision = guest::on_hook::<Both>(&mut FakeHost::default(), &context("says"), &hook(event));
        assert_eq!(decision, Decision::context(said));
    }
}

#[test]
fn a_method_that_is_not_written_has_no_opinion() {
    for (event, _, _) in every_event() {
        let decision = guest::on_hook::<Both>(&mut FakeHost::default(), &context("silent"), &hook(event));
        assert_eq!(decision, Decision::pass());
    }
}
