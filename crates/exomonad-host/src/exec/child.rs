//! A child that runs: reads what it writes, notices its end, and ends it with its group when it must.
//!
//! One thread does all of it, so that nothing is left waiting when a grandchild keeps a pipe open.

use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::Output;

/// How often a waiting thread looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(20);

/// How long a child that was asked to end may take for it.
const GRACE: Duration = Duration::from_millis(300);

/// The most that is read at once of what a child writes. More than fits into a pipe, so that nothing that a child wrote
/// before its end is missed.
const TURN: usize = 2 << 20;

/// What made the wait end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// The child ended.
    Exit,
    /// The time is up.
    Deadline,
    /// Somebody wants it to end.
    Stop,
}

/// A child in a process group of its own. Dropped before it was reaped, it is killed with its group.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    group: Pid,
    /// Becomes readable when the child ends, where the system has such a thing.
    exit: Option<OwnedFd>,
    stdout: Pipe,
    stderr: Pipe,
    reaped: bool,
}

impl Running {
    /// Takes over a child that was just started, with `cap` bytes kept of each output.
    pub(super) fn new(mut child: Child, cap: usize) -> io::Result<Self> {
        let group = Pid::from_child(&child);
        let stdout = Pipe::new(child.stdout.take().map(OwnedFd::from), cap);
        let stderr = Pipe::new(child.stderr.take().map(OwnedFd::from), cap);
        let running = Self { child, group, exit: exit_fd(group), stdout, stderr, reaped: false };
        running.stdout.unblock()?;
        running.stderr.unblock()?;
        Ok(running)
    }

    /// Waits until the child ends, the deadline passes or `stop` says so, and reads its outputs meanwhile.
    pub(super) fn wait(&mut self, deadline: Instant, stop: &dyn Fn() -> bool) -> io::Result<Wake> {
        loop {
            let exited = self.has_exited()?;
            self.stdout.read();
            self.stderr.read();
            if exited {
                return Ok(Wake::Exit);
            }
            if stop() {
                return Ok(Wake::Stop);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Wake::Deadline);
            }
            self.rest(left.min(LOOK))?;
        }
    }

    /// Asks the group to end, and kills what has not done so shortly after.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.signal(Signal::TERM);
        let deadline = Instant::now().checked_add(GRACE).unwrap_or_else(Instant::now);
        self.wait(deadline, &|| false)?;
        self.kill();
        self.reap().map(drop)
    }

    /// Kills what the child left behind in its group.
    pub(super) fn kill_rest(&self) {
        // The child is not reaped yet, so that its id still names its own group and no other.
        self.signal(Signal::KILL);
    }

    /// The result of a child that ended.
    pub(super) fn output(mut self) -> io::Result<Output> {
        let status = self.reap()?;
        let truncated = self.stdout.truncated || self.stderr.truncated;
        let (stdout, stderr) = (std::mem::take(&mut self.stdout.kept), std::mem::take(&mut self.stderr.kept));
        Ok(Output { code: status.code(), signal: status.signal(), stdout, stderr, truncated })
    }

    fn has_exited(&self) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(self.group), options)?.is_some())
    }

    /// Sleeps until there is something to read, the child ended, or the limit has passed.
    fn rest(&self, limit: Duration) -> io::Result<()> {
        // Without a descriptor that tells of the end, it has to be looked for.
        let limit = if self.exit.is_some() { limit } else { limit.min(LOOK / 4) };
        let sources = [self.stdout.source(), self.stderr.source(), self.exit.as_ref().map(AsFd::as_fd)];
        let mut wanted: Vec<_> =
            sources.iter().flatten().map(|source| PollFd::new(source, PollFlags::IN)).collect();
        let limit = Timespec { tv_sec: 0, tv_nsec: limit.subsec_nanos().into() };
        match poll(&mut wanted, Some(&limit)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(err) => Err(err.into()),
        }
    }

    fn kill(&mut self) {
        self.signal(Signal::KILL);
        // It may have left its group.
        crate::drop_logged(self.child.kill(), "kill a child");
    }

    fn signal(&self, signal: Signal) {
        match kill_process_group(self.group, signal) {
            Ok(()) | Err(Errno::SRCH) => {}
            // Where a group of nothing but remains is not signalled.
            Err(Errno::PERM) => tracing::debug!("a child's group takes no signal"),
            Err(err) => tracing::warn!(%err, "failed to signal a child's group"),
        }
    }

    fn reap(&mut self) -> io::Result<std::process::ExitStatus> {
        let status = self.child.wait()?;
        self.reaped = true;
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            self.kill();
            crate::drop_logged(self.reap(), "reap a child");
        }
    }
}

/// An output of a child.
#[derive(Debug)]
struct Pipe {
    source: Option<std::fs::File>,
    kept: Vec<u8>,
    cap: usize,
    truncated: bool,
}

impl Pipe {
    fn new(source: Option<OwnedFd>, cap: usize) -> Self {
        Self { source: source.map(Into::into), kept: Vec::new(), cap, truncated: false }
    }

    fn unblock(&self) -> io::Result<()> {
        if let Some(source) = &self.source {
            fcntl_setfl(source, fcntl_getfl(source)? | OFlags::NONBLOCK)?;
        }
        Ok(())
    }

    fn source(&self) -> Option<BorrowedFd<'_>> {
        self.source.as_ref().map(AsFd::as_fd)
    }

    /// Takes what is there now.
    fn read(&mut self) {
        let mut buffer = [0; 16 << 10];
        let mut taken = 0;
        while let Some(source) = &mut self.source
            && taken < TURN
        {
            match source.read(&mut buffer) {
                Ok(0) => self.source = None,
                Ok(count) => {
                    taken += count;
                    let room = count.min(self.cap.saturating_sub(self.kept.len()));
                    self.truncated |= room < count;
                    self.kept.extend(buffer.iter().take(room));
                }
                Err(err) if err.kind() == ErrorKind::Interrupted => {}
                Err(err) if err.kind() == ErrorKind::WouldBlock => return,
                Err(err) => {
                    tracing::warn!(%err, "a child's output was cut short");
                    self.truncated = true;
                    self.source = None;
                }
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn exit_fd(pid: Pid) -> Option<OwnedFd> {
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn exit_fd(_: Pid) -> Option<OwnedFd> {
    None
}
