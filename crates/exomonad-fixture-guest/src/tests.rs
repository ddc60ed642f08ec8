//! The fixture does what it is told.

use exomonad_sdk::fake::{FakeHost, context, hook};
use exomonad_sdk::{Decision, HookEvent, StopInfo, ToolKind, ToolUse, Verdict, guest};

use crate::Fixture;

fn decide(role: &str, event: HookEvent) -> Decision {
    guest::on_hook::<Fixture>(&mut FakeHost::default(), &context(role), &hook(event))
}

fn pre_tool(name: &str) -> HookEvent {
    HookEvent::PreTool(ToolUse {
        name: name.to_owned(),
        kind: ToolKind::Other,
        input: "{}".to_owned(),
        command: None,
        paths: Vec::new(),
        dir: None,
        mcp: None,
        id: None,
    })
}

#[test]
fn the_word_decides_for_every_role() {
    for role in ["tl", "dev", "worker"] {
        assert_eq!(decide(role, pre_tool("fixture_deny")), Decision::deny("the fixture denies"));
        assert_eq!(decide(role, pre_tool("mcp__server__fixture_allow")), Decision::allow());
        assert_eq!(decide(role, pre_tool("Bash")), Decision::pass());
    }
}

#[test]
fn the_word_is_found_in_prompts_and_last_messages() {
    let prompt = HookEvent::PromptSubmitted("please fixture_context, now".to_owned());
    assert_eq!(decide("dev", prompt), Decision::context("the fixture's context"));
    let stop = StopInfo { last_message: "done: fixture_block".to_owned(), already_blocked: false };
    assert_eq!(decide("dev", HookEvent::Stop(stop)), Decision::block("the fixture blocks"));
}

#[test]
fn an_unknown_word_or_event_has_no_opinion() {
    assert_eq!(decide("dev", pre_tool("fixture_sing")), Decision::pass());
    assert_eq!(decide("dev", HookEvent::SessionStart("startup".to_owned())), Decision::pass());
}

#[test]
fn huge_is_64_mib() {
    let decision = decide("dev", pre_tool("fixture_huge"));
    assert_eq!(decision.verdict, Verdict::Pass);
    assert_eq!(decision.context.map(|text| text.len()), Some(64 * 1024 * 1024));
}
