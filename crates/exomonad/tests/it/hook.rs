//! `exomonad hook`: whatever comes in, a harness gets an answer it understands.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use exomonad_testkit::process::End;
use proptest::prelude::*;

use crate::support::{ask, exomonad, question, set_up, transcript};

#[test]
fn a_denied_command_says_why_in_the_harnesss_words() {
    let project = set_up();
    expect_test::expect![[r#"
        Code(0)
        --- stdout
        {"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"`.exomonad/config.toml` guards the agents and may not be changed by one; ask your human to change it"}}--- stderr
    "#]]
    .assert_eq(&transcript(&project, &ask(&project, "echo x >> .exomonad/config.toml")));
}

#[test]
fn an_innocent_command_gets_no_word() {
    let project = set_up();
    let output = ask(&project, "cargo test");
    assert_eq!((output.end, output.stdout.as_str(), output.stderr.as_str()), (End::Code(0), "", ""));
}

#[test]
fn a_rule_decides_and_shows_up_in_the_events() {
    let project = set_up();
    let rule = "[[rules]]\nevent = \"pre-tool\"\ntool = \"shell\"\nmatches = \"git push --force*\"\n\
                decision = \"deny\"\nreason = \"not here\"\n";
    project.write(".exomonad/config.toml", rule);
    let output = ask(&project, "cd src && git  push --force origin main");
    assert!(output.stdout.contains(r#""permissionDecision":"deny""#), "{}", output.stdout);
    let events = exomonad(&project, &["events", "--json"]).output().require_success().stdout;
    let event: serde_json::Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert_eq!(event["kind"], "hook.pre-tool-use");
    assert_eq!(event["data"]["verdict"], "deny");
    assert_eq!(event["data"]["reason"], "not here");
}

#[test]
fn a_guard_that_cannot_decide_refuses_with_the_next_step() {
    let project = set_up();
    project.write(".exomonad/config.toml", "rules = 3\n");
    expect_test::expect![[r#"
        Code(2)
        --- stdout
        --- stderr
        failed to load the configuration: `[project]/.exomonad/config.toml` is not a valid configuration: line 1: invalid type: integer `3`, expected a sequence; correct `[project]/.exomonad/config.toml`; docs/configuration.md lists every key
    "#]]
    .assert_eq(&transcript(&project, &ask(&project, "true")));
}

#[test]
fn a_usage_error_refuses_only_where_a_guard_was_asked() {
    let project = set_up();
    let end = |event: &str| exomonad(&project, &["hook", event, "--harness", "abacus"]).output().end;
    assert_eq!(end("pre-tool-use"), End::Code(2));
    assert_eq!(end("stop"), End::Code(1), "a stop that is refused for ever never ends");
    assert_eq!(end("moon-phase"), End::Code(1));
}

#[test]
fn the_harness_is_told_from_the_question() {
    let project = set_up();
    let gemini = serde_json::json!({
        "session_id": "s", "cwd": project.dir().as_str(), "hook_event_name": "BeforeTool", "timestamp": "t",
        "tool_name": "run_shell_command", "tool_input": {"command": "rm -rf .git", "dir_path": "."},
    });
    let output = exomonad(&project, &["hook", "before-tool"]).input(gemini.to_string()).output();
    assert!(output.stdout.starts_with(r#"{"decision":"deny","reason":"#), "{}", output.stdout);
}

#[test]
fn the_project_is_where_the_agent_was_started() {
    let project = set_up();
    let question = question(&project, "rm -rf .exomonad");
    let ask = |harness: &str| {
        let run = exomonad(&project, &["hook", "pre-tool-use", "--harness", harness]).dir(project.temp());
        run.env("CLAUDE_PROJECT_DIR", project.dir()).input(question.clone()).output()
    };
    assert!(ask("claude").stdout.contains("deny"));
    let codex = ask("codex");
    assert_eq!(codex.end, End::Code(2));
    assert!(codex.stderr.contains("is not inside a git repository"), "{}", codex.stderr);
}

#[test]
fn fifty_megabytes_are_read_and_refused() {
    let project = set_up();
    let mut question = question(&project, "true").into_bytes();
    question.resize(50 << 20, b' ');
    let output =
        exomonad(&project, &["hook", "pre-tool-use", "--harness", "claude"]).input(question).output();
    assert_eq!(output.end, End::Code(2));
    assert!(output.stderr.contains("larger than 16777216 bytes"), "{}", output.stderr);
}

#[test]
fn a_question_that_never_ends_is_answered_by_the_deadline() {
    let project = set_up();
    let begun = Instant::now();
    #[expect(clippy::disallowed_methods, reason = "the input has to stay open")]
    let mut child = Command::new(env!("CARGO_BIN_EXE_exomonad"))
        .args(["hook", "pre-tool-use", "--harness", "claude"])
        .current_dir(project.dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Taken, since waiting would close it.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"session_id\":").unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (Some(2), None));
    assert!(begun.elapsed() > Duration::from_secs(5), "it waited for the rest");
    drop(stdin);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_input_makes_it_crash_or_print_anything_but_json(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300).boxed(),
            r#"\{"session_id": ?("s"|1|null), ?"hook_event_name": ?"(PreToolUse|Stop|[A-Z]{1,3})", ?"tool_name": ?"(Bash|Write)", ?"tool_input": ?(\{"command": ?".{0,40}"\}|[0-9]|\[\])\}"#
                .prop_map(String::into_bytes).boxed(),
        ],
        event in "(pre-tool-use|stop|session-start|notification|[a-z][a-z-]{0,8})",
    ) {
        thread_local!(static PROJECT: exomonad_testkit::project::Project = set_up());
        PROJECT.with(|project| {
            let output = exomonad(project, &["hook", event.as_str()]).input(bytes).output();
            prop_assert!(matches!(output.end, End::Code(0 | 2)), "{:?}", output);
            prop_assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
            let json = output.stdout.is_empty() || serde_json::from_str::<serde_json::Value>(&output.stdout).is_ok();
            prop_assert!(json, "{}", output.stdout);
            Ok(())
        })?;
    }
}
