//! The launcher: starts an agent's harness in the pane it runs in, and is there until it ended.
//!
//! Rule: the harness ends with its launcher and its terminal, whatever it does about signals, and how it ended is recorded
//! before the launcher goes.

mod environment;
mod error;
mod line;
mod report;
mod template;

use std::io;
use std::time::Duration;

pub(super) use self::environment::mark;
pub use self::error::RunError;
use self::line::Line;
pub(super) use self::report::exited;
use super::{AgentName, ProcessIdentity, Site};
use crate::drop_logged;
use crate::exec::{Cmd, End, Foreground, Signals, adopt_orphans};
use crate::store::{AgentRow, AgentState, Exit, RunId, RunRow};
use crate::surroundings::Surroundings;
use crate::telemetry::{self, TraceContext};

/// How long a harness that was asked to end may take for it.
const GRACE: Duration = Duration::from_secs(5);

/// How long what a harness left behind may take to end.
const LEFT_GRACE: Duration = Duration::from_secs(1);

/// The launcher of one agent, for as many runs as its user wants. There is one in a process, which it changes: signals are
/// caught, and whatever a harness leaves behind becomes a child of it.
#[derive(Debug)]
pub struct Launcher<'a> {
    site: &'a Site,
    name: &'a AgentName,
    signals: Signals,
    /// What the agent's harnesses inherit, once it is known.
    environment: Option<Vec<(String, String)>>,
}

/// A run that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// How.
    pub exit: Exit,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

impl<'a> Launcher<'a> {
    /// The launcher that this process is from now on.
    ///
    /// # Errors
    /// The system does not let it be one.
    pub fn new(site: &'a Site, name: &'a AgentName) -> Result<Self, RunError> {
        let failed = |act: &'static str| move |source| RunError::Io { act: act.to_owned(), source };
        let signals = Signals::catch().map_err(failed("catch signals"))?;
        adopt_orphans().map_err(failed("become the one who takes care of orphans"))?;
        Ok(Self { site, name, signals, environment: None })
    }

    /// The signals of this process, and whether it was told to end.
    pub fn signals(&mut self) -> &mut Signals {
        &mut self.signals
    }

    /// Starts the harness, in this process's terminal and process group, and waits for its end and that of all it started.
    ///
    /// # Errors
    /// It could not be started, which is recorded, or how it ended could not be.
    pub fn run(&mut self) -> Result<Ran, RunError> {
        let Site { store, clock, .. } = self.site;
        let row = store.agent(self.name)?.ok_or_else(|| RunError::Unknown { name: self.name.clone() })?;
        let own =
            ProcessIdentity::own().map_err(|source| self.io("find out which process this is", source))?;
        let earlier = store.latest_run(self.name)?;
        self.refuse_a_second(earlier.as_ref(), &own)?;
        let begun_ms = clock.now_ms();
        let id = store.begin_run(self.name, &own, begun_ms)?;
        let mut harness = match self.start(&row, earlier.as_ref(), &own, (id, begun_ms)) {
            Ok(harness) => harness,
            Err(err) => {
                self.record_failure(id, &err)?;
                return Err(err);
            }
        };
        let exit = self.watch(&mut harness).map_err(|source| self.io("wait for the harness", source))?;
        let ms = clock.now_ms().saturating_sub(begun_ms);
        if store.end_run(id, exit, AgentState::Stopped, clock.now_ms())? {
            report::exited(self.site, &row, exit, ms);
        }
        self.flush_spans();
        Ok(Ran { exit, ms })
    }

    /// The harness's sidecar ended with it, and may have been the last that sends spans. Nobody waits for a collector.
    fn flush_spans(&self) {
        let Site { store, surroundings, repository, .. } = self.site;
        if !store.telemetry().is_ok_and(|row| row.exporting) {
            return;
        }
        let root = &repository.root;
        let flush = Cmd::new(surroundings.exe.as_str(), root, surroundings.search_path())
            .args(["flush-spans", "--dir", root.as_str()])
            .envs(self.environment.as_deref().unwrap_or_default());
        drop_logged(flush.detach(), "send the last spans");
    }

    /// Two harnesses of one name would answer for each other.
    fn refuse_a_second(&self, earlier: Option<&RunRow>, own: &ProcessIdentity) -> Result<(), RunError> {
        let Some(earlier) = earlier.filter(|run| run.ended.is_none() && run.launcher != *own) else {
            return Ok(());
        };
        match earlier.launcher.is_alive() {
            Some(false) => {
                super::reap(self.site)?;
                Ok(())
            }
            Some(true) | None => Err(RunError::Runs { name: self.name.clone(), pid: earlier.launcher.pid }),
        }
    }

    fn start(
        &mut self,
        row: &AgentRow,
        earlier: Option<&RunRow>,
        own: &ProcessIdentity,
        (id, begun_ms): (RunId, u64),
    ) -> Result<Foreground, RunError> {
        let again = earlier.is_some_and(|run| run.harness.is_some());
        let inherited = self.inherited(row)?;
        let session = self.begin_trace(row, &inherited, (id, begun_ms));
        let line = line::prepare(self.site, row, again, &inherited)?;
        let identity = environment::Identity { agent: row.name.as_str(), launcher: own, session };
        let environment =
            environment::compose(&inherited.variables, &self.site.surroundings, &line, &identity);
        let Line { argv, dir, conversation, .. } = line;
        if !dir.is_dir() {
            return Err(RunError::NoDirectory { dir });
        }
        let Some((program, arguments)) = argv.split_first() else { return Err(RunError::Empty) };
        let search_path = environment.get("PATH").map(String::as_str).unwrap_or_default();
        let variables: Vec<_> =
            environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let command = Cmd::new(program, &dir, search_path).args(arguments).envs(&variables);
        let harness = command.foreground()?;
        let identity = ProcessIdentity::of_child(harness.pid())
            .map_err(|source| self.io("find out which process the harness is", source))?;
        // A harness that runs unrecorded is ended as any other: its launcher knows it.
        drop_logged(self.site.store.set_run_harness(id, &identity), "record the harness's process");
        report::started(self.site, row, &identity, conversation);
        Ok(harness)
    }

    /// A harness that is in no trace is started as any other.
    fn begin_trace(
        &self,
        row: &AgentRow,
        inherited: &Surroundings,
        (id, begun_ms): (RunId, u64),
    ) -> Option<TraceContext> {
        let outer = inherited.variable("TRACEPARENT").and_then(TraceContext::parse);
        if row.parent.is_none() {
            telemetry::remember_lead(&self.site.store, inherited);
        }
        let begun = self.site.store.begin_trace(&row.name, id, outer, begun_ms.saturating_mul(1000));
        begun.map_err(|err| tracing::warn!(%err, "failed to begin the session's span")).ok()
    }

    /// What the spawner left for this start, else what the last one had, else what this process has.
    fn inherited(&mut self, row: &AgentRow) -> Result<Surroundings, RunError> {
        let files = line::files(self.site, &row.name);
        let kept = files
            .take_environment()
            .map_err(|source| self.io(format!("take `{}`", files.environment()), source))?;
        let environment =
            kept.or_else(|| self.environment.take()).unwrap_or_else(|| self.site.surroundings.inheritable());
        self.environment = Some(environment.clone());
        Ok(Surroundings { exe: self.site.surroundings.exe.clone(), variables: environment })
    }

    fn watch(&mut self, harness: &mut Foreground) -> io::Result<Exit> {
        while harness.end()?.is_none() && !self.signals.is_ending() {
            self.signals.wait(None)?;
        }
        let grace = if self.signals.is_ending() { GRACE } else { LEFT_GRACE };
        if !harness.sweep(&mut self.signals, grace)? {
            tracing::error!(agent = self.name.as_str(), "some of its processes cannot be ended");
        }
        Ok(match harness.end()? {
            Some(End::Code(code)) => Exit::Code(code),
            Some(End::Signal(signal)) => Exit::Signal(signal),
            None => Exit::Unseen,
        })
    }

    fn record_failure(&self, id: RunId, err: &RunError) -> Result<(), RunError> {
        let Site { store, clock, .. } = self.site;
        let why = crate::explain(err);
        store.set_spawn_failure(self.name, &why)?;
        // Whoever sees the agent fail finds the reason there.
        report::failed(self.site, self.name, &why);
        store.end_run(id, Exit::Unseen, AgentState::Failed, clock.now_ms())?;
        Ok(())
    }

    fn io(&self, act: impl Into<String>, source: io::Error) -> RunError {
        RunError::Io { act: act.into(), source }
    }
}
