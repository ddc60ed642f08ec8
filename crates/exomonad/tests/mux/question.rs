//! A question of an agent in a session: it comes up above the lead, is answered by keys, and outlasts whoever leaves.

use exomonad_host::agent::AgentName;
use exomonad_host::mux::{Key, Multiplexer, MuxKind, Pane, Sanitized};
use exomonad_host::store::{Mode, Store};
use exomonad_testkit::process::{Live, Run};
use exomonad_testkit::project::Project;
use serde_json::{Value, json};

use crate::bench::{Bench, wait, wait_for_text};

/// What the form says once it listens.
const READY: &str = "Esc: decline";

/// A project whose session is the bench's, with a lead that only waits.
struct Stage<'a> {
    bench: &'a Bench,
    project: Project,
    session: Box<dyn Multiplexer>,
}

impl<'a> Stage<'a> {
    fn new(bench: &'a Bench) -> Self {
        let project = Project::new();
        project.install_script("claude", "echo '2.1.329 (Claude Code)'");
        let (session, lead) = bench.live_session();
        let stage = Self { bench, project, session };
        drop(stage.exomonad(&["init", "--hooks-only", "--harness", "claude"]).output().require_success());
        let store = stage.store();
        store.set_terminal(Some(&lead.address)).expect("the session is kept");
        store.set_pane(&AgentName::root(), Some(&lead)).expect("the pane is kept");
        stage
    }

    fn exomonad(&self, arguments: &[&str]) -> Run {
        let path = format!("{}:{}", self.project.bin(), self.bench.surroundings.search_path());
        self.project.run(env!("CARGO_BIN_EXE_exomonad")).args(arguments).env("PATH", path)
    }

    fn store(&self) -> Store {
        Store::open(&self.project.dir().join(".exomonad/state.db"), Mode::Short).expect("the database")
    }

    /// Somebody's terminal, once it is attached.
    fn attach(&self) -> (Box<dyn Multiplexer>, Pane) {
        let human = self.bench.human(&self.session.attach(None).expect("a command"));
        wait("the terminal", || (self.session.clients().expect("the clients").len() == 1).then_some(()));
        human
    }

    fn ask(&self, title: &str) -> Asker {
        let form = json!({"title": title, "wait_seconds": 600, "fields": [{"id": "name", "type": "text", "required": true}]});
        let (call, lines) = self.exomonad(&["call", "popup", "--json", "--args", &form.to_string()]).start();
        Asker { call, lines }
    }

    fn open(&self) -> usize {
        self.store().open_requests().expect("the requests").len()
    }
}

struct Asker {
    call: Live,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Asker {
    fn answer(self) -> Value {
        let text: Vec<String> = self.lines.iter().collect();
        let answer: Option<Value> = serde_json::from_str(&text.join("\n")).ok();
        let structured = answer.as_ref().and_then(|answer| answer.get("structured")).cloned();
        let told = self.call.stderr();
        structured.unwrap_or_else(|| json!({ "text": text, "stderr": told }))
    }

    /// The name in the answer.
    fn name(self) -> Value {
        let answer = self.answer();
        answer.pointer("/values/name").cloned().unwrap_or(answer)
    }
}

fn type_name((terminal, screen): &(Box<dyn Multiplexer>, Pane), name: &str) {
    terminal.paste(screen, &Sanitized::new(name)).expect("a paste");
    for _ in 0..2 {
        terminal.press(screen, Key::Enter).expect("a key");
    }
}

fn is_answered_and_declined(bench: &Bench) {
    let stage = Stage::new(bench);
    let human = stage.attach();
    let asker = stage.ask("Your name?");
    let seen = wait_for_text(&*human.0, &human.1, READY);
    assert!(seen.contains("? Your name?"), "{seen}");
    type_name(&human, "ann");
    assert_eq!(asker.answer(), json!({"outcome": "answered", "values": {"name": "ann"}}));
    let asker = stage.ask("And now?");
    wait_for_text(&*human.0, &human.1, "? And now?");
    wait_for_text(&*human.0, &human.1, READY);
    human.0.press(&human.1, Key::Interrupt).expect("a key");
    wait_for_text(&*human.0, &human.1, "Decline to answer?");
    human.0.press(&human.1, Key::Interrupt).expect("a key");
    assert_eq!(asker.answer(), json!({"outcome": "declined", "values": {}}));
}

fn waits_its_turn(bench: &Bench) {
    let stage = Stage::new(bench);
    let human = stage.attach();
    let first = stage.ask("First?");
    wait_for_text(&*human.0, &human.1, READY);
    let second = stage.ask("Second?");
    wait("both", || (stage.open() == 2).then_some(()));
    let seen = human.0.screen(&human.1, false).expect("a screen");
    assert!(seen.contains("? First?") && !seen.contains("Second?"), "{seen}");
    type_name(&human, "one");
    assert_eq!(first.name(), "one");
    wait_for_text(&*human.0, &human.1, "? Second?");
    wait_for_text(&*human.0, &human.1, READY);
    type_name(&human, "two");
    assert_eq!(second.name(), "two");
}

fn comes_again_to_whoever_attaches(bench: &Bench) {
    let stage = Stage::new(bench);
    let human = stage.attach();
    let asker = stage.ask("Still there?");
    wait_for_text(&*human.0, &human.1, READY);
    human.0.end().expect("its end");
    wait("nobody", || stage.session.clients().expect("the clients").is_empty().then_some(()));
    if bench.kind == MuxKind::Tmux {
        let is_shown =
            || stage.store().open_requests().expect("the requests").iter().any(|row| row.is_shown());
        wait("the popup's end", || (!is_shown()).then_some(()));
    }
    assert_eq!(stage.open(), 1, "leaving is no answer");
    let human = stage.attach();
    wait_for_text(&*human.0, &human.1, "? Still there?");
    wait_for_text(&*human.0, &human.1, READY);
    type_name(&human, "yes");
    assert_eq!(asker.name(), "yes");
}

/// Makes one test of each case for each multiplexer that has something to show a question in.
macro_rules! shown {
    ($($case:ident),+ $(,)?) => {
        shown!(@ tmux Tmux $($case)+);
        shown!(@ zellij Zellij $($case)+);
    };
    (@ $module:ident $kind:ident $($case:ident)+) => {
        mod $module {
            $(#[test]
            fn $case() {
                super::$case(&crate::bench::Bench::new(exomonad_host::mux::MuxKind::$kind));
            })+
        }
    };
}

shown!(is_answered_and_declined, waits_its_turn, comes_again_to_whoever_attaches);
