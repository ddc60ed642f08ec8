//! The real coding agents, waiting for their human in tmux, are woken by messages; while a dialog is open nothing is typed.

use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use exomonad_host::agent::{AgentName, ProcessIdentity};
use exomonad_host::mux::{Key, Multiplexer, Pane, Sanitized, open};
use exomonad_host::store::{
    Activity, Claim, ClaimLimits, DeliveryRow, Doing, Mode, Outcome, Store, Transport,
};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::{FakeModel, McpSession, Project, Run, Script, Turn};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::agent::Agent;

/// The built program.
const EXOMONAD: &str = env!("CARGO_BIN_EXE_exomonad");

/// Real agents start in seconds; a loaded machine takes many times that.
const LIMIT: Duration = Duration::from_secs(180);

/// Two looks of a courier at a screen, and more.
const LOOKS: Duration = Duration::from_secs(5);

cases! {
    claude_newest:
        one_that_waits_is_woken,
        what_looks_like_a_command_arrives_as_text,
        nothing_is_typed_while_a_dialog_is_open;
    claude_oldest:
        one_that_waits_is_woken,
        what_looks_like_a_command_arrives_as_text,
        nothing_is_typed_while_a_dialog_is_open;
    gemini:
        one_that_waits_is_woken,
        what_looks_like_a_command_arrives_as_text,
        nothing_is_typed_while_a_dialog_is_open,
        a_message_of_a_killed_courier_is_delivered_once;
}

/// A project whose lead waits for its human.
pub(crate) struct Stage {
    project: Project,
    model: FakeModel,
    variables: Vec<(String, String)>,
}

impl Stage {
    pub(crate) fn set(agent: &Agent, script: Script) -> Self {
        let project = agent.project();
        project.install("exomonad", Utf8Path::new(EXOMONAD));
        let model = FakeModel::start(script);
        let trusted = json!({project.dir().as_str(): "TRUST_FOLDER"});
        project.write_home(".gemini/trustedFolders.json", &trusted.to_string());
        let runtime = project.temp().join("run");
        std::fs::create_dir(&runtime).expect("make a directory for sockets");
        let own = |name: &str| (name.to_owned(), runtime.to_string());
        let mut variables = vec![own("TMUX_TMPDIR"), own("XDG_RUNTIME_DIR")];
        let client = agent.environment(&model).into_iter();
        variables.extend(client.map(|(name, value)| (name.to_owned(), value)));
        let stage = Self { project, model, variables };
        drop(
            stage.exomonad(&["init", "--hooks-only", "--harness", agent.harness]).output().require_success(),
        );
        let lead = format!("[roles.tl]\nharness = \"{}\"\n", agent.harness);
        stage.project.write(".exomonad/config.local.toml", &lead);
        let session = ["init", "--mux", "tmux", "--session", "e2e wake", "--no-attach"];
        drop(stage.exomonad(&session).output().require_success());
        stage.wait("the lead waits for its human", || {
            let sidecars = stage.store().sidecars().expect("read the sidecars");
            stage.doing() == Some(Doing::Idle) && !sidecars.is_empty() && stage.shows_prompt()
        });
        stage
    }

    pub(crate) fn exomonad(&self, arguments: &[&str]) -> Run {
        let run = self.project.run("exomonad").args(arguments).limit(LIMIT);
        self.variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.project.dir().join(".exomonad/state.db"), Mode::Short).expect("open the database")
    }

    fn activity(&self) -> Option<Activity> {
        self.store().activity(&AgentName::root()).expect("read the activity")
    }

    fn doing(&self) -> Option<Doing> {
        self.activity().map(|activity| activity.doing)
    }

    pub(crate) fn terminal(&self) -> (Box<dyn Multiplexer>, Pane) {
        let pane = self.store().pane(&AgentName::root()).expect("read the pane").expect("it has a pane");
        let path = format!("{}:{}", self.project.bin(), std::env::var("PATH").expect("PATH is set"));
        let variables = [("PATH".to_owned(), path)].into_iter().chain(self.variables.iter().cloned());
        let surroundings = Surroundings { exe: EXOMONAD.into(), variables: variables.collect() };
        (open(pane.address.clone(), &surroundings), pane)
    }

    pub(crate) fn screen(&self) -> String {
        let (mux, pane) = self.terminal();
        mux.screen(&pane, false).unwrap_or_else(|err| format!("no screen: {err}"))
    }

    fn shows_prompt(&self) -> bool {
        let screen = self.screen();
        screen.contains('❯') || screen.contains("Type your message")
    }

    /// Types as the human would, who sees when an Enter was taken for a new line.
    pub(crate) fn say(&self, text: &str) {
        let (mux, pane) = self.terminal();
        let before = self.activity();
        mux.paste(&pane, &Sanitized::new(text)).expect("paste the human's words");
        self.wait("the words are in the prompt", || self.screen().contains(text));
        while self.activity() == before {
            mux.press(&pane, Key::Enter).expect("press Enter");
            let pressed = Instant::now();
            while self.activity() == before && pressed.elapsed() < Duration::from_secs(5) {
                thread::park_timeout(Duration::from_millis(100));
            }
        }
    }

    /// Sends the lead a message, as its human, and returns the id.
    fn send(&self, body: &str) -> String {
        let sent = self.exomonad(&["send", "root", "-"]).input(body).output().require_success();
        sent.stdout.trim().to_owned()
    }

    fn message(&self, id: &str) -> Value {
        let text = self.exomonad(&["messages", id, "--json"]).output().require_success().stdout;
        serde_json::from_str(&text).expect("JSON")
    }

    fn deliveries(&self, id: &str) -> Vec<DeliveryRow> {
        self.store().deliveries_of(id).expect("read the deliveries")
    }

    fn wait_until_seen(&self, id: &str) {
        self.wait(&format!("message {id} is seen"), || self.message(id)["state"] == "seen");
    }

    /// What the model was last asked that has this text.
    pub(crate) fn asked(&self, text: &str) -> Option<String> {
        let requests = self.model.requests();
        let found =
            requests.iter().rev().find(|request| request.is_conversation() && request.text().contains(text));
        found.map(exomonad_testkit::ModelRequest::text)
    }

    /// Waits until the model was asked with this text, and returns how often it is in the request.
    fn times_asked(&self, text: &str) -> usize {
        self.wait(&format!("the model was asked `{text}`"), || self.asked(text).is_some());
        self.asked(text).unwrap_or_default().matches(text).count()
    }

    pub(crate) fn wait_until_idle(&self) {
        self.wait("the lead waits again", || self.doing() == Some(Doing::Idle) && self.shows_prompt());
    }

    #[track_caller]
    pub(crate) fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            if begun.elapsed() > LIMIT {
                panic!("{what}: not within {LIMIT:?}\n{}", self.report());
            }
            thread::park_timeout(Duration::from_millis(100));
        }
    }

    /// Everything that tells why something did not happen.
    pub(crate) fn report(&self) -> String {
        let messages = self.exomonad(&["messages", "--all", "--json"]).output();
        let events = self.exomonad(&["events", "-n", "40"]).output();
        let log =
            std::fs::read_dir(self.project.dir().join(".exomonad/logs")).into_iter().flatten().flatten();
        let log: String = log.map(|file| std::fs::read_to_string(file.path()).unwrap_or_default()).collect();
        let (activity, screen) = (self.activity(), self.screen());
        format!("{activity:?}\n{screen}\n{messages}\n{events}\n{log}")
    }

    /// Whether a message of ours goes to the socket.
    fn has_socket(&self) -> bool {
        self.activity().is_some_and(|activity| activity.socket.is_some())
    }

    fn transport(&self) -> &'static str {
        if self.has_socket() { "socket" } else { "pane" }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Ok(Some(address)) = self.store().terminal() {
            let variables = vec![("PATH".to_owned(), format!("{}:/usr/bin:/bin", self.project.bin()))];
            let variables = variables.into_iter().chain(self.variables.iter().cloned()).collect();
            drop(open(address, &Surroundings { exe: EXOMONAD.into(), variables }).end());
        }
    }
}

fn one_that_waits_is_woken(agent: &Agent) {
    let stage = Stage::set(agent, Script::default());
    let id = stage.send("are you AWAKE");
    stage.wait_until_seen(&id);
    let message = stage.message(&id);
    assert_eq!((&message["transport"], &message["attempts"]), (&json!(stage.transport()), &json!(1)));
    assert_eq!(stage.times_asked(&id), 1, "{}", stage.report());
    let text = stage.asked(&id).expect("it was asked");
    assert!(text.contains("are you AWAKE") && text.contains("from human #"), "{text}");
    stage.wait_until_idle();
    let again = stage.send("and AGAIN");
    stage.wait_until_seen(&again);
    assert_eq!(stage.times_asked(&again), 1, "{}", stage.report());
    assert_eq!(stage.times_asked(&id), 1, "the first is there once");
}

fn what_looks_like_a_command_arrives_as_text(agent: &Agent) {
    let stage = Stage::set(agent, Script::default());
    let long = format!("BEGINNING {}", "fifty thousand bytes ".repeat(2400));
    let cases = [
        ("!touch from-a-bang", "!touch from-a-bang"),
        ("/quit", "/quit"),
        ("out\u{1b}[201~\rtouch from-a-paste\r", "out[201~"),
        ("ends with \\", "ends with \\"),
        ("see @README.md", "see"),
        ("two\nlines", "two"),
        (long.as_str(), "BEGINNING fifty thousand bytes"),
    ];
    for (body, shown) in cases {
        let id = stage.send(body);
        stage.wait_until_seen(&id);
        assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{body:?}");
        let text = stage.asked(&id).expect("it was asked");
        let (_, after) = text.rsplit_once(&format!("#{id}]")).expect("the message is there");
        assert!(after.trim_start().starts_with(shown), "{body:?}: {after}");
        assert!(!after.contains('\u{1b}'), "{after:?}");
        assert_eq!(stage.deliveries(&id).len(), 1, "{body:?}: {}", stage.report());
        stage.wait_until_idle();
    }
    for made in ["from-a-bang", "from-a-paste"] {
        assert!(!stage.project.has(made), "a message was run as a command");
    }
}

fn nothing_is_typed_while_a_dialog_is_open(agent: &Agent) {
    let asks = Turn::call(agent.shell, agent.shell_input("touch made-by-the-tool"));
    let stage = Stage::set(agent, Script::new([Turn::say("hello"), asks]));
    stage.say("say hello");
    stage.wait("the first turn ended", || stage.asked("say hello").is_some());
    stage.wait_until_idle();
    stage.say("use your tool");
    let is_open = || {
        let screen = stage.screen();
        screen.contains("Do you want to proceed?") || screen.contains("Allow execution")
    };
    stage.wait("a dialog is open", || is_open() && stage.doing() == Some(Doing::Asking));
    let id = stage.send("BEHIND-THE-DIALOG");
    // Even where a hook that tells of the dialog was missed, the screen does.
    let activity = stage.activity().expect("it is known");
    let missed = Activity { doing: Doing::Idle, since_ms: 1, socket: None, ..activity };
    stage.store().set_activity(&AgentName::root(), &missed).expect("pretend");
    thread::park_timeout(LOOKS);
    assert_eq!(stage.deliveries(&id), [], "nothing was tried");
    assert!(is_open() && !stage.screen().contains("BEHIND"), "{}", stage.screen());
    assert!(stage.asked("BEHIND-THE-DIALOG").is_none());
    assert!(!stage.project.has("made-by-the-tool"), "nobody said yes");
    let (mux, pane) = stage.terminal();
    mux.press(&pane, Key::Enter).expect("say yes");
    stage.wait_until_seen(&id);
    assert_eq!(stage.times_asked("BEHIND-THE-DIALOG"), 1, "{}", stage.report());
    assert!(stage.project.has("made-by-the-tool"), "the tool ran once it was allowed");
}

fn a_message_of_a_killed_courier_is_delivered_once(agent: &Agent) {
    let stage = Stage::set(agent, Script::default());
    let sidecars = stage.store().sidecars().expect("read the sidecars");
    let [sidecar] = &sidecars[..] else { panic!("one sidecar: {sidecars:?}") };
    let courier = sidecar.process.clone();
    signal(&courier, Signal::STOP);
    let id = stage.send("TAKEN once");
    let activity = stage.activity().expect("it is known");
    let claim = Claim {
        agent: &AgentName::root(),
        transport: Transport::Pane,
        session: &activity.session,
        holder: &courier,
        limits: ClaimLimits { messages: 1, bytes: 1, beginning: 0 },
        transcript: None,
    };
    let now_ms = u64::try_from(jiff::Timestamp::now().as_millisecond()).expect("after 1970");
    assert_eq!(stage.store().claim(&claim, now_ms).expect("claim").len(), 1);
    signal(&courier, Signal::KILL);
    let mut other = McpSession::start(stage.exomonad(&["mcp-stdio"]).dir(stage.project.dir()));
    other.initialize("2025-06-18");
    stage.wait_until_seen(&id);
    assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{}", stage.report());
    let deliveries = stage.deliveries(&id);
    let outcomes: Vec<_> =
        deliveries.iter().map(|delivery| delivery.ended.as_ref().map(|(it, _)| it)).collect();
    assert!(matches!(outcomes[..], [Some(Outcome::GivenBack(_)), Some(Outcome::Seen(_))]), "{outcomes:?}");
}

fn signal(process: &ProcessIdentity, signal: Signal) {
    let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw).expect("a pid");
    kill_process(pid, signal).expect("signal the sidecar");
}
