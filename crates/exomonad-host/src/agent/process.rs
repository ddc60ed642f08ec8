//! Which process something is, and whether it still runs.
//!
//! A pid alone says little: the system gives it to another process later, and it means something else in a container.

use std::io;

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
        let pid = std::process::id();
        let started = system::started(pid)?.ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { pid, started, machine: system::machine()? })
    }

    /// Whether it runs; absent when that cannot be told from here.
    #[must_use]
    pub fn is_alive(&self) -> Option<bool> {
        if system::machine().ok()? != self.machine {
            return None;
        }
        let started = system::started(self.pid).ok()?;
        system::same(started.as_deref(), &self.started)
    }
}

#[cfg(target_os = "linux")]
mod system {
    //! Reads `/proc`.

    use std::io;

    use rustix::io::Errno;

    /// The boot and the pid namespace.
    pub(super) fn machine() -> io::Result<String> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
        let namespace = std::fs::read_link("/proc/self/ns/pid")?;
        Ok(format!("{} {}", boot.trim(), namespace.display()))
    }

    /// The clock ticks between the machine's start and the process's; absent when there is none, or only its remains.
    pub(super) fn started(pid: u32) -> io::Result<Option<String>> {
        match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => read_stat(&stat).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(err) if err.raw_os_error() == Some(Errno::SRCH.raw_os_error()) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Reads the fields `state` (3) and `starttime` (22). The second field is the program's name in parentheses, which
    /// may itself hold spaces and parentheses.
    fn read_stat(stat: &str) -> Option<Option<String>> {
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        let state = fields.next()?;
        let started = fields.nth(18)?;
        let ended = matches!(state, "Z" | "X" | "x");
        Some((!ended).then(|| started.to_owned()))
    }

    /// The time of the start is exact, so that another process with the pid is known to be another one.
    #[expect(clippy::unnecessary_wraps, reason = "other systems cannot tell")]
    pub(super) fn same(found: Option<&str>, expected: &str) -> Option<bool> {
        Some(found == Some(expected))
    }

    #[cfg(test)]
    mod tests {
        use super::read_stat;

        #[test]
        fn a_programs_name_may_hold_parentheses_and_spaces() {
            let tail = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
            let check = |name: &str, state: &str, expect: Option<&str>| {
                let stat = format!("42 ({name}) {state} {tail}\n");
                assert_eq!(read_stat(&stat), Some(expect.map(str::to_owned)), "{stat}");
            };
            check("sh", "S", Some("4711"));
            check("a b) S 1 (c", "R", Some("4711"));
            check("sh", "Z", None);
            assert_eq!(read_stat("42 (sh"), None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    //! Asks only whether the pid is in use: when a process began has no portable answer.

    use std::io;

    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};

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

    /// A pid in use may be another process's by now.
    pub(super) fn same(found: Option<&str>, _: &str) -> Option<bool> {
        found.is_none().then_some(false)
    }
}
