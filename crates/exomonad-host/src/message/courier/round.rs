//! One look at an agent and what waits for it: whether it is to be woken now, and which way.

use std::time::Duration;

use camino::Utf8PathBuf;

use super::super::long;
use super::super::render::{render, shorten};
use super::error::CourierError;
use super::pane::Terminal;
use super::socket::Socket;
use super::typed::typed;
use super::{LONGEST, pending};
use crate::agent::{ProcessIdentity, Site};
use crate::contract::session::SessionInfo;
use crate::harness::{Harness, Prompt};
use crate::store::{
    Activity, AgentRow, Claim, ClaimLimits, DeliveryId, Doing, Handed, TranscriptMark, Transport,
};

/// How long an agent is idle before it is woken: its hook tells of a turn's end a little early.
const SETTLED: Duration = Duration::from_millis(500);

/// How long a message waits for the next hook of an agent that is at work, or asks its user, before it goes to its socket.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest time between two looks at a screen that shows no empty prompt.
const LOOK: Duration = Duration::from_secs(20);

/// The longest rest after a message came back.
const REST: Duration = Duration::from_secs(300);

/// What goes to a socket at once.
const BY_SOCKET: ClaimLimits = ClaimLimits { messages: 20, bytes: 50_000, beginning: 4_000 };

/// What is typed at once: however long it is, a line of it.
const BY_PANE: ClaimLimits = ClaimLimits { messages: 1, bytes: 1, beginning: 0 };

/// What a courier knows of its agent from one look to the next.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) site: Site,
    pub(super) agent: AgentRow,
    /// The harness of its conversation.
    pub(super) harness: Harness,
    holder: ProcessIdentity,
    /// The conversation whose socket took a message and did nothing.
    deaf: Option<String>,
    /// Looks in a row at a screen that was of no use.
    pub(super) vain_looks: u32,
    /// Messages in a row that came back.
    came_back: u32,
    /// Until when nothing is tried, in milliseconds since 1970.
    resting_until_ms: u64,
}

/// Which way a message takes now.
enum Way {
    /// None, before so much time has passed or something happens.
    Later(Duration),
    Socket(Socket),
    Pane(Terminal),
}

impl Round {
    pub(super) fn new(site: Site, agent: AgentRow, holder: ProcessIdentity) -> Self {
        let harness = agent.harness.parse().unwrap_or(Harness::Claude);
        Self { site, agent, harness, holder, deaf: None, vain_looks: 0, came_back: 0, resting_until_ms: 0 }
    }

    /// Does what there is to do now, and says after how long there may be more.
    pub(super) fn go(&mut self) -> Result<Duration, CourierError> {
        let waiting = self.site.store.waiting(&self.agent.name)?;
        if !waiting.queued && !waiting.open {
            (self.came_back, self.resting_until_ms) = (0, 0);
            return Ok(LONGEST);
        }
        let Some(activity) = self.site.store.activity(&self.agent.name)? else { return Ok(LONGEST) };
        let Some(session) = self.session(&activity)? else { return Ok(LONGEST) };
        let Ok(harness) = session.harness.parse() else { return Ok(LONGEST) };
        self.harness = harness;
        if waiting.open
            && let Some(rest) = pending::watch_over(self, &activity)?
        {
            return Ok(rest);
        }
        let now_ms = self.now_ms();
        if now_ms < self.resting_until_ms {
            return Ok(Duration::from_millis(self.resting_until_ms - now_ms));
        }
        match self.way(&activity)? {
            Way::Later(rest) => Ok(rest),
            Way::Socket(socket) => self.by_socket(socket, &activity),
            Way::Pane(terminal) => self.by_pane(&terminal, &activity),
        }
    }

    pub(super) fn now_ms(&self) -> u64 {
        self.site.clock.now_ms()
    }

    /// How long ago something was.
    pub(super) fn since(&self, then_ms: u64) -> Duration {
        Duration::from_millis(self.now_ms().saturating_sub(then_ms))
    }

    fn way(&mut self, activity: &Activity) -> Result<Way, CourierError> {
        let Some(oldest_ms) = self.site.store.oldest_queued_ms(&self.agent.name)? else {
            return Ok(Way::Later(LONGEST));
        };
        let idle_for = self.since(activity.since_ms);
        match activity.doing {
            Doing::Ended => Ok(Way::Later(LONGEST)),
            Doing::Idle if idle_for < SETTLED => Ok(Way::Later(SETTLED.saturating_sub(idle_for))),
            Doing::Idle => match self.socket(activity) {
                Some(socket) => Ok(Way::Socket(socket)),
                None => self.terminal(),
            },
            Doing::Working | Doing::Asking if activity.socket.is_some() => {
                let left = PATIENCE.saturating_sub(self.since(oldest_ms).min(idle_for));
                let socket = left.is_zero().then(|| self.socket(activity)).flatten();
                let later = if left.is_zero() { LONGEST } else { left };
                Ok(socket.map_or(Way::Later(later), Way::Socket))
            }
            Doing::Working | Doing::Asking => Ok(Way::Later(LONGEST)),
        }
    }

    /// The conversation's socket, if somebody listens who did not turn out to be deaf.
    fn socket(&self, activity: &Activity) -> Option<Socket> {
        let is_deaf = self.deaf.as_ref() == Some(&activity.session);
        activity.socket.as_deref().filter(|_| !is_deaf).and_then(Socket::open)
    }

    /// The agent's terminal, if its prompt is empty.
    fn terminal(&mut self) -> Result<Way, CourierError> {
        let Some(terminal) = Terminal::find(&self.site, &self.agent.name, self.harness)? else {
            return Ok(Way::Later(LONGEST));
        };
        if terminal.prompt()? == Prompt::Empty {
            self.vain_looks = 0;
            return Ok(Way::Pane(terminal));
        }
        Ok(Way::Later(self.look_again()))
    }

    /// After how long the screen may be worth another look.
    pub(super) fn look_again(&mut self) -> Duration {
        let rest = Duration::from_secs(1 << self.vain_looks.min(10)).min(LOOK);
        self.vain_looks += 1;
        rest
    }

    fn by_socket(&mut self, socket: Socket, activity: &Activity) -> Result<Duration, CourierError> {
        let handed = self.claim(Transport::Socket, activity, BY_SOCKET)?;
        let ids: Vec<DeliveryId> = handed.iter().map(|handed| handed.delivery).collect();
        if ids.is_empty() {
            return Ok(LONGEST);
        }
        let text = self.in_one_text(&handed);
        let line = text.map(|text| self.harness.socket_line(&activity.session, &text).unwrap_or_default());
        let said = match line {
            Ok(line) => socket.say(&line).map_err(|err| format!("its socket failed: {err}")),
            Err(err) => Err(crate::explain(&err)),
        };
        match said {
            Ok(()) => {
                self.site.store.written(&ids, self.now_ms())?;
                Ok(pending::CONFIRMED)
            }
            Err(why) => self.give_back(&ids, &why),
        }
    }

    fn in_one_text(&self, handed: &[Handed]) -> Result<String, CourierError> {
        let one = |handed: &Handed| -> Result<String, CourierError> {
            let message = &handed.message;
            if !BY_SOCKET.is_too_long(message) {
                return Ok(render(message));
            }
            let file = long::keep(&self.agent.workspace, message)?;
            Ok(shorten(message, BY_SOCKET.beginning, &file))
        };
        let texts: Vec<String> = handed.iter().map(one).collect::<Result<_, _>>()?;
        Ok(texts.join("\n\n"))
    }

    fn by_pane(&mut self, terminal: &Terminal, activity: &Activity) -> Result<Duration, CourierError> {
        let mut handed = self.claim(Transport::Pane, activity, BY_PANE)?;
        let Some(Handed { delivery, message }) = handed.pop() else { return Ok(LONGEST) };
        let line = match typed(&message, self.harness.line_chars(), &self.agent.workspace) {
            Ok(line) => line,
            Err(err) => return self.give_back(&[delivery], &crate::explain(&err)),
        };
        let shown = terminal.paste(&line)?;
        // A turn, or a question of its own, may have begun meanwhile, and a slow terminal may show the text later: then it
        // stays where it is until that is known.
        let is_idle = self.site.store.activity(&self.agent.name)?.as_ref() == Some(activity);
        if is_idle && shown.holds(line.as_str()) {
            terminal.submit(&line)?;
        }
        self.site.store.written(&[delivery], self.now_ms())?;
        Ok(pending::ONCE_MORE)
    }

    fn claim(
        &self,
        transport: Transport,
        activity: &Activity,
        limits: ClaimLimits,
    ) -> Result<Vec<Handed>, CourierError> {
        let claim = Claim {
            agent: &self.agent.name,
            transport,
            session: &activity.session,
            holder: &self.holder,
            limits,
            transcript: self.transcript(activity)?,
        };
        Ok(self.site.store.claim(&claim, self.now_ms())?)
    }

    /// The conversation that the agent has, once it was registered.
    fn session(&self, activity: &Activity) -> Result<Option<SessionInfo>, CourierError> {
        let session = self.site.store.latest_session(self.agent.name.as_str())?;
        Ok(session.filter(|session| session.id == activity.session))
    }

    /// The conversation's record as it is now, where evidence will be found.
    fn transcript(&self, activity: &Activity) -> Result<Option<TranscriptMark>, CourierError> {
        let path = self.session(activity)?.and_then(|session| session.transcript);
        Ok(path.map(|path| {
            let path = Utf8PathBuf::from(path);
            let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
            TranscriptMark { path, bytes }
        }))
    }

    /// Puts messages back into the queue, and rests a while.
    pub(super) fn give_back(&mut self, ids: &[DeliveryId], why: &str) -> Result<Duration, CourierError> {
        self.site.store.give_back(ids, why, self.now_ms())?;
        let rest = Duration::from_secs(5 << self.came_back.min(10)).min(REST);
        self.came_back += 1;
        self.resting_until_ms = self.now_ms() + u64::try_from(rest.as_millis()).unwrap_or(u64::MAX);
        Ok(rest)
    }

    /// Takes note that a conversation's socket took a message, and nothing came of it.
    pub(super) fn note_deaf(&mut self, session: &str) {
        self.deaf = Some(session.to_owned());
    }
}
