//! The spans of the demo, in a real collector.

use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use exomonad_testkit::Project;

use crate::agent::installed;

/// Five agents; a loaded machine takes many times what it takes alone.
const LIMIT: Duration = Duration::from_secs(300);

/// How often it is looked whether the collector listens.
const LOOK: Duration = Duration::from_millis(20);

/// What nobody may see.
const SECRET: &str = "sesame-street-7";

#[test]
fn a_collector_has_the_whole_demo_as_one_connected_trace_over_http() {
    check("http/protobuf");
}

#[test]
fn a_collector_has_the_whole_demo_as_one_connected_trace_over_grpc() {
    check("grpc");
}

/// A span, as the collector prints it.
#[derive(Debug, Default)]
struct Printed {
    trace: String,
    parent: String,
    id: String,
    name: String,
}

#[track_caller]
fn check(protocol: &str) {
    let project = Project::new();
    let (grpc, http) = (free_port(), free_port());
    let rotel = installed("EXOMONAD_E2E_ROTEL");
    let rotel = project.run(rotel.as_str()).args([
        "start",
        "--otlp-grpc-endpoint",
        &format!("127.0.0.1:{grpc}"),
        "--otlp-http-endpoint",
        &format!("127.0.0.1:{http}"),
        "--exporter",
        "blackhole",
        "--batch-timeout",
        "200ms",
        "--debug-log",
        "traces",
        "--debug-log-verbosity",
        "detailed",
    ]);
    let (_collector, lines) = rotel.limit(LIMIT).start();
    await_listener(grpc);
    await_listener(http);
    let endpoint = format!("http://127.0.0.1:{}", if protocol == "grpc" { grpc } else { http });
    let demo = project.run(env!("CARGO_BIN_EXE_exomonad")).args(["demo"]).dir(project.bin()).limit(LIMIT);
    let demo = demo
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_EXPORTER_OTLP_HEADERS", format!("authorization=Bearer%20{SECRET}"))
        .output()
        .require_success();
    assert!(demo.stdout.contains("5 agents, 4 pull requests merged"), "{demo}");

    let text = read_until_whole(&lines);
    let spans = parse(&text);
    let traces: HashSet<_> = spans.iter().map(|span| &span.trace).collect();
    assert_eq!(traces.len(), 1);
    let ids: HashSet<_> = spans.iter().map(|span| &span.id).collect();
    assert_eq!(ids.len(), spans.len(), "none came twice");
    for name in [
        "invoke_agent docs.manual",
        "hook session-start",
        "hook stop",
        "effect agents.spawn",
        "spawn pane",
        "spawn running",
        "effect forge.merge",
        "deliver root",
    ] {
        assert!(spans.iter().any(|span| span.name == name), "there is no `{name}`");
    }
    // What the demo's user asks for.
    assert!(!text.contains(SECRET) && !text.contains("says goodbye, and a manual"));
}

/// Reads what the collector prints until every span's parent is there, and the sessions of all five agents.
#[track_caller]
fn read_until_whole(lines: &Receiver<String>) -> String {
    let mut text = String::new();
    loop {
        let spans = parse(&text);
        let ids: HashSet<_> = spans.iter().map(|span| &span.id).collect();
        let sessions = spans.iter().filter(|span| span.name.starts_with("invoke_agent ")).count();
        let lost: Vec<_> =
            spans.iter().filter(|span| !span.parent.is_empty() && !ids.contains(&span.parent)).collect();
        let roots = spans.iter().filter(|span| span.parent.is_empty()).count();
        if sessions == 5 && lost.is_empty() && roots == 1 {
            return text;
        }
        // What is there already is read at once: a look at all of it takes its time.
        let line = lines.recv_timeout(Duration::from_secs(60));
        let line =
            line.unwrap_or_else(|_| panic!("{sessions} sessions, {roots} roots, without parents: {lost:?}"));
        for line in std::iter::once(line).chain(lines.try_iter()) {
            text.extend([&line, "\n"]);
        }
    }
}

fn parse(text: &str) -> Vec<Printed> {
    let mut spans: Vec<Printed> = Vec::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim().to_owned();
        if name.trim() == "Trace ID" {
            spans.push(Printed { trace: value, ..Printed::default() });
        } else if let Some(span) = spans.last_mut() {
            match name.trim() {
                "Parent ID" => span.parent = value,
                "ID" => span.id = value,
                "Name" => span.name = value,
                _ => {}
            }
        }
    }
    // The last one may not be printed whole.
    spans.retain(|span| !span.name.is_empty());
    spans
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("listen on the loopback interface");
    listener.local_addr().expect("a listener has an address").port()
}

#[track_caller]
fn await_listener(port: u16) {
    let begun = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(begun.elapsed() < LIMIT, "the collector does not listen on {port}");
        std::thread::park_timeout(LOOK);
    }
}
