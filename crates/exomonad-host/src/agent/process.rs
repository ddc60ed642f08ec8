//! Which process something is, and whether it still runs.
//!
//! A pid alone says little: the system gives it to another process later, and it means something else in a container.

use std::io;
use std::time::Duration;

use rustix::process::Signal;

/// A process, told apart from every other one that had or will have its pid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessIdentity {
    /// Its pid.
    pub pid: u32,
    /// When it began, in the system's own measure.
    pub started: String,
    /// Where the pid means this process: the machine since it was started, and the pid namespace.
    pub machine: String,
}

impl ProcessIdentity {
    /// The process that asks.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn own() -> io::Result<Self> {
        Self::of(std::process::id())
    }

    /// The process that has this pid now.
    ///
    /// # Errors
    /// There is none, or the system does not tell.
    pub fn of(pid: u32) -> io::Result<Self> {
        let started = system::started(pid)?.ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { pid, started, machine: system::machine()? })
    }

    /// A child of the process that asks, which may have ended but was not taken note of.
    ///
    /// # Errors
    /// It is no child, or the system does not tell.
    pub(crate) fn of_child(pid: u32) -> io::Result<Self> {
        let started = system::child_started(pid)?.ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { pid, started, machine: system::machine()? })
    }

    /// Whether it runs; absent when that cannot be told from here.
    #[must_use]
    pub fn is_alive(&self) -> Option<bool> {
        let machine = system::machine().ok()?;
        if machine != self.machine {
            return system::is_earlier_boot(&self.machine, &machine).then_some(false);
        }
        let started = system::started(self.pid).ok()?;
        system::same(started.as_deref(), &self.started)
    }

    /// Whether its pid means something here and now; absent when that cannot be told.
    pub(crate) fn machine_is_here(&self) -> Option<bool> {
        Some(system::machine().ok()? == self.machine)
    }

    /// Sends it a signal, and no other process that has its pid by now. One that is gone is no error.
    ///
    /// # Errors
    /// The system refuses.
    pub(crate) fn signal(&self, signal: Signal) -> io::Result<()> {
        match self.open()? {
            Some(handle) => handle.signal(signal),
            None => Ok(()),
        }
    }

    /// Waits for its end; tells whether it came in time.
    ///
    /// # Errors
    /// The system does not let us wait.
    pub(crate) fn wait(&self, limit: Duration) -> io::Result<bool> {
        match self.open()? {
            Some(handle) => handle.wait(limit),
            None => Ok(true),
        }
    }

    fn open(&self) -> io::Result<Option<system::Handle>> {
        if self.is_alive() == Some(false) {
            return Ok(None);
        }
        system::open(self.pid, &self.started)
    }
}

#[cfg(target_os = "linux")]
mod system {
    //! Reads `/proc`.

    use std::io;

    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    use crate::exec::proc;

    /// The boot, the pid namespace, and the system's own id where it has one.
    pub(super) fn machine() -> io::Result<String> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
        let namespace = std::fs::read_link("/proc/self/ns/pid")?;
        let id = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        Ok(format!("{} {} {}", boot.trim(), namespace.display(), id.trim()).trim_end().to_owned())
    }

    /// Whether the system was started anew since: the same one, and another boot.
    pub(super) fn is_earlier_boot(recorded: &str, now: &str) -> bool {
        let parts = |text: &str| {
            let mut words = text.split(' ').map(str::to_owned);
            Some((words.next()?, words.nth(1)?))
        };
        match (parts(recorded), parts(now)) {
            (Some((boot, id)), Some((boot_now, id_now))) => id == id_now && boot != boot_now,
            (None, _) | (_, None) => false,
        }
    }

    /// The clock ticks between the machine's start and the process's; absent when there is none, or only its remains.
    pub(super) fn started(pid: u32) -> io::Result<Option<String>> {
        Ok(proc::stat(pid)?.filter(|stat| !stat.ended).map(|stat| stat.started))
    }

    /// As [`started`], for a child of ours, whose remains are still itself.
    pub(super) fn child_started(pid: u32) -> io::Result<Option<String>> {
        Ok(proc::stat(pid)?.map(|stat| stat.started))
    }

    /// The time of the start is exact, so that another process with the pid is known to be another one.
    #[expect(clippy::unnecessary_wraps, reason = "other systems cannot tell")]
    pub(super) fn same(found: Option<&str>, expected: &str) -> Option<bool> {
        Some(found == Some(expected))
    }

    /// Opened first and looked at then, what is signalled is what was looked at.
    pub(super) fn open(pid: u32, started: &str) -> io::Result<Option<Handle>> {
        let Some(raw) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(None) };
        let handle = match pidfd_open(raw, PidfdFlags::empty()) {
            Ok(handle) => handle,
            Err(rustix::io::Errno::SRCH) => return Ok(None),
            Err(err) => return Err(err.into()),
        };
        Ok((self::started(pid)?.as_deref() == Some(started)).then_some(Handle(handle)))
    }

    /// One process and no other, even once it ended.
    #[derive(Debug)]
    pub(super) struct Handle(std::os::fd::OwnedFd);

    impl Handle {
        pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
            match pidfd_send_signal(&self.0, signal) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
                Err(err) => Err(err.into()),
            }
        }

        /// Waits for its end; tells whether it came.
        pub(super) fn wait(&self, limit: std::time::Duration) -> io::Result<bool> {
            use rustix::event::{PollFd, PollFlags, Timespec, poll};

            let deadline = std::time::Instant::now().checked_add(limit);
            loop {
                let left = deadline.map(|end| end.saturating_duration_since(std::time::Instant::now()));
                let left = left.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
                match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], left.as_ref()) {
                    Ok(ready) => return Ok(ready > 0),
                    Err(rustix::io::Errno::INTR) => {}
                    Err(err) => return Err(err.into()),
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    //! Asks only whether the pid is in use: when a process began has no portable answer.

    use std::io;

    use rustix::io::Errno;
    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    pub(super) fn machine() -> io::Result<String> {
        Ok(rustix::system::uname().nodename().to_string_lossy().into_owned())
    }

    pub(super) fn started(pid: u32) -> io::Result<Option<String>> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
        match test_kill_process(pid) {
            Ok(()) | Err(Errno::PERM) => Ok(Some(String::new())),
            Err(Errno::SRCH) => Ok(None),
            Err(err) => Err(err.into()),
        }
    }

    pub(super) fn child_started(pid: u32) -> io::Result<Option<String>> {
        started(pid)
    }

    /// A pid in use may be another process's by now.
    pub(super) fn same(found: Option<&str>, _: &str) -> Option<bool> {
        found.is_none().then_some(false)
    }

    /// The name does not tell.
    pub(super) fn is_earlier_boot(_: &str, _: &str) -> bool {
        false
    }

    pub(super) fn open(pid: u32, started: &str) -> io::Result<Option<Handle>> {
        Ok((self::started(pid)?.as_deref() == Some(started)).then_some(Handle(pid)))
    }

    /// A process, as far as its pid tells.
    #[derive(Debug)]
    pub(super) struct Handle(u32);

    impl Handle {
        pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
            let pid =
                i32::try_from(self.0).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
            match kill_process(pid, signal) {
                Ok(()) | Err(Errno::SRCH) => Ok(()),
                Err(err) => Err(err.into()),
            }
        }

        /// Looks for its end again and again; tells whether it came.
        pub(super) fn wait(&self, limit: std::time::Duration) -> io::Result<bool> {
            use rustix::event::{Timespec, poll};

            let deadline = std::time::Instant::now().checked_add(limit);
            let look = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
            while started(self.0)?.is_some() {
                if deadline.is_some_and(|deadline| std::time::Instant::now() >= deadline) {
                    return Ok(false);
                }
                poll(&mut [], Some(&look))?;
            }
            Ok(true)
        }
    }
}
