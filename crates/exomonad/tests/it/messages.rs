//! `exomonad send` and `exomonad messages`.

use exomonad_host::agent::AgentName;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::contract::messages::Message;
use exomonad_host::store::{AgentRow, AgentState, MailFilter, Mode, Store};
use exomonad_testkit::process::{End, Output};
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::support::{exomonad, set_up, transcript};

fn store(project: &Project) -> Store {
    Store::open(&project.dir().join(".exomonad/state.db"), Mode::Short).unwrap()
}

fn name(name: &str) -> AgentName {
    AgentName::parse(name).unwrap()
}

/// A project with an agent `leaf` below the root, whose harness is this shell script.
fn project(script: &str) -> Project {
    let project = set_up();
    project.install("exomonad", env!("CARGO_BIN_EXE_exomonad").into());
    project.install_script("leaf-harness", script);
    project.write(".exomonad/config.local.toml", "[harness.script]\ncommand = [\"leaf-harness\"]\n");
    let row = AgentRow {
        name: name("leaf"),
        role: "worker".to_owned(),
        harness: "script".to_owned(),
        parent: Some(AgentName::root()),
        workspace_kind: WorkspaceKind::Shared,
        workspace: project.dir().to_owned(),
        depth: 1,
        state: AgentState::Stopped,
        created_ms: 1,
    };
    assert!(store(&project).add_agent(&row).unwrap());
    project
}

fn send(project: &Project, arguments: &[&str]) -> Output {
    exomonad(project, &[&["send"], arguments].concat()).output()
}

fn inbox(project: &Project, agent: &str) -> Vec<Message> {
    let mail = store(project).mail(&MailFilter::default(), 100).unwrap();
    mail.into_iter().map(|mail| mail.message).filter(|message| message.to == agent).collect()
}

#[test]
fn what_a_person_sends_comes_from_a_human_and_is_answered_with_its_id() {
    let project = project("");
    let sent = send(&project, &["leaf", "look at the tests"]).require_success();
    let [message] = &inbox(&project, "leaf")[..] else { panic!("one message") };
    assert_eq!((message.from.as_str(), message.human, message.kind.as_str()), ("human", true, "message"));
    assert_eq!(message.body, "look at the tests");
    assert_eq!(sent.stdout.trim(), message.id);
    assert!(sent.stderr.contains("stored for `leaf`, from human: it does not run"), "{sent}");
    let piped = exomonad(&project, &["send", "leaf", "-", "--json"]).input("two\nlines\n").output();
    let answer: Value = serde_json::from_str(&piped.require_success().stdout).unwrap();
    assert_eq!(
        (&answer["from"], &answer["human"], &answer["state"]),
        (&json!("human"), &json!(true), &json!("queued"))
    );
    assert_eq!(inbox(&project, "leaf")[1].body, "two\nlines");
}

#[test]
fn a_process_of_an_agent_speaks_for_it_whatever_it_says_of_itself() {
    let script = "unset EXOMONAD_AGENT EXOMONAD_RUN\n\
        (setsid env exomonad send root 'from below')\n\
        EXOMONAD_AGENT=root exomonad send root forged\n\
        exomonad call whoami --agent root\nexit 7";
    let project = project(script);
    let run = ["agent-run", "--once", "--agent", "leaf", "--dir", project.dir().as_str()];
    let output = exomonad(&project, &run).output();
    assert_eq!(output.end, End::Code(7), "{output}");
    assert!(output.stderr.contains("error: agent `leaf` cannot act as `root`"), "{output}");
    let found: Vec<_> = inbox(&project, "root")
        .into_iter()
        .filter(|message| message.kind == "message")
        .map(|message| (message.from, message.human, message.body))
        .collect();
    let expected = ["from below", "forged"].map(|body| ("leaf".to_owned(), false, body.to_owned()));
    assert_eq!(found, expected, "{output}");
}

#[test]
fn an_agent_by_its_environment_writes_in_its_name_and_not_to_itself() {
    let project = project("");
    let sent = exomonad(&project, &["send", "root", "hello"]).env("EXOMONAD_AGENT", "leaf").output();
    drop(sent.require_success());
    let [message] = &inbox(&project, "root")[..] else { panic!("one message") };
    assert_eq!((message.from.as_str(), message.human), ("leaf", false));
    let refused = exomonad(&project, &["send", "leaf", "hello"]).env("EXOMONAD_AGENT", "leaf").output();
    assert_eq!(refused.end, End::Code(1));
    assert!(refused.stderr.contains("`leaf` cannot send a message to itself"), "{refused}");
    let nobody = exomonad(&project, &["send", "root", "hello"]).env("EXOMONAD_AGENT", "nobody").output();
    assert!(nobody.stderr.contains("this project has no such agent"), "{nobody}");
    let acting = exomonad(&project, &["call", "whoami", "--agent", "root"]).env("EXOMONAD_AGENT", "leaf");
    let acting = acting.output();
    assert_eq!(acting.end, End::Code(1));
    assert!(acting.stderr.contains("agent `leaf` cannot act as `root`"), "{acting}");
}

#[test]
fn a_message_that_cannot_be_sent_is_refused_with_the_reason() {
    let project = project("");
    let check = |arguments: &[&str], why: &str| {
        let output = send(&project, arguments);
        assert_eq!(output.end, End::Code(1), "{output}");
        assert!(output.stderr.contains(why), "{output}");
    };
    check(&["laef", "x"], "hint: nearest are `leaf`");
    check(&["leaf", ""], "a message's body has 1 to 1048576 bytes, not 0");
    check(&["leaf", "x", "--reply-to", "nothing"], "there is no message `nothing`");
    assert!(inbox(&project, "leaf").is_empty());
}

#[test]
fn messages_are_listed_with_what_became_of_them_and_looking_hands_nothing_over() {
    let project = project("");
    let long = format!("{} end", "word ".repeat(100));
    let ids: Vec<_> = [long.as_str(), "second", "third"]
        .iter()
        .map(|body| send(&project, &["leaf", body]).require_success().stdout.trim().to_owned())
        .collect();
    store(&project).ack_messages(&name("leaf"), &ids[1..2], 5).unwrap();
    let list = exomonad(&project, &["messages"]).output().require_success().stdout;
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 4, "{list}");
    assert!(lines[0].starts_with(&format!("{}  human -> leaf  message  ", ids[0])), "{list}");
    assert!(lines[0].ends_with("queued"), "{list}");
    assert!(lines[1].starts_with("    word word") && lines[1].ends_with("… 504 bytes"), "{list}");
    assert_eq!(lines[3], "    third");
    let all = exomonad(&project, &["messages", "--all", "--json", "--agent", "leaf"]).output();
    let all: Vec<Value> =
        all.require_success().stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let states: Vec<_> = all.iter().map(|message| message["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["queued", "acked", "queued"]);
    assert_eq!(all[0]["body"], long);
    let whole = exomonad(&project, &["messages", &ids[0]]).output().require_success().stdout;
    assert!(
        whole.contains("from human (a person), to leaf, kind message") && whole.contains(&long),
        "{whole}"
    );
    let other = exomonad(&project, &["messages", "--agent", "root"]).output().require_success();
    assert_eq!(other.stdout, "");
}

#[test]
fn only_a_failed_message_is_put_back() {
    let project = project("");
    let id = send(&project, &["leaf", "x"]).require_success().stdout.trim().to_owned();
    let refused = exomonad(&project, &["messages", "--retry", &id]).output();
    expect_test::expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        error: message `ID` is queued, and only one whose delivery failed is put back

        hint: see what became of it with `exomonad messages ID`
    "#]]
    .assert_eq(&transcript(&project, &refused).replace(&id, "ID"));
    let unknown = exomonad(&project, &["messages", "nothing"]).output();
    assert!(unknown.stderr.contains("error: this project has no message `nothing`"), "{unknown}");
}
