//! A program in the caller's own terminal and process group, and everything that comes of it.
//!
//! Rule: where the system allows it, no process that it started is left when it is ended, whatever group or session that
//! one went to and whatever it does about signals.

use std::io;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, wait};

use super::signals::Signals;

/// How often it is looked whether what was killed is gone.
const LOOK: Duration = Duration::from_millis(20);

/// How long killed processes may take to go. Only one that the system itself holds takes longer.
const KILLED: Duration = Duration::from_secs(2);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// A program in the foreground. There is one at a time: the caller's children are all taken for what came of it.
#[derive(Debug)]
pub struct Foreground {
    pid: Pid,
    end: Option<End>,
    /// No child is left.
    alone: bool,
}

/// Makes what a descendant leaves behind a child of this process, where the system has such a thing.
///
/// # Errors
/// The system refuses.
pub fn adopt_orphans() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    Ok(())
}

impl Foreground {
    pub(super) fn new(child: &Child) -> Self {
        Self { pid: Pid::from_child(child), end: None, alone: false }
    }

    /// Its pid.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_pid().unsigned_abs()
    }

    /// How it ended; absent while it runs. Takes note of every child that ended by now.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn end(&mut self) -> io::Result<Option<End>> {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(None) => break,
                Ok(Some((pid, status))) if pid == self.pid => self.end = end_of(status),
                Ok(Some(_)) => {}
                Err(Errno::INTR) => {}
                Err(Errno::CHILD) => {
                    self.alone = true;
                    break;
                }
                Err(err) => return Err(err.into()),
            }
        }
        Ok(self.end)
    }

    /// Asks everything to end, and kills what has not done so within `grace`. Tells whether nothing is left.
    ///
    /// # Errors
    /// The system does not let us wait.
    pub fn sweep(&mut self, signals: &mut Signals, grace: Duration) -> io::Result<bool> {
        if self.is_alone()? {
            return Ok(true);
        }
        self.signal(Signal::TERM);
        // A stopped process takes no notice before it goes on.
        self.signal(Signal::CONT);
        if self.wait_alone(signals, grace)? {
            return Ok(true);
        }
        let now = Instant::now();
        let deadline = now.checked_add(KILLED).unwrap_or(now);
        loop {
            // Again each time: what was forked meanwhile is there now.
            self.signal(Signal::KILL);
            if self.wait_alone(signals, LOOK)? {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
        }
    }

    fn wait_alone(&mut self, signals: &mut Signals, limit: Duration) -> io::Result<bool> {
        let now = Instant::now();
        let deadline = now.checked_add(limit).unwrap_or(now);
        while !self.is_alone()? {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            signals.wait(Some(left))?;
        }
        Ok(true)
    }

    fn is_alone(&mut self) -> io::Result<bool> {
        self.end()?;
        Ok(self.alone)
    }

    #[cfg(target_os = "linux")]
    fn signal(&self, signal: Signal) {
        match descendants(std::process::id()) {
            Ok(pids) => pids.into_iter().for_each(|pid| send(pid, signal)),
            Err(err) => {
                tracing::warn!(%err, "failed to list what the program started");
                send(self.pid, signal);
            }
        }
    }

    /// Without a list of descendants, the group has to do; this process has caught the signals that it shares.
    #[cfg(not(target_os = "linux"))]
    fn signal(&self, signal: Signal) {
        let own = rustix::process::getpgrp() == rustix::process::getpid();
        if own && signal != Signal::KILL {
            crate::drop_logged(rustix::process::kill_current_process_group(signal), "signal a group");
        } else if self.end.is_none() {
            send(self.pid, signal);
        }
    }
}

/// What nobody saw to its end is killed.
impl Drop for Foreground {
    fn drop(&mut self) {
        if !self.alone {
            self.signal(Signal::KILL);
        }
    }
}

fn end_of(status: WaitStatus) -> Option<End> {
    let signal = status.terminating_signal().map(End::Signal);
    signal.or_else(|| status.exit_status().map(End::Code))
}

fn send(pid: Pid, signal: Signal) {
    match rustix::process::kill_process(pid, signal) {
        Ok(()) | Err(Errno::SRCH) => {}
        Err(err) => tracing::warn!(%err, "failed to signal a process"),
    }
}

/// Whatever comes of a process, in no order.
#[cfg(target_os = "linux")]
fn descendants(ancestor: u32) -> io::Result<Vec<Pid>> {
    let all = super::proc::all()?;
    let mut family = vec![ancestor];
    let mut found = Vec::new();
    while let Some(parent) = family.pop() {
        for child in all.iter().filter(|process| process.parent == parent) {
            family.push(child.pid);
            found.extend(i32::try_from(child.pid).ok().and_then(Pid::from_raw));
        }
    }
    Ok(found)
}
