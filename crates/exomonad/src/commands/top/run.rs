//! The loop: what is heard changes the model, the model is drawn, and what it orders is done.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use exomonad_host::agent::{AgentName, Site};
use exomonad_host::exec::{Cmd, End, Foreground, Notice};
use rustix::process::{Pid, Signal, getpid, getsid, kill_current_process_group};

use super::draw::draw;
use super::ears::{Ears, Heard};
use super::hands::{Hands, Job, words};
use super::input::intent;
use super::model::{Model, Order};
use super::needs::needs;
use super::note::{Note, Palette};
use super::terminal::{Canvas, Taken, put};
use crate::commands::bell::Bell;
use crate::commands::keys::Decoder;
use crate::commands::project::now_ms;
use crate::commands::terminal::{require_pane, require_way};
use crate::env::Env;
use crate::exit::Exit;

/// How often ages are drawn anew.
const TICK: Duration = Duration::from_secs(1);

/// How long a key may take to come whole.
const KEY: Duration = Duration::from_millis(50);

/// What is left of a loop that ends.
type Left = Option<Exit>;

pub(super) struct Top<'a> {
    env: &'a Env,
    site: Site,
    ears: Ears,
    hands: Hands,
    model: Model,
    decoder: Decoder,
    palette: Palette,
    /// What the person was told of already; absent before the first look.
    told: Option<BTreeSet<String>>,
    bell: Option<Bell>,
    /// What is on the screen is not what was drawn.
    is_lost: bool,
}

impl<'a> Top<'a> {
    pub(super) fn new(env: &'a Env, site: Site, ears: Ears, hands: Hands) -> Self {
        let bell = site.config.notify.desktop.then(|| Bell::find(env)).flatten();
        Self {
            env,
            site,
            ears,
            hands,
            model: Model::new(env.utf8),
            decoder: Decoder::default(),
            palette: Palette { color: !env.no_color, utf8: env.utf8 },
            told: None,
            bell,
            is_lost: false,
        }
    }

    /// Shows it until it is left.
    pub(super) fn run(&mut self) -> anyhow::Result<Exit> {
        let mut terminal = Some(take()?);
        loop {
            let (taken, canvas) = match &mut terminal {
                Some(terminal) => terminal,
                None => terminal.insert(take()?),
            };
            anyhow::ensure!(taken.is_ours(), "a part of this program panicked");
            self.show(canvas)?;
            let limit = if self.decoder.is_waiting() { KEY } else { TICK };
            let heard = self.ears.wait(limit).context("failed to wait for keys")?;
            let orders = match heard {
                Some(Heard::Typed(bytes)) => self.press(&bytes),
                Some(heard) => {
                    if let Some(exit) = self.hear(heard)? {
                        return Ok(exit);
                    }
                    Vec::new()
                }
                None => self.flush(),
            };
            for order in orders {
                // A program that is started has the terminal as it was found.
                if matches!(order, Order::Attach(_) | Order::Answer(_) | Order::Suspend) {
                    terminal = None;
                }
                if let Some(exit) = self.perform(order)? {
                    return Ok(exit);
                }
            }
        }
    }

    fn show(&mut self, canvas: &mut Canvas) -> anyhow::Result<()> {
        self.hands.watch(self.model.watched());
        // A terminal that was small for a moment has forgotten what it showed, whatever its size is now.
        if std::mem::take(&mut self.is_lost) {
            let size = canvas.size().context("failed to read the terminal's size")?;
            canvas.resize(size.into()).context("failed to clear the terminal")?;
        }
        let (model, palette) = (&mut self.model, self.palette);
        canvas.draw(|frame| draw(frame, model, palette, now_ms())).context("failed to draw")?;
        Ok(())
    }

    fn press(&mut self, bytes: &[u8]) -> Vec<Order> {
        let keys = self.decoder.feed(bytes);
        let mut orders = Vec::new();
        for key in keys {
            let intent = intent(&self.model.mode, key);
            orders.extend(intent.and_then(|intent| self.model.apply(intent)));
        }
        orders
    }

    fn flush(&mut self) -> Vec<Order> {
        let intent = self.decoder.flush().and_then(|key| intent(&self.model.mode, key));
        intent.and_then(|intent| self.model.apply(intent)).into_iter().collect()
    }

    fn hear(&mut self, heard: Heard) -> anyhow::Result<Left> {
        match heard {
            Heard::Seen(seen) => {
                self.ring(&seen)?;
                self.model.look(*seen);
            }
            Heard::Blind(why) => self.model.note = Some(Note::bad(why)),
            Heard::Screen(name, lines) => self.model.screen = Some((name, lines)),
            Heard::Done(note) => {
                self.model.doing = None;
                self.model.note = Some(note);
            }
            Heard::Noticed(Notice::Hangup | Notice::Terminate | Notice::Interrupt) => {
                return Ok(Some(Exit::Cancelled));
            }
            Heard::Noticed(Notice::Resized) => self.is_lost = true,
            Heard::Noticed(Notice::Child) | Heard::Typed(_) => {}
        }
        Ok(None)
    }

    /// Tells the person's terminal of what they are needed for, once; not of what was there from the beginning.
    fn ring(&mut self, seen: &super::seen::Seen) -> anyhow::Result<()> {
        let needs = needs(seen);
        let now: BTreeSet<String> = needs.keys().cloned().collect();
        let before = self.told.replace(now);
        let (Some(before), Some(bell)) = (before, &self.bell) else { return Ok(()) };
        for (_, need) in needs.iter().filter(|(key, _)| !before.contains(*key)) {
            put(&bell.codes(&need.title, &need.text)).context("failed to write to the terminal")?;
        }
        Ok(())
    }

    fn perform(&mut self, order: Order) -> anyhow::Result<Left> {
        let is_busy = self.model.doing.is_some();
        match order {
            Order::Quit => return Ok(Some(Exit::Ok)),
            Order::Interrupt => return Ok(Some(Exit::Cancelled)),
            Order::Suspend => self.suspend()?,
            Order::Attach(_) | Order::Answer(_) | Order::Stop(_) | Order::Merge(_) | Order::Send { .. }
                if is_busy =>
            {
                if let Order::Send { to, text } = order {
                    self.model.write_again(to, text);
                }
                self.model.note = Some(Note::bad("one thing at a time: the last one is not done yet"));
            }
            Order::Attach(name) => match self.require_way(&name) {
                Ok(()) => return self.lend(&["attach", name.as_str()]),
                Err(err) => self.model.note = Some(Note::bad(words(&err))),
            },
            Order::Answer(id) => return self.lend(&["ask", "--id", &id]),
            Order::Stop(name) => {
                self.model.doing = Some(format!("stopping {name} ..."));
                self.hands.give(Job::Stop(name));
            }
            Order::Send { to, text } => {
                self.model.doing = Some(format!("sending to {to} ..."));
                self.hands.give(Job::Send(to, text));
            }
            Order::Merge(number) => {
                self.model.doing = Some(format!("merging #{number} ..."));
                self.hands.give(Job::Merge(number));
            }
        }
        Ok(None)
    }

    /// Finds out beforehand what `attach` would complain of: nobody would read it there.
    fn require_way(&self, name: &AgentName) -> anyhow::Result<()> {
        let pane = require_pane(self.env, &self.site, name)?;
        require_way(self.env, &pane.address, &format!("exomonad attach {name}"))
    }

    /// Gives the terminal to a command of this program, until that ends.
    fn lend(&mut self, arguments: &[&str]) -> anyhow::Result<Left> {
        self.hands.rest();
        let surroundings = &self.env.surroundings;
        let command = Cmd::new(self.env.exe.as_str(), &self.env.dir, surroundings.search_path())
            .args(arguments)
            .envs(&surroundings.variables);
        let mut program = command.foreground()?;
        let end = loop {
            if let Some(end) = program.end().context("failed to wait for the command")? {
                break end;
            }
            match self.ears.wait_deaf(TICK) {
                Some(Heard::Noticed(Notice::Hangup | Notice::Terminate)) => return Ok(Some(leave(program))),
                // Keys that interrupt are the command's.
                Some(Heard::Noticed(_)) | None => {}
                Some(heard) => drop(self.hear(heard)?),
            }
        };
        self.model.note = match end {
            End::Code(0 | 130) => None,
            End::Code(_) | End::Signal(_) => Some(Note::bad(self.why(arguments))),
        };
        Ok(None)
    }

    /// What the command could not do. It said so itself, on the screen that is not seen now.
    fn why(&self, arguments: &[&str]) -> String {
        format!("failed: `exomonad {}` says why", arguments.join(" "))
    }

    /// Stops this process as a shell's job; it goes on here when it is continued.
    fn suspend(&mut self) -> anyhow::Result<()> {
        // Without a shell above it nobody would wake it.
        if getsid(None::<Pid>).is_ok_and(|leader| leader == getpid()) {
            self.model.note = Some(Note::bad("there is no shell here to go back to"));
            return Ok(());
        }
        kill_current_process_group(Signal::STOP).context("failed to suspend")
    }
}

/// Ends a command before this program ends.
fn leave(program: Foreground) -> Exit {
    drop(program);
    Exit::Cancelled
}

fn take() -> anyhow::Result<(Taken, Canvas)> {
    Taken::take().context("failed to take over the terminal")
}
