//! A guest that is replaced while a client is there.

use serde_json::{Value, json};

use super::client::{Session, text};
use crate::support::{TestProject, put};

fn wasm(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn has_echo(session: &mut Session) -> bool {
    let reply = session.request("tools/list", &json!({}));
    reply["result"]["tools"].as_array().unwrap().iter().any(|tool| tool["name"] == "fixture_echo")
}

#[test]
fn a_new_guest_is_announced_and_answers_and_a_call_that_runs_keeps_the_old_one() {
    let project = TestProject::new();
    let file = project.root().join("guest.wasm");
    put(&file, &wasm("exomonad-testkit/fixture.wasm"));
    let mut session = Session::reloading(&project, file.clone());
    session.initialize("2025-06-18");
    assert!(has_echo(&mut session));
    let id = session.ask_tool("fixture_wait", &json!({"kind": "never", "seconds": 600}));
    session.until(|message| message["params"]["data"] == "waiting");
    put(&file, b"no guest");
    assert!(has_echo(&mut session));
    put(&file, &wasm("exomonad-host/guest.wasm"));
    assert_eq!(session.next()["method"], "notifications/tools/list_changed");
    assert!(!has_echo(&mut session));
    let said = session.close();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["id"], id);
    assert!(text(&said[0]).contains("nothing came"), "{said:?}");
}

#[test]
fn a_subscriber_hears_of_a_new_guest() {
    let project = TestProject::new();
    let file = project.root().join("guest.wasm");
    put(&file, &wasm("exomonad-testkit/fixture.wasm"));
    let mut session = Session::reloading(&project, file.clone());
    let params = json!({"notifications": {"toolsListChanged": true}, "_meta": super::eras::meta()});
    let id = session.ask("subscriptions/listen", &params);
    assert_eq!(session.next()["method"], "notifications/subscriptions/acknowledged");
    put(&file, &wasm("exomonad-host/guest.wasm"));
    let told = session.next();
    assert_eq!(told["method"], "notifications/tools/list_changed");
    assert_eq!(told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], json!(id), "{told}");
    let said: Vec<Value> = session.close();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!((&said[0]["id"], &said[0]["result"]["resultType"]), (&json!(id), &json!("complete")));
}
