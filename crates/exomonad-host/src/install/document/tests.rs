//! Edits of single texts.

mod edge;
mod layout;
mod random;

use serde_json::{Value, json};

use super::{Change, Dialect, DocumentError, Known, add, outline, remove};
use crate::install::entry::{Entry, Place};

/// A hook group such as `init` writes.
fn group(exe: &str, event: &str) -> Value {
    json!({"matcher": "*", "hooks": [{"type": "command", "command": exe, "args": ["hook", event], "timeout": 60}]})
}

fn hook(exe: &str, event: &str) -> Entry {
    element(&["hooks", event], group(exe, event))
}

fn element(path: &[&str], value: Value) -> Entry {
    Entry { path: path.iter().map(|key| (*key).to_owned()).collect(), place: Place::Element, value }
}

fn member(path: &[&str], value: Value) -> Entry {
    Entry { place: Place::Member, ..element(path, value) }
}

fn wanted() -> Vec<Entry> {
    vec![
        hook("/bin/exomonad", "PreToolUse"),
        hook("/bin/exomonad", "Stop"),
        element(&["permissions", "deny"], json!("Edit(//p/.exomonad/**)")),
        element(&["permissions", "allow"], json!("mcp__exomonad")),
        element(&["enabledMcpjsonServers"], json!("exomonad")),
        member(&["mcpServers", "exomonad"], json!({"command": "/bin/exomonad", "args": ["mcp-stdio"]})),
    ]
}

#[track_caller]
fn added(text: &str, wanted: &[Entry]) -> String {
    let (added, _) = add(text, Dialect::Comments, wanted, &Known::nothing()).expect("there is a place");
    let (again, changes) = add(&added, Dialect::Comments, wanted, &Known::nothing()).expect("still a place");
    assert_eq!(again, added, "the second time changes nothing");
    assert_eq!(changes, Vec::new());
    added
}

/// Adds to the text and removes again what the outline names.
#[track_caller]
fn there_and_back(text: &str, wanted: &[Entry]) -> String {
    let after = added(text, wanted);
    let known = outline(text, wanted).expect("the text can be read");
    remove(&after, &known).expect("the text can be read").0
}

/// What stands in the way of adding.
#[track_caller]
fn refused(text: &str, dialect: Dialect, wanted: &[Entry]) -> String {
    let err: DocumentError =
        add(text, dialect, wanted, &Known::nothing()).expect_err("there should be no place");
    format!("{} {err}", err.at)
}

#[test]
fn an_old_entry_gives_way_where_it_stands() {
    let old =
        added(r#"{"hooks": {"Stop": [{"hooks": [{"command": "mine"}]}]}}"#, &[hook("/old/exomonad", "Stop")]);
    let text = old.replace("]}]}}", "]}, {\"hooks\": [{\"command\": \"last\"}]}]}}");
    let (new, changes) =
        add(&text, Dialect::Strict, &[hook("/new/exomonad", "Stop")], &Known::nothing()).expect("ours");
    assert_eq!(new, text.replace("/old/", "/new/"));
    assert!(matches!(changes.as_slice(), [Change::Replaced { .. }]));
}

#[test]
fn an_old_event_goes_and_takes_its_array_with_it() {
    let old = added(
        "{\n  \"model\": \"x\"\n}\n",
        &[hook("/x/exomonad", "Notification"), hook("/x/exomonad", "Stop")],
    );
    let new = added(&old, &[hook("/x/exomonad", "Stop")]);
    assert_eq!(new, added("{\n  \"model\": \"x\"\n}\n", &[hook("/x/exomonad", "Stop")]));
}

#[test]
fn an_old_rule_goes_when_the_record_knows_it() {
    let rule = |text: &str| element(&["permissions", "deny"], json!(text));
    let text = r#"{"permissions": {"deny": ["mine", "old"]}}"#;
    let known = Known { entries: vec![rule("old")], ..Known::nothing() };
    let (new, _) = add(text, Dialect::Strict, &[rule("new")], &known).expect("a place");
    assert_eq!(new, r#"{"permissions": {"deny": ["mine", "new"]}}"#);
    let (new, _) = add(text, Dialect::Strict, &[rule("new")], &Known::nothing()).expect("a place");
    assert_eq!(new, r#"{"permissions": {"deny": ["mine", "old", "new"]}}"#);
}

#[test]
fn a_server_at_another_place_gives_way_and_one_of_the_users_does_not() {
    let entry =
        [member(&["mcpServers", "exomonad"], json!({"command": "/n/exomonad", "args": ["mcp-stdio"]}))];
    let moved = r#"{"mcpServers":{"exomonad":{"command":"exomonad","args":["mcp-stdio"]}}}"#;
    assert_eq!(
        added(moved, &entry),
        r#"{"mcpServers":{"exomonad":{"command":"/n/exomonad","args":["mcp-stdio"]}}}"#
    );
    for users in [
        r#"{"mcpServers":{"exomonad":{"command":"node"}}}"#,
        r#"{"mcpServers":{"exomonad":{"command":"node","args":["mcp-stdio"]}}}"#,
        r#"{"mcpServers":{"exomonad":{"command":"exomonad","args":["mcp-stdio","-v"]}}}"#,
        r#"{"mcpServers":{"exomonad":{"command":"exomonad","args":["mcp-stdio"],"env":{}}}}"#,
        r#"{"mcpServers":{"exomonad":{"args":["mcp-stdio"],"cwd":"exomonad"}}}"#,
    ] {
        assert_eq!(
            refused(users, Dialect::Strict, &entry),
            "1:27 `mcpServers.exomonad` already holds another value"
        );
        let known = Known { entries: entry.to_vec(), ..Known::nothing() };
        assert_eq!(remove(users, &known).expect("readable").0, users);
    }
}

#[test]
fn a_text_the_user_has_too_stays_once() {
    let rule = element(&["permissions", "allow"], json!("mcp__exomonad"));
    let after = added(r#"{"permissions":{"allow":["Bash(ls)"]}}"#, std::slice::from_ref(&rule));
    let known = Known { entries: vec![rule], ..Known::nothing() };
    let twice = after.replace("[\"Bash(ls)\"", "[\"mcp__exomonad\"");
    assert_eq!(remove(&twice, &known).expect("readable").0, r#"{"permissions":{"allow":["mcp__exomonad"]}}"#);
    assert_eq!(remove(&after, &Known::nothing()).expect("readable").0, after, "nobody knows whose it is");
}

#[test]
fn a_hook_the_user_put_into_our_group_stays() {
    let text =
        r#"{"hooks":{"Stop":[{"hooks":[{"command":"exomonad hook stop || exit 2"},{"command":"mine"}]}]}}"#;
    let (removed, _) = remove(text, &Known::nothing()).expect("readable");
    assert_eq!(removed, r#"{"hooks":{"Stop":[{"hooks":[{"command":"mine"}]}]}}"#);
}

#[test]
fn hooks_of_ours_are_recognised_in_every_form() {
    for command in [
        json!({"command": "/a b/exomonad", "args": ["hook", "stop"]}),
        json!({"command": "exomonad hook stop --runtime claude"}),
        json!({"command": "'/a b/exomonad' hook stop || exit 2"}),
        json!({"command": "\"/a b/exomonad\" 'hook' stop"}),
        json!({"command": "/a\\ b/exomonad hook"}),
        json!({"command": "X=1 exec exomonad hook stop"}),
        json!({"command": "anything", "name": "exomonad-stop"}),
    ] {
        assert!(crate::install::is_ours(&json!({"hooks": [command]})), "{command}");
    }
    for command in [
        json!({"command": "exomonad", "args": ["ps"]}),
        json!({"command": "echo exomonad hook"}),
        json!({"command": "my-exomonad hook"}),
        json!({"command": "exomonad; hook"}),
        json!({"command": "exomonad"}),
        json!({"type": "prompt"}),
    ] {
        assert!(!crate::install::is_ours(&json!({"hooks": [command]})), "{command}");
    }
    assert!(!crate::install::is_ours(&json!({"hooks": []})));
}
