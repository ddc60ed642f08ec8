//! A question of an agent, and its one answer: at the command line, by the socket, and in a terminal.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Receiver;

use exomonad_host::store::{EventFilter, Mode, RequestState, Store};
use exomonad_testkit::process::{End, Live, Output};
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::support::{exomonad, set_up, wait_for};
use crate::terminal::Terminal;

fn store(project: &Project) -> Store {
    Store::open(&project.dir().join(".exomonad/state.db"), Mode::Short).unwrap()
}

fn form(title: &str) -> Value {
    json!({"title": title, "fields": [
        {"id": "where", "type": "choice", "label": "Where to", "options": [{"value": "eu"}, {"value": "us"}], "required": true},
        {"id": "sure", "type": "checkbox", "label": "Tell everybody"},
    ]})
}

/// An agent that asks, and the id of its question.
pub(crate) struct Asker {
    call: Live,
    lines: Receiver<String>,
    pub(crate) id: String,
}

/// Asks, and waits until the question is there.
pub(crate) fn ask(project: &Project, title: &str, wait_seconds: u32) -> Asker {
    let before = ids(project);
    let mut args = form(title);
    args["wait_seconds"] = wait_seconds.into();
    let (call, lines) = exomonad(project, &["call", "popup", "--json", "--args", &args.to_string()]).start();
    let id = wait_for("the question", || ids(project).into_iter().find(|id| !before.contains(id)));
    Asker { call, lines, id }
}

fn ids(project: &Project) -> Vec<String> {
    store(project).open_requests().unwrap().into_iter().map(|row| row.id).collect()
}

impl Asker {
    /// What the agent is told.
    pub(crate) fn answer(self) -> Value {
        let text: Vec<String> = self.lines.iter().collect();
        let answer: Value = serde_json::from_str(&text.join("\n"))
            .unwrap_or_else(|err| panic!("{err}: {text:?}\n{}", self.call.stderr()));
        answer["structured"].clone()
    }
}

fn reply(project: &Project, id: &str, how: &[&str]) -> Output {
    exomonad(project, &[&["reply", "--id", id], how].concat()).output()
}

#[test]
fn a_question_has_one_answer_which_its_asker_is_told() {
    let project = set_up();
    let asker = ask(&project, "Deploy?", 600);
    let id = asker.id.clone();
    let list = exomonad(&project, &["requests"]).output().require_success().stdout;
    assert!(list.starts_with(&format!("{id}  root  waits for ")) && list.ends_with("  Deploy?\n"), "{list}");
    let refused = reply(&project, &id, &["--payload", r#"{"where":"moon"}"#]);
    assert_eq!(refused.end, End::Code(1));
    assert!(refused.stderr.contains("error: field `where`: must be one of `eu`, `us`"), "{refused}");
    drop(reply(&project, &id, &["--payload", r#"{"where":"us"}"#]).require_success());
    let second = reply(&project, &id, &["--cancel"]);
    assert_eq!(second.end, End::Code(1));
    assert!(second.stderr.contains(&format!("error: request `{id}` is answered already")), "{second}");
    assert_eq!(asker.answer(), json!({"outcome": "answered", "values": {"where": "us", "sure": false}}));
    let filter = EventFilter { kinds: Vec::new(), agents: Vec::new(), after: 0 };
    let events = store(&project).last_events(&filter, 100).unwrap();
    let kinds: Vec<_> =
        events.iter().map(|event| event.kind.as_str()).filter(|kind| kind.starts_with("request.")).collect();
    assert_eq!(kinds, ["request.opened", "request.answered"]);
}

#[test]
fn a_question_can_be_declined_and_nobody_need_be_there() {
    let project = set_up();
    let declined = ask(&project, "Deploy?", 600);
    drop(reply(&project, &declined.id, &["--cancel"]).require_success());
    assert_eq!(declined.answer(), json!({"outcome": "declined", "values": {}}));
    let late = ask(&project, "Deploy?", 1);
    let id = late.id.clone();
    assert_eq!(late.answer(), json!({"outcome": "timed-out", "values": {}}));
    let row = store(&project).request(&id).unwrap().unwrap();
    assert_eq!((row.state, row.ended_by.as_deref()), (RequestState::TimedOut, Some("timeout")));
}

#[test]
fn two_questions_wait_side_by_side_and_each_gets_its_own_answer() {
    let project = set_up();
    let (first, second) = (ask(&project, "one", 600), ask(&project, "two", 600));
    let without = exomonad(&project, &["reply", "--cancel"]).output();
    assert_eq!(without.end, End::Code(2), "{without}");
    for (id, title) in [(&first.id, "one"), (&second.id, "two")] {
        assert!(without.stderr.contains(&format!("{id} from root: {title}")), "{without}");
    }
    let piped =
        exomonad(&project, &["reply", "--id", &second.id, "--payload", "-"]).input(r#"{"where":"us"}"#);
    drop(piped.output().require_success());
    drop(reply(&project, &first.id, &["--payload", r#"{"where":"eu","sure":true}"#]).require_success());
    assert_eq!(first.answer()["values"], json!({"where": "eu", "sure": true}));
    assert_eq!(second.answer()["values"], json!({"where": "us", "sure": false}));
}

#[test]
fn a_question_whose_asker_was_killed_is_withdrawn() {
    let project = set_up();
    let Asker { call, id, .. } = ask(&project, "Deploy?", 600);
    // Kills it and all it started.
    drop(call);
    assert_eq!(exomonad(&project, &["requests"]).output().require_success().stdout, "");
    let refused = reply(&project, &id, &["--cancel"]);
    assert!(refused.stderr.contains(&format!("request `{id}` is cancelled already")), "{refused}");
    let lost = ask(&project, "Deploy?", 600);
    let id = lost.id.clone();
    drop(lost.call);
    let repaired = exomonad(&project, &["repair"]).output().require_success();
    assert!(repaired.stderr.contains(&format!("request `{id}`")), "{repaired}");
    assert_eq!(store(&project).request(&id).unwrap().unwrap().state, RequestState::Cancelled);
}

#[test]
fn an_agent_does_not_answer_for_a_person() {
    let project = set_up();
    let asker = ask(&project, "Deploy?", 600);
    for command in ["reply", "ask"] {
        let mut run = vec![command, "--id", &asker.id];
        run.extend((command == "reply").then_some("--cancel"));
        let refused = exomonad(&project, &run).env("EXOMONAD_AGENT", "root").output();
        assert_eq!(refused.end, End::Code(1), "{refused}");
        assert!(refused.stderr.contains("an agent does not answer for a person"), "{refused}");
    }
    drop(reply(&project, &asker.id, &["--cancel"]).require_success());
    assert_eq!(asker.answer()["outcome"], "declined");
}

/// Says lines to the control socket, and hears one for each.
fn talk(project: &Project, lines: &[String]) -> Vec<Value> {
    let socket = project.dir().join(".exomonad/sockets/control.sock");
    let client = wait_for("the control socket", || UnixStream::connect(&socket).ok());
    let mode = |path: &camino::Utf8Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&socket), mode(socket.parent().unwrap())), (0o600, 0o700));
    (&client).write_all(lines.concat().as_bytes()).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    BufReader::new(&client).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

#[test]
fn the_control_socket_takes_an_answer_and_says_why_it_takes_none() {
    let project = set_up();
    // One that a killed process left.
    std::fs::create_dir(project.dir().join(".exomonad/sockets")).unwrap();
    std::fs::set_permissions(project.dir().join(".exomonad/sockets"), std::fs::Permissions::from_mode(0o700))
        .unwrap();
    drop(
        std::os::unix::net::UnixListener::bind(project.dir().join(".exomonad/sockets/control.sock")).unwrap(),
    );
    let (first, second) = (ask(&project, "one", 600), ask(&project, "two", 600));
    let say = |message: Value| format!("{message}\n");
    let answers = talk(
        &project,
        &[
            "no json\n".to_owned(),
            say(json!({"type": "Other", "request_id": first.id, "cancel": true})),
            say(json!({"type": "UserInteraction", "request_id": first.id})),
            say(json!({"type": "UserInteraction", "request_id": "nobody", "cancel": true})),
            say(json!({"type": "UserInteraction", "request_id": first.id, "payload": {"where": 1}})),
            say(json!({"type": "UserInteraction", "request_id": first.id, "payload": {"where": "eu"}})),
        ],
    );
    let oks: Vec<_> = answers.iter().map(|answer| answer["ok"].as_bool().unwrap()).collect();
    assert_eq!(oks, [false, false, false, false, false, true], "{answers:?}");
    assert_eq!(answers[4]["error"], "field `where`: must be one of `eu`, `us`");
    assert_eq!(answers[5], json!({"ok": true}));
    assert_eq!(first.answer()["values"], json!({"where": "eu", "sure": false}));
    // Whoever still waits takes over.
    let cancel =
        say(json!({"type": "UserInteraction", "request_id": second.id, "payload": null, "cancel": true}));
    assert_eq!(talk(&project, &[cancel]), [json!({"ok": true})]);
    assert_eq!(second.answer()["outcome"], "declined");
}

/// Somebody's terminal in which a question is shown.
fn show(project: &Project, id: &str, columns: u16, rows: u16) -> Terminal {
    Terminal::start(project, &["ask", "--id", id], columns, rows)
}

#[test]
fn a_question_is_answered_by_keys_at_80_by_24_once_they_are_listened_to() {
    let project = set_up();
    let asker = ask(&project, "Deploy?", 600);
    let mut terminal = show(&project, &asker.id, 80, 24);
    terminal.wait_for("one moment ...");
    // Meant for whatever was there before.
    terminal.press("\u{1b}\u{1b}");
    let seen = terminal.wait_for("Esc: decline");
    expect_test::expect![[r#"
        ? Deploy?
        Where to *
          ( ) eu
          ( ) us

        [ ] Tell everybody

        [ Submit ]















        Tab: next  Arrows: move  Space: choose  Enter: go on  Esc: decline"#]]
    .assert_eq(&seen);
    terminal.press("\u{1b}[B \t \t\r");
    assert_eq!(asker.answer(), json!({"outcome": "answered", "values": {"where": "us", "sure": true}}));
    assert_eq!(terminal.code(), 0);
}

#[test]
fn a_question_is_declined_by_keys_at_40_by_10() {
    let project = set_up();
    let asker = ask(&project, "Deploy?", 600);
    let mut terminal = show(&project, &asker.id, 40, 10);
    terminal.wait_for("Esc: decline");
    terminal.press("\t\t\r");
    terminal.wait_for("! needs an answer");
    terminal.press("\u{1b}");
    let seen = terminal.wait_for("Decline to answer?");
    expect_test::expect![[r#"
        ? Deploy?
        Where to *
          ( ) eu
          ( ) us
          ! needs an answer
        [ ] Tell everybody
        [ Submit ]


        Decline to answer? Esc: yes, other: no"#]]
    .assert_eq(&seen);
    terminal.press("\u{1b}");
    assert_eq!(asker.answer()["outcome"], "declined");
    assert_eq!(terminal.code(), 0);
}

#[test]
fn a_terminal_that_goes_leaves_the_question_open_and_one_that_stays_sees_it_answered_elsewhere() {
    let project = set_up();
    let asker = ask(&project, "Deploy?", 600);
    let mut gone = show(&project, &asker.id, 80, 24);
    gone.wait_for("Esc: decline");
    assert!(store(&project).request(&asker.id).unwrap().unwrap().is_shown());
    // Its other end closes, and with it the terminal.
    gone.keys = Box::new(std::io::sink());
    drop(gone.master.take());
    drop(gone.child.kill());
    drop(gone.child.wait().unwrap());
    let row = store(&project).request(&asker.id).unwrap().unwrap();
    assert_eq!((row.state.clone(), row.is_shown()), (RequestState::Open, false));
    let stays = show(&project, &asker.id, 80, 24);
    stays.wait_for("Esc: decline");
    drop(reply(&project, &asker.id, &["--cancel"]).require_success());
    assert_eq!(stays.code(), 0);
    assert_eq!(asker.answer()["outcome"], "declined");
}
