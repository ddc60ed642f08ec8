//! The stop gate, and the evidence that it and the tools go by.

use std::cell::RefCell;
use std::rc::Rc;

use exomonad_guest::Builtin;
use exomonad_sdk::agents::AgentInfo;
use exomonad_sdk::fake::{FakeHost, context, hook};
use exomonad_sdk::messages::MessageState;
use exomonad_sdk::work::{Filed, Standing};
use exomonad_sdk::{
    Context, Decision, EffectError, EffectErrorKind, Hook, HookEvent, HookKind, StopInfo, ToolDone, ToolKind,
    ToolUse, Verdict, WorkspaceKind, guest,
};
use expect_test::{Expect, expect};

use super::pulls::{done, filed};
use super::{info, root, sent, try_call};

/// A host with one value that lasts, and work that stands as it is told.
struct Held {
    host: FakeHost,
    cx: Context,
    standing: Rc<RefCell<Standing>>,
}

impl Held {
    fn new(role: &str, standing: Standing) -> Self {
        let mut host = FakeHost::default();
        let value: Rc<RefCell<Option<String>>> = Rc::default();
        let kept = Rc::clone(&value);
        host.answer_with("kv.get", move |_| Ok(kept.borrow().clone()));
        let kept = Rc::clone(&value);
        host.answer_with("kv.set", move |arguments| {
            *kept.borrow_mut() = Some(serde_json::from_str::<String>(&arguments[2]).unwrap());
            Ok(())
        });
        host.answer_with("kv.delete", move |_| {
            *value.borrow_mut() = None;
            Ok(())
        });
        host.answer_with("messages.send", |_| Ok(sent("root", MessageState::Queued)));
        let standing = Rc::new(RefCell::new(standing));
        let now = Rc::clone(&standing);
        host.answer_with("work.get", move |_| Ok(now.borrow().clone()));
        Self { host, cx: context(role), standing }
    }

    fn decide(&mut self, event: HookEvent) -> Decision {
        guest::on_hook::<Builtin>(&mut self.host, &self.cx, &hook(event))
    }

    fn stop(&mut self, already_blocked: bool) -> Decision {
        self.decide(HookEvent::Stop(StopInfo { last_message: String::new(), already_blocked }))
    }

    fn is_held(&mut self, already_blocked: bool) -> bool {
        matches!(self.stop(already_blocked).verdict, Verdict::Block(_))
    }

    fn prompt(&mut self, text: &str) {
        let decision = self.decide(HookEvent::PromptSubmitted(text.to_owned()));
        assert_eq!(decision, Decision::pass());
    }

    fn change(&self, change: impl FnOnce(&mut Standing)) {
        change(&mut self.standing.borrow_mut());
    }

    /// What the parent was told.
    fn told(&self) -> Vec<String> {
        let calls = self.host.calls();
        let sent = calls.into_iter().filter(|call| call.starts_with("messages.send"));
        sent.map(ToOwned::to_owned).collect()
    }
}

fn dirty(paths: &[&str]) -> Standing {
    Standing {
        uncommitted: paths.iter().map(|&path| path.to_owned()).collect(),
        uncommitted_count: u32::try_from(paths.len()).unwrap(),
        ..done()
    }
}

fn check(role: &str, standing: Standing, expected: &Expect) {
    let mut held = Held::new(role, standing);
    held.host.answer_with("agents.list", |_| Ok(Vec::<AgentInfo>::new()));
    let verdict = held.stop(false).verdict;
    let Verdict::Block(reason) = verdict else { panic!("it is not held: {verdict:?}") };
    expected.assert_eq(&reason);
}

#[test]
fn each_thing_that_is_missing_holds_and_says_what_to_do() {
    check(
        "dev",
        dirty(&["a", "b"]),
        &expect![
            "You cannot stop yet: these files are not committed: `a`, `b`. Commit those that belong to the work on branch `main.parser` (`git add` with their names, then `git commit`), and take the others away, or keep them aside with `git stash -u`."
        ],
    );
    check(
        "tl",
        dirty(&["a"]),
        &expect![
            "You cannot stop yet: these files are not committed: `a`. Commit those that belong to the work on branch `main.parser` (`git add` with their names, then `git commit`), and take the others away, or keep them aside with `git stash -u`."
        ],
    );
    check(
        "dev",
        done(),
        &expect![
            "You cannot stop yet: branch `main.parser` has 1 commit over `main` and no pull request at its newest commit. Call exomonad's tool `file_pr`; if the work cannot be finished, call `notify_parent` with `failure` instead."
        ],
    );
    let newer = Standing { ahead: 3, pull_request: Some(filed("c0")), ..done() };
    check(
        "tl",
        newer,
        &expect![
            "You cannot stop yet: branch `main.parser` has 3 commits over `main` and no pull request at its newest commit. Call exomonad's tool `file_pr`; if the work cannot be finished, call `notify_parent` with `failure` instead."
        ],
    );
    let requested = Filed { changes_requested: true, ..filed("c1") };
    check(
        "dev",
        Standing { pull_request: Some(requested), ..done() },
        &expect![
            "You cannot stop yet: changes are requested on your pull request #7. Read the review in your `inbox`, make the changes, commit them and call `file_pr` again; if that cannot be done, call `notify_parent` with `failure`."
        ],
    );
    let elsewhere = Filed { local: false, ..filed("c1") };
    let unpushed = Standing { unpushed: Some(2), pull_request: Some(elsewhere), ..done() };
    check(
        "dev",
        unpushed,
        &expect![
            "You cannot stop yet: branch `main.parser` has commits that are not pushed, so your pull request does not have them. Call `file_pr` again, which pushes the branch."
        ],
    );
}

#[test]
fn the_first_thing_that_is_missing_is_the_one_that_is_told() {
    let requested = Filed { changes_requested: true, ..filed("c1") };
    let mut held = Held::new("dev", Standing { pull_request: Some(requested), ..dirty(&["a"]) });
    let Verdict::Block(reason) = held.stop(true).verdict else { panic!("it is dirty") };
    assert!(reason.contains("not committed"), "{reason}");
    held.change(|standing| {
        *standing = Standing { head: Some("c2".to_owned()), pull_request: Some(filed("c1")), ..done() };
    });
    let Verdict::Block(reason) = held.stop(true).verdict else { panic!("it is not filed") };
    assert!(reason.contains("`file_pr`"), "{reason}");
}

#[test]
fn work_that_is_put_away_holds_nobody() {
    let check = |standing: Standing| {
        assert!(!Held::new("dev", standing.clone()).is_held(false), "{standing:?}");
    };
    check(Standing { ahead: 0, ..done() });
    check(Standing { pull_request: Some(filed("c1")), ..done() });
    // Merged as it is, or closed by somebody who saw it.
    check(Standing { pull_request: Some(Filed { open: false, ..filed("c1") }), ..done() });
    let closed = Filed { open: false, changes_requested: true, ..filed("c1") };
    check(Standing { pull_request: Some(closed), ..done() });
    check(Standing { unpushed: Some(1), pull_request: Some(filed("c1")), ..done() });
    check(Standing { branch: None, ..dirty(&["a"]) });
    check(Standing { protected: true, ..dirty(&["a"]) });
}

#[test]
fn the_root_a_worker_and_a_shared_directory_are_never_held() {
    let mut held = Held::new("tl", dirty(&["a"]));
    held.cx = root();
    assert!(!held.is_held(false));
    let mut held = Held::new("dev", dirty(&["a"]));
    held.cx.agent.workspace_kind = WorkspaceKind::Shared;
    assert!(!held.is_held(false));
    assert_eq!(held.host.calls(), Vec::<&str>::new(), "nobody is asked about them");
    for role in guest::describe::<Builtin>().roles {
        assert_eq!(role.hooks.contains(&HookKind::Stop), role.name != "worker", "{}", role.name);
    }
}

#[test]
fn commits_of_a_repository_of_its_own_are_its_parent_s_to_take() {
    let mut held = Held::new("dev", done());
    held.cx.agent.workspace_kind = WorkspaceKind::Standalone;
    assert!(!held.is_held(false));
    held.change(|standing| *standing = dirty(&["a"]));
    assert!(held.is_held(false));
}

#[test]
fn a_lead_waits_for_its_children_before_it_files() {
    let mut held = Held::new("tl", done());
    let child = |state| AgentInfo { state, ..info("main.parser.lexer", Some("main.parser"), 2) };
    use exomonad_sdk::agents::AgentState::{Running, Stopped};
    held.host.reply("agents.list", Ok(vec![info("other", Some("root"), 1), child(Running)]));
    assert!(!held.is_held(false));
    held.host.reply("agents.list", Ok(vec![info("other", Some("root"), 1), child(Stopped)]));
    assert!(held.is_held(false));
    held.change(|standing| *standing = dirty(&["a"]));
    assert!(held.is_held(false), "its own files are its own");
}

#[test]
fn the_gate_lets_go_when_the_work_cannot_be_looked_at() {
    let mut host = FakeHost::default();
    host.reply("kv.get", Ok(None::<String>));
    let error = EffectError {
        kind: EffectErrorKind::Unavailable,
        message: "the forge is not reachable".to_owned(),
        hint: None,
    };
    host.reply::<Standing>("work.get", Err(error));
    let stop = HookEvent::Stop(StopInfo { last_message: String::new(), already_blocked: false });
    assert_eq!(guest::on_hook::<Builtin>(&mut host, &context("dev"), &hook(stop)), Decision::pass());
    assert_eq!(
        host.calls().last(),
        Some(&r#"log.write(Level::Warn, "the stop gate let go: the forge is not reachable")"#)
    );
}

#[test]
fn after_three_identical_blocks_it_lets_go_and_tells_the_parent_once() {
    let mut held = Held::new("dev", dirty(&["a"]));
    let blocked = [false, true, true].map(|already| held.is_held(already));
    assert_eq!((blocked, held.told()), ([true; 3], Vec::new()));
    let decision = held.stop(true);
    assert_eq!(decision.verdict, Verdict::Pass);
    assert_eq!(
        decision.message.as_deref(),
        Some("exomonad let this agent stop although files are not committed: `a`")
    );
    let told = "Agent `main.parser` stops although files are not committed: `a`. It was told so and did nothing about it. Look at its workspace `/repo/.exomonad/worktrees/parser`; it goes on when you write to it.";
    assert_eq!(held.told(), [format!(r#"messages.send("parent", "gate.gave-up", {told:?}, None, true)"#)]);
    assert_eq!([held.is_held(true), held.is_held(false)], [false; 2]);
    assert_eq!(held.told().len(), 1);
}

#[test]
fn another_reason_is_counted_for_itself() {
    let mut held = Held::new("dev", dirty(&["a"]));
    assert_eq!([true; 3].map(|already| held.is_held(already)), [true; 3]);
    held.change(|standing| *standing = dirty(&["a", "b"]));
    assert_eq!([true; 4].map(|already| held.is_held(already)), [true, true, true, false]);
    assert_eq!(held.told().len(), 1);
}

#[test]
fn a_turn_that_never_ends_is_let_go_whatever_the_reasons() {
    let mut held = Held::new("dev", dirty(&["0"]));
    assert!(held.is_held(false));
    let mut blocks = 1;
    for number in 1..20 {
        held.change(|standing| *standing = dirty(&[&number.to_string()]));
        blocks += u32::from(held.is_held(true));
    }
    assert_eq!((blocks, held.told().len()), (8, 1));
    assert!(held.is_held(false), "a new turn is held again");
}

#[test]
fn work_that_was_put_away_is_forgotten() {
    let mut held = Held::new("dev", dirty(&["a"]));
    assert_eq!([true; 3].map(|already| held.is_held(already)), [true; 3]);
    held.change(|standing| *standing = Standing { pull_request: Some(filed("c1")), ..done() });
    assert!(!held.is_held(true));
    held.change(|standing| *standing = dirty(&["a"]));
    assert!(held.is_held(false));
}

#[test]
fn a_new_prompt_begins_anew_unless_it_is_the_gate_s_own_or_an_agent_s() {
    let spent = || {
        let mut held = Held::new("dev", dirty(&["a"]));
        let Verdict::Block(reason) = held.stop(false).verdict else { panic!("it is dirty") };
        assert_eq!([held.is_held(true), held.is_held(true), held.is_held(true)], [true, true, false]);
        (held, reason)
    };
    let (mut held, _) = spent();
    held.prompt("go on");
    assert!(held.is_held(false));
    let (mut held, _) = spent();
    held.prompt("[from human #0199]\ngo on");
    assert!(held.is_held(false));
    let (mut held, reason) = spent();
    held.prompt(&format!("Stop hook feedback:\n{reason}"));
    assert!(!held.is_held(false));
    let (mut held, _) = spent();
    held.prompt("[from root #0199]\nhow is it?");
    assert!(!held.is_held(false));
}

#[test]
fn an_agent_that_reported_failure_may_stop_until_it_is_told_something_new() {
    for (prompt, held_again) in [("[from root #1]\ntry this", true), ("try that", true), ("", false)] {
        let mut held = Held::new("dev", dirty(&["a"]));
        let report = r#"{"status":"failure","message":"stuck"}"#;
        try_call(&mut held.host, &context("dev"), "notify_parent", report).unwrap();
        assert!(!held.is_held(false), "{prompt}");
        if !prompt.is_empty() {
            held.prompt(prompt);
        }
        assert_eq!(held.is_held(false), held_again, "{prompt}");
    }
}

/// The commands that the host is told of when a line ran in a directory.
fn verified(cwd: &str, line: &str, change: impl FnOnce(&mut ToolDone)) -> Vec<String> {
    let mut host = FakeHost::default();
    host.answer_with("events.emit", |_| Ok(1_u64));
    host.answer_with("work.verified", |_| Ok(()));
    host.answer_with("fs.resolve", |arguments| Ok(arguments[0].trim_matches('"').replace("/link", "/repo")));
    let tool = ToolUse {
        name: "Bash".to_owned(),
        kind: ToolKind::Shell,
        input: "{}".to_owned(),
        command: Some(line.to_owned()),
        dir: None,
        paths: Vec::new(),
        mcp: None,
        id: None,
    };
    let mut done = ToolDone { tool, response: String::new(), failed: false, end_known: true };
    change(&mut done);
    let mut cx = context("dev");
    cx.verify = vec!["cargo test".to_owned(), "cargo fmt --check".to_owned()];
    let hook = Hook { cwd: cwd.to_owned(), ..hook(HookEvent::PostTool(done)) };
    assert_eq!(guest::on_hook::<Builtin>(&mut host, &cx, &hook), Decision::pass());
    let calls = host.calls().into_iter().filter_map(|call| call.strip_prefix("work.verified"));
    calls.map(ToOwned::to_owned).collect()
}

#[test]
fn a_run_of_a_command_is_recorded_with_how_it_ended_and_only_where_that_is_known() {
    const HERE: &str = "/repo/.exomonad/worktrees/parser";
    assert_eq!(verified(HERE, "cargo test 2>&1", |_| ()), [r#"("cargo test", false)"#]);
    let failing = verified(HERE, "cargo fmt --check && cargo test", |done| done.failed = true);
    assert_eq!(failing, [r#"("cargo fmt --check", true)"#, r#"("cargo test", true)"#]);
    assert!(verified(HERE, "cargo test", |done| done.end_known = false).is_empty());
    assert!(verified(HERE, "cargo test", |done| done.tool.kind = ToolKind::Other).is_empty());
    assert!(verified(HERE, "cargo test | tail", |_| ()).is_empty());
    assert!(verified("/repo", "cargo test", |_| ()).is_empty());
    assert_eq!(verified("/repo", &format!("cd {HERE} && cargo test"), |_| ()).len(), 1);
    assert_eq!(verified("/link/.exomonad/worktrees/parser", "cargo test", |_| ()).len(), 1);
    let elsewhere = |done: &mut ToolDone| done.tool.dir = Some("src".to_owned());
    assert!(verified(HERE, "cargo test", elsewhere).is_empty());
}
