//! Both eras of the protocol: sessions that `initialize` opens, and requests that stand alone.

use serde_json::{Value, json};

use super::client::{Session, text};
use crate::support::TestProject;

/// What a stateless request brings along.
pub(super) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

#[test]
fn initialize_agrees_on_any_released_version_and_on_the_newest_for_an_unknown_one() {
    let project = TestProject::new();
    for (asked, agreed) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2099-01-01", "2025-11-25"),
    ] {
        let mut session = Session::over_pipes(&project);
        let reply = session.initialize(asked);
        let result = &reply["result"];
        assert_eq!(result["protocolVersion"], agreed);
        assert_eq!(result["capabilities"], json!({"logging": {}, "tools": {"listChanged": true}}));
        assert_eq!(result["serverInfo"]["name"], "exomonad");
        assert_eq!(result.get("resultType"), None);
        let reply = session.request("tools/list", &json!({}));
        assert_eq!(reply["result"].as_object().unwrap().keys().collect::<Vec<_>>(), ["tools"]);
        assert_eq!(session.close(), [] as [Value; 0]);
    }
}

#[test]
fn tools_are_listed_in_the_order_of_the_guest_with_all_a_model_needs() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    let reply = session.request("tools/list", &json!({}));
    let tool = &reply["result"]["tools"][0];
    assert_eq!(tool["name"], "fixture_echo");
    assert_eq!(tool["title"], "Echo");
    assert_eq!(tool["inputSchema"]["properties"]["text"]["type"], "string");
    assert_eq!(tool["annotations"]["readOnlyHint"], true);
    assert_eq!(session.request("tools/list", &json!({}))["result"], reply["result"]);
    let reply = session.request("tools/list", &json!({"cursor": "2"}));
    assert_eq!(reply["error"]["code"], -32602, "{reply}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn stateless_requests_need_no_session() {
    let project = TestProject::new();
    let mut session = Session::over_socket(&project);
    let found = session.request("server/discover", &json!({"_meta": meta()}));
    let result = &found["result"];
    assert_eq!(result["resultType"], "complete");
    assert!(result["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")));
    assert!(result["ttlMs"].is_u64() && result["cacheScope"] == "private", "{result}");
    let listed = session.request("tools/list", &json!({"_meta": meta()}));
    let result = &listed["result"];
    assert_eq!(result["resultType"], "complete");
    assert!(result["ttlMs"].is_u64() && result["cacheScope"] == "private", "{result}");
    let params = json!({"name": "fixture_echo", "arguments": {"text": "hello"}, "_meta": meta()});
    let called = session.request("tools/call", &params);
    assert_eq!(called["result"]["resultType"], "complete");
    assert!(text(&called).contains("hello"));
    let unasked = session.request("tools/list", &json!({}));
    assert_eq!(unasked["error"]["code"], -32602, "{unasked}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_version_that_is_not_spoken_is_refused_with_those_that_are() {
    let project = TestProject::new();
    let mut session = Session::over_pipes(&project);
    let mut meta = meta();
    meta["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    let reply = session.request("server/discover", &json!({"_meta": meta}));
    assert_eq!(reply["error"]["code"], -32022, "{reply}");
    assert!(reply["error"]["data"]["supported"].is_array(), "{reply}");
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_client_that_looked_first_can_still_initialize() {
    let project = TestProject::new();
    let mut session = Session::over_pipes(&project);
    session.request("server/discover", &json!({"_meta": meta()}));
    session.request("ping", &json!({}));
    assert_eq!(session.initialize("2025-11-25")["result"]["protocolVersion"], "2025-11-25");
    assert!(text(&session.call("fixture_echo", &json!({"text": "hello"}))).contains("hello"));
    assert_eq!(session.close(), [] as [Value; 0]);
}

#[test]
fn a_client_that_only_looked_or_said_nothing_leaves_in_peace() {
    let project = TestProject::new();
    let mut session = Session::over_pipes(&project);
    session.request("server/discover", &json!({"_meta": meta()}));
    assert_eq!(session.close(), [] as [Value; 0]);
    assert_eq!(Session::over_socket(&project).close(), [] as [Value; 0]);
}
