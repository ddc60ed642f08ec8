//! A guest is bounded, and a misbehaving one harms nobody else.

use std::time::{Duration, Instant};

use exomonad_host::contract::{Decision, Verdict};
use exomonad_host::engine::{GuestError, Limits};

use crate::support::{TestProject, builtin, fixture, tool_hook};

fn ask(project: &TestProject, tool: &str, limits: Limits) -> Result<Decision, GuestError> {
    fixture().on_hook(project.services(), &project.context("tl", Vec::new()), &tool_hook(tool), limits)
}

/// Generous: a loaded machine is no reason to fail.
fn limits() -> Limits {
    Limits { wall: Duration::from_secs(20), ..Limits::default() }
}

#[test]
fn every_verdict_crosses_the_boundary() {
    let project = TestProject::new();
    let check = |tool: &str, expect: Verdict| {
        assert_eq!(ask(&project, tool, limits()).unwrap().verdict, expect, "{tool}");
    };
    check("fixture_pass", Verdict::Pass);
    check("fixture_allow", Verdict::Allow);
    check("fixture_deny", Verdict::Deny("the fixture denies".to_owned()));
    check("fixture_ask", Verdict::Ask("the fixture asks".to_owned()));
    check("fixture_block", Verdict::Block("the fixture blocks".to_owned()));
    check("fixture_halt", Verdict::Halt("the fixture halts".to_owned()));
    check("fixture_rewrite", Verdict::Rewrite(r#"{"command":"echo rewritten by the fixture"}"#.to_owned()));
    let context = ask(&project, "fixture_context", limits()).unwrap().context;
    assert_eq!(context.as_deref(), Some("the fixture's context"));
}

#[test]
fn a_trap_is_named_with_its_export() {
    let err = ask(&TestProject::new(), "fixture_trap", limits()).unwrap_err();
    assert!(matches!(err, GuestError::Trap { .. }), "{err:?}");
    assert_eq!(err.to_string(), "the guest crashed in `on-hook`");
}

#[test]
fn an_endless_loop_meets_the_time_limit() {
    let short = Limits { wall: Duration::from_millis(300), ..Limits::default() };
    let err = ask(&TestProject::new(), "fixture_spin", short).unwrap_err();
    assert_eq!(err.to_string(), "the guest ran for more than 300 ms in `on-hook`");
}

#[test]
fn a_hungry_guest_meets_the_memory_limit() {
    let little = Limits { memory: 8 << 20, ..limits() };
    let err = ask(&TestProject::new(), "fixture_alloc", little).unwrap_err();
    assert!(matches!(err, GuestError::Memory { limit, .. } if limit == 8 << 20), "{err:?}");
}

#[test]
fn an_insatiable_guest_meets_the_effect_limit() {
    let few = Limits { effects: 50, ..limits() };
    let err = ask(&TestProject::new(), "fixture_effects", few).unwrap_err();
    assert!(matches!(err, GuestError::Effects { limit: 50, .. }), "{err:?}");
}

#[test]
fn a_long_answer_meets_the_output_limit() {
    let roomy = Limits { memory: 256 << 20, ..limits() };
    let err = ask(&TestProject::new(), "fixture_huge", roomy).unwrap_err();
    assert!(matches!(err, GuestError::Output { size, .. } if size == 64 << 20), "{err:?}");
}

#[test]
fn a_looping_guest_does_not_delay_another_call() {
    let project = TestProject::new();
    let long = Limits { wall: Duration::from_secs(8), ..Limits::default() };
    ask(&project, "fixture_pass", long).unwrap();
    std::thread::scope(|scope| {
        let spinning = scope.spawn(|| ask(&project, "fixture_spin", long));
        let begun = Instant::now();
        for _ in 0..20 {
            ask(&project, "fixture_deny", long).unwrap();
        }
        assert!(!spinning.is_finished(), "twenty calls took {:?}", begun.elapsed());
        assert!(matches!(spinning.join().unwrap(), Err(GuestError::Time { .. })));
    });
}

#[test]
fn the_built_in_guest_loads_again_and_again_in_one_process() {
    let first = builtin().describe(Limits::default()).unwrap();
    drop(exomonad_host::engine::Guest::builtin().unwrap());
    let second = builtin().describe(Limits::default()).unwrap();
    assert_eq!(first, second);
    let roles: Vec<_> = first.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(roles, ["tl", "dev", "worker"]);
}
