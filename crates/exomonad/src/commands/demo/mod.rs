//! `exomonad demo`: the whole loop in a temporary repository, offline and without a model.
//!
//! Everything is real but the models: the commands, the launcher, the multiplexer, worktrees, hooks, tools, messages, pull
//! requests. Rule: a line is printed because the project's log says so, never because it should have happened.

mod screen;
mod stage;
mod story;
mod summary;
mod verdict;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use exomonad_host::agent::{AgentFiles, AgentName};
use exomonad_host::exec::{Notice, Signals};
use exomonad_host::mux;
use exomonad_host::store::{EventFilter, Store};

use self::screen::Screen;
use self::stage::{Stage, StandIn};
use self::story::Story;
use super::demo_agent::{GOODBYE, WISH};
use crate::cli::DemoArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output};

/// How often the log is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// How long nothing may happen. Far longer than anything takes, also on a machine that has much else to do.
const SILENCE: Duration = Duration::from_secs(60);

/// How many events are read at once.
const BATCH: u32 = 1000;

/// How many lines of a terminal are shown when its agent gave up.
const LAST_LINES: usize = 8;

/// What the demo's user asks for.
const REST: &str = "Add one that greets, one that says goodbye, and a manual.";

/// How a part of the story ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ended {
    /// As it should.
    Well,
    /// The user pressed Ctrl-C, or wants it to end.
    Cancelled,
    /// It cannot go on, and why.
    Badly(String),
}

pub(crate) fn run(env: &Env, output: &Output, args: &DemoArgs) -> anyhow::Result<Exit> {
    let begun = Instant::now();
    let signals = Signals::catch().context("failed to listen for Ctrl-C")?;
    let mut stage = Stage::set(env, mux::choose(args.mux, &env.surroundings), stand_in(env, args)?)?;
    if args.keep {
        stage.keep();
    }
    let mut play =
        Play { stage: &stage, signals, screen: Screen::new(env, output), story: Story::default(), after: 0 };
    let ended = play.perform();
    play.screen.clear()?;
    let story = play.story;
    let ended = ended.unwrap_or_else(|err| Ended::Badly(exomonad_host::explain(err.as_ref())));
    match ended {
        Ended::Well => {}
        Ended::Cancelled => {
            output.say(Mark::Nothing, "cancelled; everything is ended");
            return Ok(Exit::Cancelled);
        }
        Ended::Badly(why) => {
            output.say(Mark::Wrong, &why);
            for name in &story.gave_up {
                tell_terminal(output, &stage, name);
            }
            return Ok(fail(output, stage));
        }
    }
    let missing = verdict::missing(&stage, &stage.store()?, &story)?;
    stage.end();
    let graph = stage.git(&["log", "--graph", "--oneline", "--no-decorate", "main"])?;
    output.answer(&format!("\n{graph}\n{}\n", summary::table(&story)))?;
    for text in &missing {
        output.say(Mark::Wrong, text);
    }
    if !missing.is_empty() {
        return Ok(fail(output, stage));
    }
    output.answer(&output.line(Mark::Done, &summary::totals(&story, begun.elapsed())))?;
    if args.keep {
        look_around(output, &stage);
    }
    Ok(Exit::Ok)
}

/// Where the pull requests are, if not in the demo's own database.
fn stand_in<'a>(env: &'a Env, args: &'a DemoArgs) -> anyhow::Result<Option<StandIn<'a>>> {
    let (Some(api_url), Some(remote)) = (&args.forge_api, &args.forge_remote) else { return Ok(None) };
    let token = env.surroundings.variable("GITHUB_TOKEN");
    let token = token.context("`--forge-api` needs a token in the variable `GITHUB_TOKEN`")?;
    Ok(Some(StandIn { api_url, remote, token }))
}

/// Keeps what tells why.
fn fail(output: &Output, mut stage: Stage) -> Exit {
    stage.keep();
    stage.end();
    look_around(output, &stage);
    Exit::Failed
}

/// Shows the end of what an agent's terminal showed.
fn tell_terminal(output: &Output, stage: &Stage, name: &str) {
    let Ok(name) = AgentName::parse(name) else { return };
    let log = AgentFiles::new(&stage.project().join(".exomonad"), &name).terminal_log();
    // Only a terminal of our own leaves a record.
    let Ok(text) = std::fs::read_to_string(log) else { return };
    let lines: Vec<&str> = text.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(LAST_LINES)) {
        output.say(Mark::Nothing, &format!("{name}: {}", line.trim_end()));
    }
}

fn look_around(output: &Output, stage: &Stage) {
    let script = stage.dir().join("exomonad");
    output.say(Mark::Next, &format!("it is all in {}", stage.dir()));
    output.say(
        Mark::Next,
        &format!("look around: `{script} events`, `{script} pr list`, `{script} messages --all`, `{script} log greet`"),
    );
    let terminals = stage.project().join(".exomonad/agents");
    output.say(Mark::Next, &format!("what the terminals showed is in {terminals}"));
    let logs = stage.project().join(".exomonad/logs");
    if logs.is_dir() {
        output.say(Mark::Next, &format!("the logs are in {logs}"));
    }
}

/// The story as it is played.
struct Play<'a> {
    stage: &'a Stage,
    signals: Signals,
    screen: Screen<'a>,
    story: Story,
    /// The last event that was read.
    after: u64,
}

impl Play<'_> {
    fn perform(&mut self) -> anyhow::Result<Ended> {
        let stage = self.stage;
        let mux = ["init", "--harness", "claude", "--no-attach", "--session", stage.session()];
        stage.exomonad(&mux)?;
        let store = stage.store()?;
        let ended = self.follow(&store, |story| story.agents.get("root").is_some_and(|lead| lead.waits))?;
        if ended != Ended::Well {
            return Ok(ended);
        }
        stage.exomonad_reading(&["send", "root", "-"], &format!("{WISH} {REST}"))?;
        let ended = self.follow(&store, |story| {
            let children = story.agents.iter().filter(|(name, _)| *name != "root");
            let removed = children.filter(|(_, deeds)| deeds.removed).count();
            removed == 4 && story.requests.len() == 4 && story.requests.values().all(|request| request.merged)
        })?;
        if ended != Ended::Well {
            return Ok(ended);
        }
        stage.exomonad_reading(&["send", "root", "-"], GOODBYE)?;
        self.follow(&store, |story| story.agents.get("root").is_some_and(|lead| lead.exit.is_some()))
    }

    /// Tells what happens until it is so.
    fn follow(&mut self, store: &Store, is_so: impl Fn(&Story) -> bool) -> anyhow::Result<Ended> {
        let mut news = Instant::now();
        loop {
            let events =
                store.first_events(&EventFilter { after: self.after, ..EventFilter::default() }, BATCH)?;
            let mut lines = Vec::new();
            for event in &events {
                self.after = event.id;
                lines.extend(self.story.take(store, event)?);
            }
            self.screen.show(&lines, Some(store))?;
            if let Some(why) = self.story.failure.take() {
                return Ok(Ended::Badly(why));
            }
            if is_so(&self.story) {
                return Ok(Ended::Well);
            }
            if !events.is_empty() {
                news = Instant::now();
            }
            if news.elapsed() > SILENCE {
                return Ok(Ended::Badly(format!("nothing happened for {} s", SILENCE.as_secs())));
            }
            match self.signals.wait(Some(LOOK))? {
                Some(Notice::Hangup | Notice::Terminate | Notice::Interrupt) => return Ok(Ended::Cancelled),
                Some(Notice::Resized | Notice::Child) | None => {}
            }
        }
    }
}
