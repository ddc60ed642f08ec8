//! `exomonad agent-run`: the launcher that every pane of an agent runs.

use std::io::IsTerminal as _;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use exomonad_host::agent::{AgentName, Launcher, Ran, Site};
use exomonad_host::clock::Clock;
use exomonad_host::config::Config;
use exomonad_host::drop_logged;
use exomonad_host::exec::{Signals, Wake};
use exomonad_host::git::Repository;
use exomonad_host::store::{Exit as AgentExit, Mode, Store};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::project::now_ms;
use crate::cli::AgentRunArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output};

/// Puts right what a program may have left a terminal in: the other screen, no cursor, pasting in brackets, the mouse told
/// of, keys in another notation. The cursor is saved first: leaving the other screen brings it back to where it was saved.
const RESTORE: &str =
    "\x1b7\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[<u\x1b[0m\r\n";

pub(crate) fn run(env: &Env, output: &Output, args: &AgentRunArgs) -> anyhow::Result<Exit> {
    let name = AgentName::parse(&args.agent)?;
    let site = site(env, args)?;
    for warning in &site.config.warnings {
        output.warn(warning);
    }
    let stays = !args.once && std::io::stdin().is_terminal();
    let terminal = if stays { Some(Terminal::load()?) } else { None };
    let mut launcher = Launcher::new(&site, &name)?;
    loop {
        let ran = launcher.run().map_err(anyhow::Error::from);
        let Some(terminal) = terminal.as_ref().filter(|_| !launcher.signals().is_ending()) else {
            return Ok(Exit::Of(code(ran?.exit)));
        };
        let _keys = terminal.single_keys()?;
        show(output, &name, &ran)?;
        if !wait_for_a_key(launcher.signals())? {
            return Ok(ran.map_or(Exit::Failed, |ran| Exit::Of(code(ran.exit))));
        }
    }
}

fn site(env: &Env, args: &AgentRunArgs) -> anyhow::Result<Site> {
    let repository = Repository::find(&args.dir)?;
    let store = Store::open(&repository.database(), Mode::Short)?;
    let config = Config::load(&repository.state_dir(), env.user_config().as_deref())?;
    Ok(Site {
        store: Arc::new(store),
        repository,
        surroundings: Arc::clone(&env.surroundings),
        config: Arc::new(config),
        clock: Clock::new(now_ms),
    })
}

/// As shells have it.
fn code(exit: AgentExit) -> u8 {
    let code = match exit {
        AgentExit::Code(code) => code,
        AgentExit::Signal(signal) => signal.saturating_add(128),
        AgentExit::Unseen => 1,
    };
    u8::try_from(code).unwrap_or(1)
}

/// The screen that is left in the pane.
fn show(output: &Output, name: &AgentName, ran: &anyhow::Result<Ran>) -> anyhow::Result<()> {
    match ran {
        Ok(ran) => {
            output.answer(RESTORE)?;
            let after = after(Duration::from_millis(ran.ms));
            let text = format!("{name} ended: {}, after {after}", how(ran.exit));
            output.answer(&output.line(mark(ran.exit), &text))?;
        }
        Err(err) => output.explain(err),
    }
    output.answer(&output.line(Mark::Next, "r resume · q close"))?;
    Ok(())
}

fn mark(exit: AgentExit) -> Mark {
    match exit {
        AgentExit::Code(0) => Mark::Done,
        AgentExit::Code(_) | AgentExit::Signal(_) | AgentExit::Unseen => Mark::Wrong,
    }
}

fn how(exit: AgentExit) -> String {
    match exit {
        AgentExit::Code(code) => format!("exit code {code}"),
        AgentExit::Signal(signal) => format!("signal {signal}"),
        AgentExit::Unseen => "nobody saw how".to_owned(),
    }
}

/// A duration as people say it.
fn after(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m{:02}s", seconds % 60),
        (hours, minutes) => format!("{hours}h{minutes:02}m"),
    }
}

/// Waits until the user decides; tells whether the agent is to go on. Enter decides nothing: it may be the end of a text
/// that was meant for the agent.
fn wait_for_a_key(signals: &mut Signals) -> anyhow::Result<bool> {
    let stdin = std::io::stdin();
    loop {
        let woken = signals.wait_or_read(Some(stdin.as_fd()), None).context("failed to wait for a key")?;
        if signals.is_ending() {
            return Ok(false);
        }
        if woken == Wake::Readable {
            let mut key = [0];
            // A terminal that is gone says nothing more.
            if rustix::io::read(&stdin, &mut key).unwrap_or_default() == 0 {
                return Ok(false);
            }
            match &key {
                b"r" | b"R" => return Ok(true),
                b"q" | b"Q" => return Ok(false),
                _ => {}
            }
        }
    }
}

/// The terminal's settings, as they were before an agent had it.
struct Terminal(Termios);

impl Terminal {
    fn load() -> anyhow::Result<Self> {
        tcgetattr(std::io::stdin()).map(Self).context("failed to read the terminal's settings")
    }

    /// Has the terminal give single keys, without showing them, until what is returned is dropped. Then it is as it was.
    fn single_keys(&self) -> anyhow::Result<Keys<'_>> {
        let mut single = self.0.clone();
        single.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
        single.special_codes[SpecialCodeIndex::VMIN] = 1;
        single.special_codes[SpecialCodeIndex::VTIME] = 0;
        // What was typed before was meant for the agent.
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &single)
            .context("failed to change the terminal's settings")?;
        Ok(Keys(self))
    }
}

/// A terminal that gives single keys.
struct Keys<'a>(&'a Terminal);

impl Drop for Keys<'_> {
    fn drop(&mut self) {
        let Terminal(settings) = self.0;
        drop_logged(
            tcsetattr(std::io::stdin(), OptionalActions::Now, settings),
            "restore the terminal's settings",
        );
    }
}
