//! Spans: what hooks leave of themselves, and what reaches a collector.

use std::sync::Arc;

use exomonad_host::agent::{AgentName, Site};
use exomonad_host::clock::Clock;
use exomonad_host::engine::GuestSource;
use exomonad_host::harness::Harness;
use exomonad_host::hook::{Request, answer};
use exomonad_host::store::{Draft, Sender, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_host::telemetry::{Span, Wish, catch_up, flush, remember};
use exomonad_testkit::Collector;
use serde_json::json;

use crate::support::{NOW, SEARCH_PATH, TestProject, fixture};
use crate::workspaces::site;

const OUTER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SECRET: &str = "sesame-street-7";

/// Asks a hook of Claude Code's, by someone whose environment has this `traceparent`.
fn ask(project: &TestProject, event: &str, payload: &serde_json::Value, traceparent: Option<&str>) {
    let guest = GuestSource::Loaded(Box::new(fixture().clone()));
    let payload = payload.to_string();
    let outcome = answer(&Request {
        harness: Some(Harness::Claude),
        event,
        payload: payload.as_bytes(),
        project_dir: None,
        messaging_socket: None,
        dir: project.root(),
        claimed: None,
        traceparent,
        search_path: SEARCH_PATH,
        home: None,
        user_config: None,
        clock: Clock::new(|| NOW),
        guest: &guest,
    });
    assert_eq!((outcome.answer.exit, outcome.warnings), (0, Vec::new()));
}

fn start(project: &TestProject, traceparent: Option<&str>) {
    let payload = json!({"session_id": "s1", "transcript_path": "/t/s1.jsonl", "cwd": "/", "hook_event_name": "SessionStart", "source": "startup"});
    ask(project, "session-start", &payload, traceparent);
}

fn end(project: &TestProject) {
    let payload = json!({"session_id": "s1", "transcript_path": "/t/s1.jsonl", "cwd": "/", "hook_event_name": "SessionEnd", "reason": "other"});
    ask(project, "session-end", &payload, None);
}

fn use_tool(project: &TestProject) {
    let payload = json!({
        "session_id": "s1", "transcript_path": "/t/s1.jsonl", "cwd": "/", "hook_event_name": "PreToolUse",
        "tool_name": "fixture_pass",
        "tool_input": {"command": format!("echo {SECRET}")}, "tool_use_id": "toolu_1",
    });
    ask(project, "pre-tool-use", &payload, None);
}

/// The spans of the lead's present trace.
fn spans(store: &Store) -> Vec<Span> {
    let row = store.trace(&AgentName::root()).unwrap().unwrap();
    store.spans_of(row.session.trace).unwrap()
}

fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

#[test]
fn a_hook_leaves_one_span_below_its_session_with_names_and_no_contents() {
    let project = TestProject::new();
    use_tool(&project);
    let store = project.store();
    assert_eq!(
        store.trace(&AgentName::root()).unwrap(),
        None,
        "of a session that nobody saw begin there is none"
    );
    start(&project, None);
    use_tool(&project);
    let row = store.trace(&AgentName::root()).unwrap().unwrap();
    let [_, span] = &spans(&store)[..] else { panic!("each hook is one span") };
    assert_eq!((span.name.as_str(), span.parent), ("hook pre-tool-use", Some(row.session.span)));
    assert_eq!(
        serde_json::Value::Object(span.attributes.as_json().clone()),
        json!({
            "agent.name": "root", "agent.role": "tl", "hook.type": "pre-tool-use", "hook.runtime": "claude",
            "hook.decision": "pass", "session.id": "s1", "gen_ai.conversation.id": "s1", "jsonl.file": "/t/s1.jsonl",
            "gen_ai.tool.name": "fixture_pass", "tool_use_id": "toolu_1",
        })
    );
    assert!(span.begin_us >= NOW * 1000 && !format!("{span:?}").contains(SECRET), "{span:?}");
}

#[test]
fn a_session_started_by_hand_is_one_trace_and_the_next_is_another() {
    let project = TestProject::new();
    let store = project.store();
    start(&project, None);
    use_tool(&project);
    let first = store.trace(&AgentName::root()).unwrap().unwrap();
    assert!(!first.ended && !first.launched);
    end(&project);
    let ended = spans(&store);
    assert_eq!(
        names(&ended).iter().filter(|name| **name == "invoke_agent root").count(),
        1,
        "{:?}",
        names(&ended)
    );
    assert_eq!(ended.len(), 4);
    let session = ended.iter().find(|span| span.name == "invoke_agent root").unwrap();
    assert_eq!((session.context, session.parent), (first.session, None));
    assert_eq!(session.attributes.text("session.id"), None, "the fixture's guest registers no session");
    assert!(ended.iter().filter(|span| span.parent == Some(first.session.span)).count() == 3);
    start(&project, None);
    let second = store.trace(&AgentName::root()).unwrap().unwrap();
    assert_ne!(second.session.trace, first.session.trace);
    assert_eq!(names(&spans(&store)), ["hook session-start"]);
}

#[test]
fn a_session_within_a_greater_trace_stays_in_it() {
    let project = TestProject::new();
    start(&project, Some(OUTER));
    let row = project.store().trace(&AgentName::root()).unwrap().unwrap();
    let outer = OUTER.split('-').collect::<Vec<_>>();
    assert_eq!(row.session.trace.to_string(), outer[1]);
    assert_eq!(row.parent.map(|parent| parent.to_string()).as_deref(), Some(outer[2]));
}

#[test]
fn a_message_is_a_span_from_being_sent_to_being_read_and_is_made_once() {
    let project = TestProject::new();
    let store = project.store();
    start(&project, None);
    let root = AgentName::root();
    let draft = Draft::new(Sender::Human, &root, "note", SECRET, None).unwrap();
    let message = store.send_message(&draft, NOW).unwrap();
    catch_up(&store, 0).unwrap();
    assert_eq!(names(&spans(&store)), ["hook session-start"], "it is under way");
    store.ack_messages(&root, std::slice::from_ref(&message.id), NOW + 2500).unwrap();
    let done = catch_up(&store, 0).unwrap();
    assert_eq!(done, store.newest_event_id().unwrap());
    catch_up(&store, 0).unwrap();
    let all = spans(&store);
    let hops: Vec<_> = all.iter().filter(|span| span.name == "deliver root").collect();
    let [hop] = hops[..] else { panic!("{all:?}") };
    assert_eq!((hop.begin_us, hop.duration_us), (NOW * 1000, 2_500_000));
    assert_eq!(hop.attributes.text("messaging.message.id"), Some(message.id.as_str()));
    assert_eq!(hop.parent, Some(store.trace(&root).unwrap().unwrap().session.span));
    assert!(!format!("{hop:?}").contains(SECRET));
}

/// The project of someone whose environment has these variables beside the usual.
fn site_with(project: &TestProject, variables: &[(&str, &str)]) -> Site {
    let site = site(project);
    let mut all = site.surroundings.variables.clone();
    all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let surroundings = Surroundings { exe: site.surroundings.exe.clone(), variables: all };
    Site { surroundings: Arc::new(surroundings), ..site }
}

fn endpoint(collector: &Collector) -> Vec<(&'static str, String)> {
    vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "300".to_owned()),
    ]
}

fn exporting(project: &TestProject, collector: &Collector) -> Site {
    let variables = endpoint(collector);
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let site = site_with(project, &variables);
    assert!(matches!(remember(&site.store, &site.surroundings), Ok(Wish::On(_))));
    site
}

#[test]
fn spans_reach_the_collector_once_with_who_we_are_and_the_users_headers() {
    let (project, collector) = (TestProject::new(), Collector::start());
    drop(exporting(&project, &collector));
    let headers = format!("authorization=Bearer%20{SECRET}");
    let site = site_with(
        &project,
        &[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint()),
            ("OTEL_EXPORTER_OTLP_HEADERS", &headers),
            ("OTEL_SERVICE_NAME", "our-agents"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ],
    );
    start(&project, None);
    use_tool(&project);
    flush(&site).unwrap();
    assert_eq!(collector.span_names(), ["hook session-start", "hook pre-tool-use"]);
    flush(&site).unwrap();
    assert_eq!(collector.span_names().len(), 2, "what arrived is not sent again");
    end(&project);
    flush(&site).unwrap();
    assert_eq!(collector.span_names()[2..], ["hook session-end", "invoke_agent root"]);

    let received = &collector.received()[0];
    assert_eq!(received.path, "/v1/traces");
    assert_eq!(received.authorization, Some(format!("Bearer {SECRET}")));
    let resource = format!("{:?}", received.content.resource_spans[0].resource);
    for known in ["our-agents", "deployment.environment.name", "service.version"] {
        assert!(resource.contains(known), "{resource}");
    }
    assert!(!format!("{:?}", received.content).contains(SECRET));
    let row = site.store.telemetry().unwrap();
    assert_eq!((row.dropped, row.failure.as_deref(), site.store.buffered_spans().unwrap()), (0, None, 0));
    for file in ["state.db", "state.db-wal"] {
        let bytes = std::fs::read(project.state_dir().join(file)).unwrap();
        let secret = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!secret, "`{file}` holds a secret");
    }
}

#[test]
fn headers_may_be_among_the_users_secrets_which_others_may_not_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let (project, collector) = (TestProject::new(), Collector::start());
    let site = exporting(&project, &collector);
    let secrets = site.surroundings.home().unwrap().join(".exomonad/secrets");
    std::fs::create_dir_all(secrets.parent().unwrap()).unwrap();
    let text = format!("# tokens\nOTHER=x\nOTEL_EXPORTER_OTLP_HEADERS=authorization={SECRET}\n");
    crate::support::put(&secrets, text.as_bytes());
    let allow = |mode| std::fs::set_permissions(&secrets, std::fs::Permissions::from_mode(mode)).unwrap();
    start(&project, None);
    allow(0o644);
    let err = flush(&site).unwrap_err().to_string();
    assert!(err.ends_with("/.exomonad/secrets` can be read by others"), "{err}");
    assert_eq!(collector.connections(), 0);
    allow(0o600);
    flush(&site).unwrap();
    assert_eq!(collector.received()[0].authorization.as_deref(), Some(SECRET));
}

#[test]
fn a_collector_that_hangs_keeps_spans_waiting_and_touches_no_hook() {
    let (project, collector) = (TestProject::new(), Collector::hanging());
    let site = exporting(&project, &collector);
    start(&project, None);
    let err = exomonad_host::explain(&*flush(&site).unwrap_err());
    assert!(err.contains("did not"), "{err}");
    let tried = collector.connections();
    assert!(tried > 0);
    for _ in 0..5 {
        use_tool(&project);
    }
    assert_eq!(collector.connections(), tried, "a hook talks to no collector");
    assert_eq!((site.store.buffered_spans().unwrap(), site.store.telemetry().unwrap().dropped), (6, 0));
    collector.answer();
    flush(&site).unwrap();
    assert_eq!(collector.span_names().len(), 6);
    assert_eq!(site.store.buffered_spans().unwrap(), 0);
}

#[test]
fn a_dead_collector_keeps_spans_waiting() {
    let project = TestProject::new();
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let gone = format!("http://{address}");
    for protocol in ["grpc", "http/protobuf"] {
        let variables =
            [("OTEL_EXPORTER_OTLP_ENDPOINT", gone.as_str()), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)];
        let site = site_with(&project, &variables);
        remember(&site.store, &site.surroundings).unwrap();
        start(&project, None);
        let waiting = site.store.buffered_spans().unwrap();
        assert!(waiting > 0);
        let err = flush(&site).unwrap_err().to_string();
        assert_eq!(err, format!("the collector at {address} did not take the spans"));
        assert_eq!(site.store.buffered_spans().unwrap(), waiting, "{protocol}");
    }
}

#[test]
fn nothing_leaves_that_was_recorded_before_its_user_said_so_or_after_they_took_it_back() {
    let (project, collector) = (TestProject::new(), Collector::start());
    start(&project, None);
    flush(&site(&project)).unwrap();
    assert_eq!(collector.connections(), 0);
    let site = exporting(&project, &collector);
    flush(&site).unwrap();
    assert_eq!(collector.connections(), 0);
    use_tool(&project);
    flush(&site).unwrap();
    assert_eq!(collector.span_names(), ["hook pre-tool-use"]);
    let off = site_with(
        &project,
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint()), ("OTEL_SDK_DISABLED", "true")],
    );
    assert_eq!(remember(&off.store, &off.surroundings), Ok(Wish::Off));
    use_tool(&project);
    flush(&off).unwrap();
    flush(&crate::workspaces::site(&project)).unwrap();
    assert_eq!(collector.span_names().len(), 1);
}

#[test]
fn a_trace_that_its_beginner_does_not_want_stays_here() {
    let (project, collector) = (TestProject::new(), Collector::start());
    let site = exporting(&project, &collector);
    start(&project, Some(&OUTER.replace("-01", "-00")));
    assert_eq!(names(&spans(&site.store)), ["hook session-start"]);
    flush(&site).unwrap();
    assert_eq!((collector.connections(), site.store.buffered_spans().unwrap()), (0, 0));
}
