//! What a call of a tool leaves of itself for traces.

use exomonad_host::agent::AgentName;
use exomonad_host::store::TraceRow;
use exomonad_host::telemetry::{Span, SpanKind};
use serde_json::{Value, json};

use super::client::Session;
use crate::support::TestProject;

const FOREIGN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The lead's session, and the spans of its trace once the server is gone.
fn ended(project: &TestProject, session: Session) -> (TraceRow, Vec<Span>) {
    assert_eq!(session.close(), [] as [Value; 0]);
    let store = project.store();
    let row = store.trace(&AgentName::root()).unwrap().unwrap();
    let spans = store.spans_of(row.session.trace).unwrap();
    (row, spans)
}

#[track_caller]
fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no `{name}` in {spans:?}"))
}

#[test]
fn a_call_is_a_span_of_the_session_with_its_effects_inside_and_no_arguments() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    session.call("fixture_emit", &json!({"kind": "note.sesame"}));
    let (row, spans) = ended(&project, session);
    let (call, effect) = (named(&spans, "tools/call fixture_emit"), named(&spans, "effect events.emit"));
    assert_eq!((call.parent, effect.parent), (Some(row.session.span), Some(call.context.span)));
    assert!(call.begin_us <= effect.begin_us && effect.end_us() <= call.end_us());
    assert_eq!((call.kind, effect.kind), (SpanKind::Server, SpanKind::Internal));
    assert_eq!(
        Value::Object(call.attributes.as_json().clone()),
        json!({
            "agent.name": "root", "agent.role": "tl", "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "fixture_emit", "mcp.method.name": "tools/call", "mcp.protocol.version": "2025-06-18",
            "jsonrpc.request.id": "2", "network.transport": "pipe",
        })
    );
    assert!(!format!("{spans:?}").contains("sesame"), "{spans:?}");
}

#[test]
fn a_call_that_fails_says_why_in_a_word_and_an_unknown_tool_names_no_span() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    session.call("fixture_refuse", &json!({"text": "not now"}));
    session.call("fixture_behave", &json!({"text": "fixture_trap"}));
    session.call("made_up_by_a_model", &json!({}));
    let (_, spans) = ended(&project, session);
    let failure = |name: &str| named(&spans, name).failure.clone().unwrap_or_default();
    assert_eq!(failure("tools/call fixture_refuse"), "tool_error");
    assert_eq!(failure("tools/call fixture_behave"), "guest_failed");
    assert_eq!(failure("tools/call"), "unknown_tool");
}

#[test]
fn a_clients_span_of_the_same_trace_is_the_parent_and_one_of_another_is_a_link() {
    let project = TestProject::new();
    let mut session = Session::opened(&project);
    session.call("fixture_echo", &json!({"text": "first"}));
    let store = project.store();
    let row = store.trace(&AgentName::root()).unwrap().unwrap();
    let ours = format!("00-{}-00000000000000aa-01", row.session.trace);
    let mut call = |tool: &str, traceparent: &str| {
        let meta = json!({"traceparent": traceparent});
        session.request("tools/call", &json!({"name": tool, "arguments": {"text": "x"}, "_meta": meta}));
    };
    call("fixture_refuse", &ours);
    call("fixture_behave", FOREIGN);
    let (row, spans) = ended(&project, session);
    let within = named(&spans, "tools/call fixture_refuse");
    assert_eq!((within.parent.unwrap().to_string().as_str(), within.link), ("00000000000000aa", None));
    let linked = named(&spans, "tools/call fixture_behave");
    assert_eq!(linked.parent, Some(row.session.span));
    assert_eq!(linked.link.unwrap().to_string(), FOREIGN);
}
