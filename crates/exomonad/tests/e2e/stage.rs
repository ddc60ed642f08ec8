//! A project whose lead, a real coding agent in a multiplexer, waits for its human.

use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use exomonad_host::agent::{AgentName, ProcessIdentity};
use exomonad_host::mux::{Key, Multiplexer, MuxKind, Pane, Sanitized, open};
use exomonad_host::store::{Activity, DeliveryRow, Doing, Mode, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::{FakeModel, Project, Run, Script};
use serde_json::{Value, json};

use crate::agent::{Agent, installed};

/// The built program.
const EXOMONAD: &str = env!("CARGO_BIN_EXE_exomonad");

/// Real agents start in seconds; a loaded machine takes many times that.
const LIMIT: Duration = Duration::from_secs(180);

/// A project whose lead waits for its human.
pub(super) struct Stage {
    pub(super) project: Project,
    pub(super) model: FakeModel,
    variables: Vec<(String, String)>,
    mux: MuxKind,
}

impl Stage {
    pub(super) fn set(agent: &Agent, script: Script) -> Self {
        Self::set_in(MuxKind::Tmux, agent, script)
    }

    pub(super) fn set_in(mux: MuxKind, agent: &Agent, script: Script) -> Self {
        let stage = Self::laid_out(mux, agent, script);
        stage.open_session(&[]);
        stage.wait_until_ready();
        stage
    }

    /// A project without a session.
    pub(super) fn laid_out(mux: MuxKind, agent: &Agent, script: Script) -> Self {
        let project = agent.project();
        project.install("exomonad", Utf8Path::new(EXOMONAD));
        let model = FakeModel::start(script);
        let trusted = json!({project.dir().as_str(): "TRUST_FOLDER"});
        project.write_home(".gemini/trustedFolders.json", &trusted.to_string());
        let runtime = project.temp().join("run");
        std::fs::create_dir(&runtime).expect("make a directory for sockets");
        if mux == MuxKind::Zellij {
            project.install("zellij", &installed("EXOMONAD_E2E_ZELLIJ"));
        }
        project
            .write_home(".config/zellij/config.kdl", "show_startup_tips false\nshow_release_notes false\n");
        let own = |name: &str| (name.to_owned(), runtime.to_string());
        let mut variables = vec![own("TMUX_TMPDIR"), own("XDG_RUNTIME_DIR"), own("ZELLIJ_SOCKET_DIR")];
        let client = agent.environment(&model).into_iter();
        variables.extend(client.map(|(name, value)| (name.to_owned(), value)));
        let stage = Self { project, model, variables, mux };
        drop(
            stage.exomonad(&["init", "--hooks-only", "--harness", agent.harness]).output().require_success(),
        );
        let lead = format!("[roles.tl]\nharness = \"{}\"\n", agent.harness);
        stage.project.write(".exomonad/config.local.toml", &lead);
        stage
    }

    pub(super) fn open_session(&self, more: &[&str]) {
        let session = ["init", "--mux", self.mux.name(), "--session", "e2e wake", "--no-attach"];
        drop(self.exomonad(&[&session[..], more].concat()).output().require_success());
    }

    pub(super) fn wait_until_ready(&self) {
        self.wait("the lead waits for its human", || {
            let sidecars = self.store().sidecars().expect("read the sidecars");
            self.doing() == Some(Doing::Idle) && !sidecars.is_empty() && self.shows_prompt()
        });
    }

    pub(super) fn exomonad(&self, arguments: &[&str]) -> Run {
        let run = self.project.run("exomonad").args(arguments).limit(LIMIT);
        self.variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    }

    pub(super) fn store(&self) -> Store {
        Store::open(&self.project.dir().join(".exomonad/state.db"), Mode::Short).expect("open the database")
    }

    pub(super) fn activity(&self) -> Option<Activity> {
        self.store().activity(&AgentName::root()).expect("read the activity")
    }

    pub(super) fn doing(&self) -> Option<Doing> {
        self.activity().map(|activity| activity.doing)
    }

    pub(super) fn terminal(&self) -> (Box<dyn Multiplexer>, Pane) {
        let pane = self.store().pane(&AgentName::root()).expect("read the pane").expect("it has a pane");
        let path = format!("{}:{}", self.project.bin(), std::env::var("PATH").expect("PATH is set"));
        let variables = [("PATH".to_owned(), path)].into_iter().chain(self.variables.iter().cloned());
        let surroundings = Surroundings { exe: EXOMONAD.into(), variables: variables.collect() };
        (open(pane.address.clone(), &surroundings), pane)
    }

    pub(super) fn screen(&self) -> String {
        let (mux, pane) = self.terminal();
        mux.screen(&pane, false).unwrap_or_else(|err| format!("no screen: {err}"))
    }

    pub(super) fn shows_prompt(&self) -> bool {
        let screen = self.screen();
        screen.contains('❯') || screen.contains("Type your message")
    }

    /// Types as the human would, who sees when an Enter was taken for a new line.
    pub(super) fn say(&self, text: &str) {
        let (mux, pane) = self.terminal();
        mux.paste(&pane, &Sanitized::new(text)).expect("paste the human's words");
        self.submit(text);
    }

    /// As [`Stage::say`], in tmux, for a command of the agent's program, which nothing of ours would type.
    pub(super) fn command(&self, text: &str) {
        let (mux, pane) = self.terminal();
        let socket = mux.address().socket.clone().expect("tmux has a socket");
        let typed = ["-S", socket.as_str(), "send-keys", "-t", &pane.pane, "-l", text];
        drop(self.project.run("tmux").args(typed).output().require_success());
        self.submit(text);
    }

    pub(super) fn submit(&self, text: &str) {
        let (mux, pane) = self.terminal();
        let before = self.activity();
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
    pub(super) fn send(&self, body: &str) -> String {
        let sent = self.exomonad(&["send", "root", "-"]).input(body).output().require_success();
        sent.stdout.trim().to_owned()
    }

    pub(super) fn message(&self, id: &str) -> Value {
        let text = self.exomonad(&["messages", id, "--json"]).output().require_success().stdout;
        serde_json::from_str(&text).expect("JSON")
    }

    pub(super) fn deliveries(&self, id: &str) -> Vec<DeliveryRow> {
        self.store().deliveries_of(id).expect("read the deliveries")
    }

    pub(super) fn wait_until_seen(&self, id: &str) {
        self.wait(&format!("message {id} is seen"), || self.message(id)["state"] == "seen");
    }

    /// What the model was last asked that has this text.
    pub(super) fn asked(&self, text: &str) -> Option<String> {
        let requests = self.model.requests();
        let found =
            requests.iter().rev().find(|request| request.is_conversation() && request.text().contains(text));
        found.map(exomonad_testkit::ModelRequest::text)
    }

    /// Waits until the model was asked with this text, and returns how often it is in the request.
    pub(super) fn times_asked(&self, text: &str) -> usize {
        self.wait(&format!("the model was asked `{text}`"), || self.asked(text).is_some());
        self.asked(text).unwrap_or_default().matches(text).count()
    }

    pub(super) fn wait_until_idle(&self) {
        self.wait("the lead waits again", || self.doing() == Some(Doing::Idle) && self.shows_prompt());
    }

    #[track_caller]
    pub(super) fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            if begun.elapsed() > LIMIT {
                panic!("{what}: not within {LIMIT:?}\n{}", self.report());
            }
            thread::park_timeout(Duration::from_millis(100));
        }
    }

    /// Everything that tells why something did not happen.
    pub(super) fn report(&self) -> String {
        let messages = self.exomonad(&["messages", "--all", "--json"]).output();
        let events = self.exomonad(&["events", "-n", "40"]).output();
        let log =
            std::fs::read_dir(self.project.dir().join(".exomonad/logs")).into_iter().flatten().flatten();
        let log: String = log.map(|file| std::fs::read_to_string(file.path()).unwrap_or_default()).collect();
        let (activity, screen) = (self.activity(), self.screen());
        format!("{activity:?}\n{screen}\n{messages}\n{events}\n{log}")
    }

    /// Whether a message of ours goes to the socket.
    pub(super) fn has_socket(&self) -> bool {
        self.activity().is_some_and(|activity| activity.socket.is_some())
    }

    /// The process of its only sidecar.
    pub(super) fn courier(&self) -> ProcessIdentity {
        let sidecars = self.store().sidecars().expect("read the sidecars");
        let [sidecar] = &sidecars[..] else { panic!("one sidecar: {sidecars:?}") };
        sidecar.process.clone()
    }

    pub(super) fn transport(&self) -> &'static str {
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
