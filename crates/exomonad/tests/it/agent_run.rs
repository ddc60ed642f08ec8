//! The launcher: a harness in a terminal, ended with everything it started, and recorded.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use exomonad_host::agent::{AgentFiles, AgentName, ProcessIdentity, Site, reap, stop};
use exomonad_host::clock::Clock;
use exomonad_host::config::Config;
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::git::Repository;
use exomonad_host::mux::{self, Address, Key, Multiplexer, MuxKind, Pane, PaneSpec, Sanitized};
use exomonad_host::store::{AgentRow, AgentState, EventFilter, Exit, Mode, RunRow, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::process::{End, Live, Run};
use exomonad_testkit::project::Project;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{exomonad, kill, set_up, wait_for};

fn name() -> AgentName {
    AgentName::parse("leaf").unwrap()
}

/// A project with an agent whose harness is this shell script. The script finds its own notes in `$NOTES`.
fn project(script: &str) -> Project {
    let project = set_up();
    project.install_script("leaf-harness", &format!("NOTES={}\n{script}", project.temp()));
    project.write(
        ".exomonad/config.local.toml",
        "[harness.script]\ncommand = [\"leaf-harness\", \"{agent}\", \"{prompt}\"]\n",
    );
    let row = AgentRow {
        name: name(),
        role: "worker".to_owned(),
        harness: "script".to_owned(),
        parent: Some(AgentName::root()),
        workspace_kind: WorkspaceKind::Shared,
        workspace: project.dir().to_owned(),
        depth: 1,
        state: AgentState::Starting,
        created_ms: 1,
    };
    assert!(store(&project).add_agent(&row).unwrap());
    project
}

fn store(project: &Project) -> Store {
    Store::open(&project.dir().join(".exomonad/state.db"), Mode::Short).unwrap()
}

fn launcher(project: &Project) -> Run {
    exomonad(project, &["agent-run", "--once", "--agent", "leaf", "--dir", project.dir().as_str()])
}

fn latest_run(project: &Project) -> Option<RunRow> {
    store(project).latest_run(&name()).unwrap()
}

fn state(project: &Project) -> AgentState {
    store(project).agent(&name()).unwrap().unwrap().state
}

fn events(project: &Project, kind: &str) -> Vec<Value> {
    let filter = EventFilter { kinds: vec![kind.to_owned()], ..EventFilter::default() };
    let events = store(project).first_events(&filter, 100).unwrap();
    events.iter().map(|event| serde_json::from_str(&event.data).unwrap()).collect()
}

/// What the script noted, once it did.
fn note(project: &Project, file: &str) -> String {
    let path = project.temp().join(file);
    wait_for(&format!("`{path}`"), || {
        std::fs::read_to_string(&path)
            .ok()
            .filter(|text| text.ends_with('\n'))
            .map(|text| text.trim().to_owned())
    })
}

/// A process that the script noted.
fn noted_process(project: &Project, file: &str) -> ProcessIdentity {
    ProcessIdentity::of(note(project, file).parse().unwrap()).unwrap()
}

fn assert_gone(process: &ProcessIdentity) {
    assert_eq!(process.is_alive(), Some(false), "{process:?}");
}

/// The launcher, with its harness at work.
fn start(project: &Project) -> (Live, RunRow) {
    let (live, _) = launcher(project).start();
    let run = wait_for("the harness", || latest_run(project).filter(|run| run.harness.is_some()));
    (live, run)
}

#[test]
fn agent_run_ends_as_its_harness_did_and_records_it() {
    let project = project("exit 3");
    let output = launcher(&project).output();
    assert_eq!(output.end, End::Code(3), "{output}");
    let run = latest_run(&project).unwrap();
    assert_eq!(run.ended.map(|(_, exit)| exit), Some(Exit::Code(3)));
    assert!(run.harness.is_some());
    assert_eq!(state(&project), AgentState::Stopped);
    assert_eq!(events(&project, "agent.started").len(), 1);
    assert_eq!(events(&project, "agent.exited")[0]["code"], 3);
    assert_eq!(events(&project, "hook.worker-exit")[0]["status"], "exit code 3");
}

#[test]
fn agent_run_tells_a_signal_from_a_code() {
    let project = project("kill -KILL $$");
    assert_eq!(launcher(&project).output().end, End::Code(137));
    assert_eq!(latest_run(&project).unwrap().ended.map(|(_, exit)| exit), Some(Exit::Signal(9)));
    assert_eq!(events(&project, "agent.exited")[0]["signal"], 9);
}

#[test]
fn agent_run_ends_a_harness_that_ignores_every_signal_and_all_it_started() {
    let project = project(
        "trap '' TERM HUP INT
        echo $$ > $NOTES/harness
        setsid sh -c 'trap \"\" TERM HUP; echo $$ > '$NOTES'/session; while :; do sleep 1; done' &
        (sh -c 'trap \"\" TERM HUP; echo $$ > '$NOTES'/orphan; while :; do sleep 1; done' &)
        while :; do sleep 1; done",
    );
    let (live, run) = start(&project);
    let started = ["harness", "session", "orphan"].map(|file| noted_process(&project, file));
    kill(run.launcher.pid, Signal::HUP);
    assert_eq!(live.finish().end, End::Code(137));
    started.iter().for_each(assert_gone);
    assert_eq!(latest_run(&project).unwrap().ended.map(|(_, exit)| exit), Some(Exit::Signal(9)));
}

#[test]
fn agent_run_ends_what_a_harness_leaves_behind() {
    let project = project(
        "setsid sh -c 'echo $$ > '$NOTES'/left; exec sleep 600' & while ! test -s $NOTES/left; do :; done",
    );
    assert_eq!(launcher(&project).output().end, End::Code(0));
    let left: u32 = note(&project, "left").parse().unwrap();
    assert!(ProcessIdentity::of(left).is_err());
}

#[test]
fn agent_run_outlives_the_keys_that_interrupt_its_harness() {
    let project = project("trap 'exit 5' TERM; echo $$ > $NOTES/harness; while :; do sleep 1; done");
    let (live, run) = start(&project);
    noted_process(&project, "harness");
    for signal in [Signal::INT, Signal::QUIT, Signal::TSTP] {
        kill(run.launcher.pid, signal);
    }
    kill(run.launcher.pid, Signal::TERM);
    assert_eq!(live.finish().end, End::Code(5));
}

#[test]
fn a_harness_begins_with_the_systems_own_answers_to_signals() {
    let project = project("cat /proc/self/status > $NOTES/status");
    assert_eq!(launcher(&project).output().end, End::Code(0));
    let status = std::fs::read_to_string(project.temp().join("status")).unwrap();
    // All that have a number of their own; the system's library keeps two others to itself.
    let common = 0x7fff_ffff_u64;
    for name in ["SigBlk:\t", "SigIgn:\t", "SigCgt:\t"] {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        assert_eq!(u64::from_str_radix(line, 16).unwrap() & common, 0, "{name}{line}");
    }
}

#[test]
fn a_harness_has_the_environment_that_its_spawner_left_and_no_command_line_shows_it() {
    let project =
        project("env > $NOTES/env; grep -al 's3cret-v4lue' /proc/[0-9]*/cmdline; echo done > $NOTES/done");
    let files = AgentFiles::new(&project.dir().join(".exomonad"), &name());
    files.claim("mark").unwrap();
    files.write_prompt("say 'hi' $(id)\nto {agent}").unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let path = format!("{}:/usr/bin:/bin", project.bin());
    files
        .write_environment(&[pair("TOKEN", "s3cret-v4lue"), pair("PATH", &path), pair("TERM", "spawner")])
        .unwrap();
    let mode = std::fs::metadata(files.environment()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let output = launcher(&project).env("STRAY", "x").output();
    assert_eq!((output.end, output.stdout.as_str()), (End::Code(0), ""), "{output}");
    assert!(!files.environment().exists());
    note(&project, "done");
    let env = std::fs::read_to_string(project.temp().join("env")).unwrap();
    let mut names: Vec<_> = env.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.sort_unstable();
    // The shell itself adds the last ones.
    names.retain(|name| !["_", "SHLVL", "OLDPWD"].contains(name));
    // Where the pane's multiplexers are is the pane's to say.
    names.retain(|name| !["TMUX_TMPDIR", "ZELLIJ_SOCKET_DIR"].contains(name));
    assert_eq!(names, ["EXOMONAD_AGENT", "EXOMONAD_RUN", "PATH", "PWD", "TERM", "TOKEN", "TRACEPARENT"]);
    assert!(env.contains("TOKEN=s3cret-v4lue\n") && env.contains("TERM=xterm-256color\n"), "{env}");
    assert!(env.contains("EXOMONAD_AGENT=leaf\n"), "{env}");
}

#[test]
fn a_harness_gets_its_prompt_as_one_argument() {
    let project = project("printf '%s' \"$2\" > $NOTES/prompt");
    let files = AgentFiles::new(&project.dir().join(".exomonad"), &name());
    files.claim("mark").unwrap();
    let prompt = "say 'hi' $(id) \"\\\nto {agent}\n";
    files.write_prompt(prompt).unwrap();
    assert_eq!(launcher(&project).output().end, End::Code(0));
    assert_eq!(std::fs::read_to_string(project.temp().join("prompt")).unwrap(), prompt);
}

#[test]
fn agent_run_says_what_is_missing_and_the_agent_has_failed() {
    let project = project("");
    project.uninstall("leaf-harness");
    let output = launcher(&project).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("`leaf-harness` is not installed"), "{output}");
    assert!(output.stderr.contains("hint: install `leaf-harness`"), "{output}");
    assert_eq!(state(&project), AgentState::Failed);
    assert_eq!(events(&project, "agent.failed").len(), 1);
}

#[test]
fn agent_run_refuses_a_harness_of_the_repository_that_nobody_approved() {
    let project = project("exit 0");
    std::fs::remove_file(project.dir().join(".exomonad/config.local.toml")).unwrap();
    let output = launcher(&project).output();
    assert!(output.stderr.contains("nothing says how to start the harness `script`"), "{output}");
    project.write(".exomonad/config.toml", "[harness.script]\ncommand = [\"leaf-harness\", \"{agent}\"]\n");
    let output = launcher(&project).output();
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("not approved: leaf-harness {agent}"), "{output}");
    assert!(output.stderr.contains("hint: look at it and approve it with `exomonad approve`"), "{output}");
}

#[test]
fn a_second_agent_run_of_an_agent_is_refused() {
    let project = project("echo $$ > $NOTES/harness; while :; do sleep 1; done");
    let (live, run) = start(&project);
    let output = launcher(&project).output();
    assert!(output.stderr.contains("agent `leaf` has a launcher already"), "{output}");
    assert_eq!(latest_run(&project).unwrap().id, run.id);
    drop(live);
}

/// The project as a tool or a command sees it.
fn site(project: &Project) -> Site {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let path = format!("{}:/usr/bin:/bin", project.bin());
    Site {
        store: Arc::new(store(project)),
        repository: Repository::find(project.dir()).unwrap(),
        surroundings: Arc::new(Surroundings {
            exe: env!("CARGO_BIN_EXE_exomonad").into(),
            variables: vec![pair("PATH", &path), pair("HOME", project.home().as_str())],
        }),
        config: Arc::new(Config::default()),
        clock: Clock::new(|| 1_000_000),
    }
}

/// A harness that is left with a child in a session of its own, both of which end by being killed alone.
const STUBBORN: &str = "trap '' TERM HUP
    echo $$ > $NOTES/harness
    (setsid sh -c 'trap \"\" TERM HUP; echo $$ > '$NOTES'/orphan; while :; do sleep 1; done' &)
    while :; do sleep 1; done";

/// An agent whose launcher was killed while its harness worked.
fn killed_launcher() -> (Project, Live, [ProcessIdentity; 2]) {
    let project = project(STUBBORN);
    let (live, run) = start(&project);
    let left = ["harness", "orphan"].map(|file| noted_process(&project, file));
    kill(run.launcher.pid, Signal::KILL);
    wait_for("the launcher's end", || (run.launcher.is_alive() == Some(false)).then_some(()));
    assert!(left.iter().all(|process| process.is_alive() == Some(true)));
    (project, live, left)
}

#[test]
fn reap_ends_what_a_killed_launcher_left_and_says_so_once() {
    let (project, live, left) = killed_launcher();
    let site = site(&project);
    assert_eq!(reap(&site).unwrap(), [name()]);
    left.iter().for_each(assert_gone);
    assert_eq!(latest_run(&project).unwrap().ended.map(|(_, exit)| exit), Some(Exit::Unseen));
    assert_eq!(state(&project), AgentState::Stopped);
    assert_eq!(reap(&site).unwrap(), []);
    assert_eq!(events(&project, "agent.exited").len(), 1);
    assert_eq!(events(&project, "hook.worker-exit")[0]["status"], "unseen");
    drop(live);
}

#[test]
fn reap_leaves_an_agent_alone_whose_launcher_is_there() {
    let project = project("echo $$ > $NOTES/harness; while :; do sleep 1; done");
    let (live, _) = start(&project);
    let harness = noted_process(&project, "harness");
    assert_eq!(reap(&site(&project)).unwrap(), []);
    assert_eq!(harness.is_alive(), Some(true));
    assert_eq!(state(&project), AgentState::Running);
    drop(live);
}

#[test]
fn a_sidecar_reaps_while_it_beats() {
    let (project, live, left) = killed_launcher();
    let input = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    let (mut sidecar, _lines) = exomonad(&project, &["mcp-stdio"]).start();
    sidecar.say(input).unwrap();
    wait_for("the agent's end", || (state(&project) == AgentState::Stopped).then_some(()));
    left.iter().for_each(assert_gone);
    drop((sidecar, live));
}

#[test]
fn two_stops_at_once_both_end_the_harness_that_cleans_up_after_itself() {
    let project = project("trap 'exit 5' TERM; echo $$ > $NOTES/harness; while :; do sleep 1; done");
    let (live, run) = start(&project);
    let harness = noted_process(&project, "harness");
    let site = site(&project);
    // The test is the launcher's parent, which has to take note of its end.
    let waiting = std::thread::spawn(move || live.finish().end);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_eq!(stop(&site, &name()).unwrap(), Some(Exit::Code(5))));
        }
    });
    assert_gone(&harness);
    assert_gone(&run.launcher);
    assert_eq!(waiting.join().unwrap(), End::Code(5));
    assert_eq!(stop(&site, &name()).unwrap(), Some(Exit::Code(5)));
}

#[test]
fn stop_ends_a_harness_whose_launcher_was_killed() {
    let (project, live, left) = killed_launcher();
    assert_eq!(stop(&site(&project), &name()).unwrap(), Some(Exit::Unseen));
    left.iter().for_each(assert_gone);
    assert_eq!(events(&project, "agent.exited").len(), 1);
    drop(live);
}

#[test]
fn stop_of_an_agent_that_never_ran_is_no_error() {
    let project = project("");
    assert_eq!(stop(&site(&project), &name()).unwrap(), None);
    assert_eq!(state(&project), AgentState::Stopped);
}

/// The launcher in a terminal of its own.
fn in_a_pane(project: &Project) -> (Box<dyn Multiplexer>, Pane) {
    let address =
        Address { mux: MuxKind::Headless, session: "s".to_owned(), socket: Some(project.temp().join("s")) };
    let mux = mux::open(address, &site(project).surroundings);
    let argv =
        [env!("CARGO_BIN_EXE_exomonad"), "agent-run", "--agent", "leaf", "--dir", project.dir().as_str()];
    let argv = argv.map(str::to_owned);
    let spec = PaneSpec { title: "leaf", dir: project.dir(), argv: &argv, env: &[], log: None };
    let pane = mux.create(&spec).unwrap();
    store(project).set_pane(&name(), Some(&pane)).unwrap();
    (mux, pane)
}

fn wait_for_screen(mux: &dyn Multiplexer, pane: &Pane, text: &str) {
    wait_for(&format!("`{text}` on the screen"), || {
        mux.screen(pane, false).unwrap().contains(text).then_some(())
    });
}

#[test]
fn stop_ends_an_agent_that_is_about_to_start() {
    let project = project("while :; do sleep 1; done");
    let (mux, pane) = in_a_pane(&project);
    stop(&site(&project), &name()).unwrap();
    assert!(mux.find(&pane).unwrap().is_none());
    assert_eq!(store(&project).pane(&name()).unwrap(), None);
    assert_eq!(state(&project), AgentState::Stopped);
    wait_for("the launcher's end", || store(&project).open_runs().unwrap().is_empty().then_some(()));
}

#[test]
fn a_pane_that_closes_ends_the_harness_and_the_end_is_recorded() {
    let project =
        project("trap 'exit 6' TERM; trap '' HUP; echo $$ > $NOTES/harness; while :; do sleep 1; done");
    let (mux, pane) = in_a_pane(&project);
    let harness = noted_process(&project, "harness");
    mux.close(&pane).unwrap();
    wait_for("the end", || latest_run(&project).unwrap().ended.is_some().then_some(()));
    assert_gone(&harness);
    assert_eq!(latest_run(&project).unwrap().ended.map(|(_, exit)| exit), Some(Exit::Code(6)));
}

#[test]
fn an_agent_that_ended_says_how_in_its_pane_and_goes_on_when_asked() {
    let project = project("stty -echo -icanon; echo run >> $NOTES/runs; exit 3");
    let (mux, pane) = in_a_pane(&project);
    wait_for_screen(&*mux, &pane, "leaf ended: exit code 3, after 0s");
    wait_for_screen(&*mux, &pane, "r resume · q close");
    let runs = || std::fs::read_to_string(project.temp().join("runs")).unwrap().lines().count();
    mux.press(&pane, Key::Enter).unwrap();
    mux.paste(&pane, &Sanitized::new("r")).unwrap();
    wait_for("the second run", || (runs() == 2).then_some(()));
    wait_for("its end", || {
        let screen = mux.screen(&pane, false).unwrap();
        (screen.matches("leaf ended: exit code 3").count() == 2).then_some(())
    });
    wait_for("the last word", || mux.screen(&pane, false).unwrap().ends_with("q close").then_some(()));
    mux.paste(&pane, &Sanitized::new("q")).unwrap();
    wait_for("the pane's end", || mux.find(&pane).unwrap().is_none().then_some(()));
    assert_eq!(runs(), 2);
}

#[test]
fn a_harness_that_is_not_installed_is_said_in_its_pane_which_stays() {
    let project = project("");
    project.uninstall("leaf-harness");
    let (mux, pane) = in_a_pane(&project);
    wait_for_screen(&*mux, &pane, "hint: install `leaf-harness`");
    wait_for_screen(&*mux, &pane, "r resume · q close");
    assert_eq!(state(&project), AgentState::Failed);
    stop(&site(&project), &name()).unwrap();
    assert!(mux.find(&pane).unwrap().is_none());
}
