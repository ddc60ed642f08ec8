//! A call reaches the tool of the caller's role, and nothing else.

use exomonad_sdk::fake::{FakeHost, context, hook};
use exomonad_sdk::kv::Scope;
use exomonad_sdk::{
    Content, Context, Decision, EffectError, EffectErrorKind, Hook, HookEvent, HookKind, Hooks, Host, Policy,
    Role, Tool, ToolError, ToolHints, guest,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

struct Remember;

#[derive(Deserialize, JsonSchema)]
struct RememberArgs {
    /// What to remember.
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Remembered {
    characters: usize,
}

impl Tool for Remember {
    type Args = RememberArgs;
    type Output = Remembered;
    const NAME: &'static str = "remember";
    const TITLE: &'static str = "Remember";
    const DESCRIPTION: &'static str = "Remembers a text.";
    const HINTS: ToolHints =
        ToolHints { read_only: false, destructive: false, idempotent: true, open_world: false };

    fn call(host: &mut dyn Host, _: &Context, args: RememberArgs) -> Result<Remembered, ToolError> {
        host.kv_set(Scope::Agent, "text", &args.text)?;
        Ok(Remembered { characters: args.text.chars().count() })
    }
}

struct Greets;

impl Hooks for Greets {
    const INTERESTS: &'static [HookKind] = &[HookKind::SessionStart];

    fn session_start(_: &mut dyn Host, cx: &Context, _: &Hook, _: &str) -> Decision {
        Decision::context(format!("You are {}", cx.agent.name))
    }
}

struct Two;

impl Policy for Two {
    const NAME: &'static str = "two";
    const VERSION: &'static str = "1.2.3";
    const EVENTS: &'static [&'static str] = &["agent.stopped"];

    fn roles() -> Vec<Role> {
        vec![Role::new("dev", "Builds").tool::<Remember>().hooks::<Greets>(), Role::new("worker", "Helps")]
    }
}

#[test]
fn describe_names_everything_a_host_must_know() {
    let info = guest::describe::<Two>();
    assert_eq!((info.name.as_str(), info.version.as_str()), ("two", "1.2.3"));
    assert_eq!(info.events, ["agent.stopped"]);
    let [dev, worker] = info.roles.as_slice() else { panic!("{} roles", info.roles.len()) };
    assert_eq!((dev.name.as_str(), dev.hooks.as_slice()), ("dev", [HookKind::SessionStart].as_slice()));
    assert_eq!(
        (worker.name.as_str(), worker.hooks.as_slice(), worker.tools.len()),
        ("worker", [].as_slice(), 0)
    );
    let schema: serde_json::Value = serde_json::from_str(&dev.tools[0].input_schema).unwrap();
    assert_eq!(
        schema,
        serde_json::json!({
            "type": "object",
            "properties": { "text": { "type": "string", "description": "What to remember." } },
            "required": ["text"],
        })
    );
}

#[test]
fn a_tool_runs_with_its_arguments_and_effects() {
    let mut host = FakeHost::default();
    host.reply("kv.set", Ok(()));
    let output = guest::call_tool::<Two>(&mut host, &context("dev"), "remember", r#"{"text":"né"}"#).unwrap();
    assert_eq!(output.structured.as_deref(), Some(r#"{"characters":2}"#));
    assert_eq!(output.content, [Content::Text("{\n  \"characters\": 2\n}".to_owned())]);
    assert_eq!(host.calls(), [r#"kv.set(Scope::Agent, "text", "né")"#]);
}

#[test]
fn an_effect_s_failure_is_the_tool_s_failure() {
    let mut host = FakeHost::default();
    let refusal = EffectError {
        kind: EffectErrorKind::Unavailable,
        message: "no database".to_owned(),
        hint: Some("run `exomonad doctor`".to_owned()),
    };
    host.reply::<()>("kv.set", Err(refusal));
    let error =
        guest::call_tool::<Two>(&mut host, &context("dev"), "remember", r#"{"text":""}"#).unwrap_err();
    assert_eq!(error, ToolError::new("no database").with_hint("run `exomonad doctor`"));
}

#[test]
fn wrong_arguments_reach_no_effect() {
    let mut host = FakeHost::default();
    let error = guest::call_tool::<Two>(&mut host, &context("dev"), "remember", "{}").unwrap_err();
    assert_eq!(error.message, "missing argument `text`");
    assert!(host.calls().is_empty());
}

#[test]
fn an_unknown_tool_or_role_is_refused_by_name() {
    let call = |role: &str, tool: &str| {
        guest::call_tool::<Two>(&mut FakeHost::default(), &context(role), tool, "{}").unwrap_err()
    };
    let expect = ToolError::new("role `dev` has no tool `forget`").with_hint("its tools are: remember");
    assert_eq!(call("dev", "forget"), expect);
    assert_eq!(call("worker", "remember").message, "role `worker` has no tool `remember`");
    assert_eq!(call("poet", "remember").message, "this guest has no role `poet`");
}

#[test]
fn a_role_decides_its_own_hooks_only() {
    let decide = |role: &str| {
        let start = hook(HookEvent::SessionStart("startup".to_owned()));
        guest::on_hook::<Two>(&mut FakeHost::default(), &context(role), &start)
    };
    assert_eq!(decide("dev"), Decision::context("You are main.parser"));
    assert_eq!(decide("worker"), Decision::pass());
    assert_eq!(decide("poet"), Decision::pass());
}
