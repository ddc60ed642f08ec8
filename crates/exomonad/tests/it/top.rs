//! `exomonad top` in a terminal: what is seen and done there, and the terminal as it was afterwards.

use std::process::{Child, Command, Stdio};

use exomonad_host::agent::ProcessIdentity;
use exomonad_host::mux::{Address, MuxKind, PaneSpec, open};
use exomonad_host::store::{Exit, MailFilter};
use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;
use rustix::process::Signal;

use crate::agents::{add, begin, end, name, send, store};
use crate::pane::surroundings;
use crate::requests::ask;
use crate::support::{exomonad, kill, set_up};
use crate::terminal::Terminal;

/// A process that an agent could be.
struct Sleeper(Child);

impl Sleeper {
    #[expect(clippy::disallowed_methods, reason = "a test's own process")]
    fn start() -> Self {
        Self(Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap())
    }

    fn identity(&self) -> ProcessIdentity {
        ProcessIdentity::of(self.0.id()).unwrap()
    }

    fn kill(&mut self) {
        kill(self.0.id(), Signal::KILL);
        self.0.wait().unwrap();
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A lead with one that runs, one that ended, and one below. Those that run do so for as long as their process is kept.
fn project() -> (Project, Sleeper) {
    let (project, sleeper) = (set_up(), Sleeper::start());
    add(&project, "api", "root", "dev");
    begin(&project, "api", &sleeper.identity());
    add(&project, "web", "root", "tl");
    end(&project, "web", Exit::Code(3));
    add(&project, "web.css", "web", "dev");
    begin(&project, "web.css", &sleeper.identity());
    (project, sleeper)
}

fn top(project: &Project, columns: u16, rows: u16) -> Terminal {
    let terminal = Terminal::start(project, &["top"], columns, rows);
    terminal.wait_for("4 agents");
    terminal
}

#[test]
fn agents_are_selected_and_looked_for_and_the_terminal_is_as_it_was_after_q() {
    let (project, _sleeper) = project();
    send(&project, "web.css", "api", "Which blue?");
    let mut terminal = top(&project, 80, 24);
    let seen = terminal.wait_for("Which blue?");
    for line in [">○ root", " ├─ ● api", " └─ ✗ web", "    └─ ● web.css"] {
        assert!(seen.contains(line) || line.contains("root"), "{line}\n{seen}");
    }
    terminal.press("jj");
    terminal.wait_for(">└─ ✗ web");
    terminal.press("/css");
    terminal.wait_for("1 match `css`");
    assert!(!terminal.seen().contains("● api"), "{}", terminal.seen());
    terminal.press("\u{1b}");
    terminal.wait_for("● api");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn a_message_that_is_typed_is_sent_from_the_person_and_seen_at_once() {
    let (project, _sleeper) = project();
    let mut terminal = top(&project, 80, 24);
    terminal.press("js");
    terminal.wait_for("to api:");
    terminal.press("Use the blue\u{1b}[200~ of\nthe logo\u{1b}[201~.");
    terminal.wait_for("of the logo.");
    terminal.press("\r");
    terminal.wait_for("human → api  queued  Use the blue of the logo.");
    let mail = store(&project).mail(&MailFilter::default(), 9).unwrap();
    assert_eq!(mail.len(), 1);
    assert!(mail[0].message.human && mail[0].message.to == "api", "{mail:?}");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn a_question_comes_up_is_answered_in_its_form_and_goes() {
    let (project, _sleeper) = project();
    let mut terminal = top(&project, 80, 24);
    let asker = ask(&project, "Deploy?", 600);
    terminal.wait_for("1 asking you");
    terminal.press("a");
    terminal.wait_for("Esc: decline");
    terminal.press("\u{1b}[B \t \t\r");
    assert_eq!(asker.answer()["values"]["where"], "us");
    terminal.wait_for("4 agents");
    terminal.wait_without("asking you");
    terminal.press("a");
    terminal.wait_for("nothing waits for an answer");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn an_agent_is_stopped_only_after_a_yes() {
    let (project, _sleeper) = project();
    let mut terminal = top(&project, 80, 24);
    terminal.press("jjx");
    terminal.wait_for("Stop web? Agents below it go on. [y/n]");
    terminal.press("n");
    terminal.wait_for("nothing was done");
    terminal.press("xy");
    terminal.wait_for("web: stopped: exit code 3");
    terminal.press("kxm");
    terminal.wait_for("nothing was done");
    terminal.press("m");
    terminal.wait_for("api has no open pull request");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn an_agent_that_is_killed_is_seen_to_be_gone_although_nothing_was_written() {
    let (project, _sleeper) = project();
    let mut sleeper = Sleeper::start();
    add(&project, "db", "root", "dev");
    begin(&project, "db", &sleeper.identity());
    let mut terminal = Terminal::start(&project, &["top"], 80, 24);
    terminal.wait_for("● db");
    sleeper.kill();
    terminal.wait_for("✗ db");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn a_terminal_that_changes_its_size_is_drawn_anew() {
    let (project, _sleeper) = project();
    let mut terminal = top(&project, 80, 24);
    for (columns, rows) in [(120, 40), (20, 5), (3, 2), (60, 15), (200, 60), (80, 24)] {
        terminal.resize(columns, rows);
        terminal.press("j");
    }
    terminal.press("g");
    terminal.wait_for("PULL REQUEST");
    let seen = terminal.wait_for("? help");
    assert_eq!(seen.matches("● api").count(), 1, "{seen}");
    terminal.resize(20, 5);
    terminal.wait_without("PULL REQUEST");
    terminal.wait_for("● api");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn a_busy_database_is_waited_for_and_keys_are_heard_meanwhile() {
    let (project, _sleeper) = project();
    let mut terminal = top(&project, 80, 24);
    let holder = rusqlite::Connection::open(project.dir().join(".exomonad/state.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    terminal.press("sHello\rjjj");
    terminal.wait_for(">   └─ ● web.css");
    terminal.wait_for("locked by another process");
    holder.execute_batch("ROLLBACK").unwrap();
    terminal.press("sAgain\r");
    terminal.wait_for("human → web.css  queued  Again");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn whoever_ends_it_finds_the_terminal_as_it_was() {
    let (project, _sleeper) = project();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let terminal = top(&project, 80, 24);
        kill(terminal.child.process_id().unwrap(), signal);
        assert_eq!(terminal.code_of_tidy(), 130);
    }
    let mut terminal = top(&project, 80, 24);
    terminal.press("\u{3}");
    assert_eq!(terminal.code_of_tidy(), 130);
    let other = Project::new();
    let terminal = Terminal::start(&other, &["top"], 80, 24);
    terminal.wait_for("exomonad init");
    assert_eq!(terminal.code_of_tidy(), 1);
}

#[test]
fn a_shell_gets_its_terminal_back_while_it_is_suspended() {
    let (project, _sleeper) = project();
    let shell = ["bash", "--norc", "--noprofile", "-i"];
    let mut terminal = Terminal::run(&project, &shell, &[("PS1", "ready> ")], 80, 24);
    terminal.wait_for("ready>");
    terminal.press(&format!("{} top\r", env!("CARGO_BIN_EXE_exomonad")));
    terminal.wait_for("4 agents");
    terminal.press("\u{1a}");
    terminal.wait_for("Stopped");
    terminal.press("echo $((40 + 2))\r");
    terminal.wait_for("\n42");
    terminal.press("fg\r");
    terminal.wait_for("4 agents");
    terminal.press("q");
    terminal.wait_without("4 agents");
    terminal.press("exit 7\r");
    assert_eq!(terminal.code(), 7);
}

#[test]
fn a_terminal_is_shown_gone_to_and_come_back_from() {
    let (project, _sleeper) = project();
    let address =
        Address { mux: MuxKind::Headless, session: "s".to_owned(), socket: Some(project.temp().join("s")) };
    let mux = open(address, &surroundings(&project));
    let argv =
        ["/bin/sh", "-c", "echo here I am; read line; echo \"got $line\"; read line"].map(str::to_owned);
    let pane =
        mux.create(&PaneSpec { title: "api", dir: project.dir(), argv: &argv, env: &[], log: None }).unwrap();
    store(&project).set_pane(&name("api"), Some(&pane)).unwrap();
    let mut terminal = top(&project, 80, 24);
    terminal.press("j\t\t\t");
    terminal.wait_for("screen   of api");
    terminal.wait_for("here I am");
    terminal.press("\r");
    terminal.wait_without("4 agents");
    terminal.wait_for("here I am");
    terminal.press("you\r");
    terminal.wait_for("got you");
    terminal.press("\u{1c}\u{1c}");
    terminal.wait_for("4 agents");
    terminal.wait_for("got you");
    terminal.press("k\r");
    terminal.wait_for("agent `root` has no terminal");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
    mux.end().unwrap();
}

#[test]
fn a_terminal_that_can_is_told_what_a_person_is_needed_for() {
    let (project, _sleeper) = project();
    let program = [env!("CARGO_BIN_EXE_exomonad"), "top"];
    let mut terminal = Terminal::run(&project, &program, &[("TERM_PROGRAM", "WezTerm")], 80, 24);
    terminal.wait_for("4 agents");
    let asker = ask(&project, "Deploy?", 600);
    terminal.wait_for_codes("\u{1b}]777;notify;root asks you;Deploy?\u{1b}\\");
    drop(exomonad(&project, &["reply", "--id", &asker.id, "--cancel"]).output().require_success());
    assert_eq!(asker.answer()["outcome"], "declined");
    terminal.press("q");
    assert_eq!(terminal.code_of_tidy(), 0);
}

#[test]
fn without_a_terminal_it_is_said_what_prints_the_same() {
    let (project, _sleeper) = project();
    let output = exomonad(&project, &["top"]).output();
    assert_eq!(output.end, End::Code(1));
    assert_eq!(
        output.stderr,
        "error: there is no terminal to draw in\n\nhint: run it in a terminal; `exomonad ps` and `exomonad tree --json` print what it shows\n"
    );
    assert_eq!(output.stdout, "");
}
