//! This test program, run once more as another process that does one thing.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use camino::Utf8Path;
use exomonad_host::agent::AgentName;
use exomonad_host::contract::forge::MergeStrategy;
use exomonad_host::forge::{Ending, Forge, Local, MergeOrder};
use exomonad_host::store::{Draft, EventFilter, Mode, Sender, Store};

use crate::workspaces::site_at;

/// Says what the other process does: an act and the database, with a space between them.
const ACT: &str = "EXOMONAD_TEST_HELPER";

/// Begins each line that is meant for the test; the test program prints others.
const MARK: &str = "helper: ";

/// Longer than any machine takes.
pub(crate) const LONG: Duration = Duration::from_secs(120);

/// The other process. Killed when it is dropped.
pub(crate) struct Helper {
    child: Child,
    lines: Receiver<String>,
}

impl Helper {
    /// Starts one that sends messages to `root` until it is killed, and prints the id of each that was sent.
    pub(crate) fn sending(database: &Utf8Path) -> Self {
        Self::start("send", database)
    }

    /// Starts one that waits for messages and prints the id of each event `message.queued` as it comes.
    pub(crate) fn waiting(database: &Utf8Path) -> Self {
        Self::start("wait", database)
    }

    /// Starts one that records events as fast as it can, and says `done` when it has recorded so many. One that was refused
    /// says nothing.
    pub(crate) fn recording(database: &Utf8Path, count: u64) -> Self {
        Self::start(&format!("record-{count}"), database)
    }

    /// Starts one that registers itself as a sidecar of `root` and stays.
    pub(crate) fn staying(database: &Utf8Path) -> Self {
        Self::start("stay", database)
    }

    /// Starts one that squashes a pull request of the project in `root`, as a person, and says what came of it.
    pub(crate) fn merging(root: &Utf8Path, number: u64) -> Self {
        Self::start(&format!("merge-{number}"), root)
    }

    #[expect(clippy::disallowed_methods, reason = "a process that a test kills at any time")]
    fn start(act: &str, database: &Utf8Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "helper::this_program_does_what_another_process_of_it_asked_for",
                "--nocapture",
            ])
            .env(ACT, format!("{act} {database}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                // The test's own name precedes the first one.
                if let Some((_, said)) = line.split_once(MARK)
                    && sender.send(said.to_owned()).is_err()
                {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line it says.
    #[track_caller]
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(LONG).unwrap()
    }

    /// Kills it, within a moment of at most `delay`, and returns the whole lines it had said by then.
    pub(crate) fn kill_after(mut self, delay: Duration) -> Vec<String> {
        let mut said: Vec<_> = self.lines.recv_timeout(delay).into_iter().collect();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        said.extend(self.lines.iter());
        said
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            self.child.wait().unwrap();
        }
    }
}

/// Does nothing when no test asked for it: it is the entry of [`Helper`]'s process and no test itself.
#[test]
#[expect(clippy::disallowed_methods, reason = "nobody else reads what a test tells its helper")]
fn this_program_does_what_another_process_of_it_asked_for() {
    let Ok(asked) = std::env::var(ACT) else { return };
    let (act, database) = asked.split_once(' ').unwrap();
    if let Some(number) = act.strip_prefix("merge-") {
        return merge(Utf8Path::new(database), number.parse().unwrap());
    }
    let store = Store::open(Utf8Path::new(database), Mode::Short).unwrap();
    if let Some(count) = act.strip_prefix("record-") {
        return record(&store, count.parse().unwrap());
    }
    match act {
        "send" => send(&store),
        "wait" => wait(&store),
        "stay" => stay(&store),
        other => panic!("no act `{other}`"),
    }
}

fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{MARK}{line}").unwrap();
    stdout.flush().unwrap();
}

fn send(store: &Store) {
    let (from, to) = (AgentName::parse("child").unwrap(), AgentName::root());
    for round in 0.. {
        let body = format!("message {round} {}", "x".repeat(round % 7 * 3000));
        let draft = Draft::new(Sender::Agent(&from), &to, "note", &body, None).unwrap();
        say(&store.send_message(&draft, 1).unwrap().id);
    }
}

fn wait(store: &Store) {
    let mut filter = EventFilter { kinds: vec!["message.queued".to_owned()], ..EventFilter::default() };
    let watching = store.changes().watch();
    say("waiting");
    loop {
        let generation = watching.generation();
        let events = store.first_events(&filter, 100).unwrap();
        for event in &events {
            say(&event.id.to_string());
            filter.after = event.id;
        }
        if events.is_empty() {
            watching.wait(generation, LONG);
        }
    }
}

fn record(store: &Store, count: u64) {
    say("recording");
    for _ in 0..count {
        store.record_event(1, "test", "writer", "{}").unwrap();
    }
    say("done");
}

fn merge(root: &Utf8Path, number: u64) {
    say("merging");
    let order = MergeOrder { by: Sender::Human, number, strategy: MergeStrategy::Squash, force: false };
    let result = Local::new(site_at(root), Ending::Forbidden).merge(&order).unwrap();
    say(&format!("merged {} synced {}", result.merged, result.synced));
}

fn stay(store: &Store) {
    let own = exomonad_host::agent::ProcessIdentity::own().unwrap();
    store.add_sidecar(&AgentName::root(), &own, 1).unwrap();
    say("registered");
    loop {
        std::thread::park();
    }
}
