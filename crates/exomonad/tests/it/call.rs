//! `exomonad call`.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use exomonad_testkit::process::{End, Output};
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::support::{bare, exomonad, set_up, transcript};

const EXOMONAD: &str = env!("CARGO_BIN_EXE_exomonad");

fn call(project: &Project, arguments: &[&str]) -> Output {
    exomonad(project, &[&["call"], arguments].concat()).output()
}

#[test]
fn an_unknown_tool_is_named_with_the_role() {
    let project = set_up();
    let output = call(&project, &["no_such_tool"]);
    assert_eq!((output.end, output.stdout.as_str()), (End::Code(1), ""));
    assert!(output.stderr.starts_with("error: role `tl` has no tool `no_such_tool`\n"), "{output}");
    assert!(output.stderr.contains("\nhint: "), "{output}");
}

#[test]
fn arguments_that_are_no_object_are_wrong_usage() {
    let project = set_up();
    expect_test::expect![[r#"
        Code(2)
        --- stdout
        --- stderr
        error: what `--args` says is not a JSON object: invalid type: sequence, expected a map at line 1 column 0

        hint: an object looks like this: --args '{"name": "value"}'
    "#]]
    .assert_eq(&transcript(&project, &call(&project, &["whoami", "--args", "[1]"])));
    let piped = exomonad(&project, &["call", "whoami", "--args", "-"]).input("{").output();
    assert_eq!(piped.end, End::Code(2));
    assert!(piped.stderr.contains("what stdin holds is not a JSON object"), "{piped}");
    assert_eq!(call(&project, &[]).end, End::Code(2));
}

#[test]
fn a_call_needs_a_project_and_an_agent_of_it() {
    let project = bare();
    let output = call(&project, &["whoami"]);
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("is not set up for exomonad"), "{output}");
    assert!(output.stderr.contains("hint: run `exomonad init` in"), "{output}");
    let project = set_up();
    let output = call(&project, &["whoami", "--agent", "nobody"]);
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("this project has no agent `nobody`"), "{output}");
    let elsewhere = exomonad(&project, &["call", "no_such_tool", "--dir", project.dir().as_str()]);
    let output = elsewhere.dir(project.temp()).output();
    assert!(output.stderr.contains("role `tl` has no tool"), "the directory says who it is: {output}");
}

#[test]
fn a_call_is_the_agents_and_is_recorded() {
    let project = set_up();
    let output = call(&project, &["whoami", "--json"]).require_success();
    let shown: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(shown["schema"], 1);
    assert_eq!(shown["structured"]["name"], "root");
    assert_eq!(shown["structured"]["role"], "tl");
    assert_eq!(shown["content"][0]["type"], "text");
    let text = call(&project, &["whoami"]).require_success().stdout;
    assert!(text.contains("root") && text.ends_with('\n'), "{text}");
    let events = exomonad(&project, &["events", "--json", "--kind", "host.tool-called"]).output();
    let last: Value = serde_json::from_str(events.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&last["agent"], &last["data"]["tool"]), (&json!("root"), &json!("whoami")));
    assert_eq!(last["data"]["outcome"], "done");
}

#[test]
fn a_refusal_goes_to_stderr_with_its_next_step() {
    let project = set_up();
    let arguments = r#"{"to": "root", "message": "hello"}"#;
    let output = exomonad(&project, &["call", "send_message", "--args", "-"]).input(arguments).output();
    expect_test::expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        error: `root` cannot send a message to itself

        hint: name another agent, or `parent`
    "#]]
    .assert_eq(&transcript(&project, &output));
    let output = call(&project, &["send_message", "--args", r#"{"to": 3, "message": "x"}"#]);
    assert_eq!((output.end, output.stdout.as_str()), (End::Code(1), ""), "{output}");
    assert!(output.stderr.contains("`to` must be a string"), "{output}");
}

#[test]
fn an_interrupt_cancels_a_call_that_waits() {
    let project = set_up();
    let calls = || {
        let arguments = ["events", "--json", "--kind", "host.tool-called"];
        exomonad(&project, &arguments).output().require_success().stdout
    };
    #[expect(clippy::disallowed_methods, reason = "it has to run while the interrupt is sent")]
    let child = Command::new(EXOMONAD)
        .args(["call", "inbox", "--args", r#"{"wait_seconds": 300}"#])
        .current_dir(project.dir())
        .env_clear()
        .env("HOME", project.home())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !catches_interrupts(child.id()) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not listen");
        std::thread::yield_now();
    }
    let kill = format!("kill -INT {}", child.id());
    drop(project.run("sh").args(["-c", &kill]).output().require_success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("`inbox` was cancelled"), "{stderr}");
    assert!(calls().contains(r#""outcome":"cancelled""#), "{}", calls());
}

/// Whether the process has a handler for interrupts, as the kernel has it: signal 2 is the second bit.
fn catches_interrupts(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or_default();
    u64::from_str_radix(caught.trim(), 16).is_ok_and(|caught| caught & 0b10 != 0)
}
