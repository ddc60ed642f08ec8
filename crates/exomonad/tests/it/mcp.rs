//! `exomonad mcp-stdio` as a process: its client comes, leaves, breaks off and dies.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use exomonad_host::agent::AgentName;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::store::{AgentRow, Mode, Store};
use exomonad_testkit::project::Project;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{exomonad, set_up, succeed};

/// A sidecar and its client's side.
pub(crate) struct Sidecar {
    child: Child,
    input: Option<ChildStdin>,
    output: Option<BufReader<ChildStdout>>,
}

fn start(project: &Project, program: &str, arguments: &[&str]) -> Sidecar {
    #[expect(
        clippy::disallowed_methods,
        reason = "a client keeps its server's streams open, which a run does not"
    )]
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .env("HOME", project.home())
        .env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.current_dir(project.dir()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (input, output) = (child.stdin.take(), child.stdout.take().map(BufReader::new));
    Sidecar { child, input, output }
}

impl Sidecar {
    pub(crate) fn start(project: &Project, arguments: &[&str]) -> Self {
        start(project, env!("CARGO_BIN_EXE_exomonad"), &[&["mcp-stdio"], arguments].concat())
    }

    fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{message}").unwrap();
        input.flush().unwrap();
    }

    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.output.as_mut().unwrap().read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|err| panic!("{err}: {line:?}"))
    }

    pub(crate) fn initialize(&mut self) -> Value {
        let client = json!({"name": "test", "version": "1"});
        let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        self.send(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}));
        self.next()
    }

    pub(crate) fn kill(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end: its exit code and what it wrote to stderr.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let mut stderr = String::new();
        // Ends when the process does.
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), stderr)
    }
}

fn quiet() -> (Option<i32>, String) {
    (Some(0), String::new())
}

#[test]
fn it_ends_when_its_client_leaves() {
    let project = set_up();
    let mut sidecar = Sidecar::start(&project, &[]);
    assert_eq!(sidecar.initialize()["result"]["serverInfo"]["name"], "exomonad");
    sidecar.input = None;
    assert_eq!(sidecar.end(), quiet());
}

#[test]
fn it_ends_when_there_never_was_a_client() {
    let project = set_up();
    let output = exomonad(&project, &["mcp-stdio"]).output();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    drop(output.require_success());
}

#[test]
fn streams_that_are_files_are_served_too() {
    let project = set_up();
    let ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\nnonsense";
    let output = exomonad(&project, &["mcp-stdio"]).input(ping).output().require_success();
    let replies: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(replies.len(), 2, "{output}");
    assert_eq!(replies[0], json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
    assert_eq!(replies[1]["error"]["code"], -32700);
}

#[test]
fn a_signal_ends_it() {
    let project = set_up();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut sidecar = Sidecar::start(&project, &[]);
        sidecar.initialize();
        sidecar.kill(signal);
        assert_eq!(sidecar.end(), quiet(), "{signal:?}");
    }
}

#[test]
fn it_ends_when_nobody_reads_what_it_says() {
    let project = set_up();
    let mut sidecar = Sidecar::start(&project, &[]);
    sidecar.initialize();
    sidecar.output = None;
    assert_eq!(sidecar.end(), quiet());
}

#[test]
fn it_ends_when_its_parent_dies_though_its_input_stays_open() {
    let project = set_up();
    let script = format!("exec 3<&0; {} mcp-stdio <&3 & wait", env!("CARGO_BIN_EXE_exomonad"));
    let mut shell = start(&project, "/bin/sh", &["-c", &script]);
    shell.initialize();
    shell.kill(Signal::KILL);
    let mut rest = String::new();
    // Ends when the last one that could write has ended: the sidecar.
    shell.output.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    assert_eq!(shell.end(), (None, String::new()));
}

#[test]
fn it_says_on_stderr_why_it_cannot_serve() {
    let project = set_up();
    let output = exomonad(&project, &["mcp-stdio", "--agent", "nobody"]).output();
    assert_eq!(output.stdout, "");
    assert!(output.stderr.starts_with("error: "), "{output}");
}

#[test]
fn another_directory_and_an_agents_name_can_be_given() {
    let project = set_up();
    let elsewhere = project.temp().to_owned();
    let arguments = ["mcp-stdio", "--agent", "root", "--dir", project.dir().as_str()];
    drop(exomonad(&project, &arguments).dir(elsewhere).output().require_success());
}

#[cfg(feature = "compile")]
#[test]
fn another_guest_can_be_given() {
    let project = set_up();
    let guest = concat!(env!("CARGO_MANIFEST_DIR"), "/../exomonad-testkit/fixture.wasm");
    let mut sidecar = Sidecar::start(&project, &["--guest", guest]);
    sidecar.initialize();
    let params = json!({"name": "fixture_echo", "arguments": {"text": "hello"}});
    sidecar.send(&json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}));
    assert_eq!(sidecar.next()["result"]["structuredContent"], json!({"text": "hello"}));
    sidecar.input = None;
    assert_eq!(sidecar.end(), quiet());
    succeed(&project, &["events", "--kind", "host.tool-called"]);
}

/// A child of `root` that works in its directory.
pub(crate) fn add_child(project: &Project, name: &str) {
    let store = store(project);
    let root = store.agent(&AgentName::root()).unwrap().unwrap();
    let name = AgentName::parse(name).unwrap();
    let child = AgentRow {
        name,
        role: "dev".to_owned(),
        parent: Some(root.name.clone()),
        workspace_kind: WorkspaceKind::Shared,
        depth: 1,
        ..root
    };
    assert!(store.add_agent(&child).unwrap());
}

fn store(project: &Project) -> Store {
    Store::open(&project.dir().join(".exomonad/state.db"), Mode::Short).unwrap()
}

#[test]
fn a_report_that_was_acknowledged_is_there_whenever_the_sidecar_is_killed() {
    const REPORTS: u64 = 12;
    let project = set_up();
    add_child(&project, "child");
    let mut acknowledged = Vec::new();
    for heard in 0..REPORTS {
        let mut sidecar = Sidecar::start(&project, &["--agent", "child"]);
        sidecar.initialize();
        for id in 2..2 + REPORTS {
            let arguments = json!({"status": "update", "message": format!("report {id} of round {heard}")});
            let params = json!({"name": "notify_parent", "arguments": arguments});
            sidecar.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}));
        }
        for _ in 0..heard {
            let reply = sidecar.next();
            let id = reply.pointer("/result/structuredContent/id").and_then(Value::as_str);
            acknowledged.push(id.unwrap_or_else(|| panic!("no id in {reply}")).to_owned());
        }
        sidecar.kill(Signal::KILL);
        assert_eq!(sidecar.end().0, None);
    }
    let store = store(&project);
    store.check().unwrap();
    let lost: Vec<_> = acknowledged.iter().filter(|id| store.message(id).unwrap().is_none()).collect();
    assert!(lost.is_empty(), "{} of {} reports are lost: {lost:?}", lost.len(), acknowledged.len());
    assert_eq!(acknowledged.len(), 66);
}
