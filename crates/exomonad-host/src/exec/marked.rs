//! Ends every process that began with a variable in its environment: what came of somebody, however it was started.

use std::io;
use std::time::Duration;

/// Asks every process that began with `variable` (`NAME=value`) to end, and kills what has not done so within `grace`. Tells
/// whether none is left. Our own process is left alone. Where the system does not show a process's environment, nothing is
/// done.
///
/// # Errors
/// The system does not list its processes.
pub fn end_marked(variable: &str, grace: Duration) -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    return linux::end_marked(variable, grace);
    #[cfg(not(target_os = "linux"))]
    {
        tracing::debug!(variable, ?grace, "no process is looked for here");
        Ok(true)
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::time::{Duration, Instant};

    use rustix::io::Errno;
    use rustix::process::{Pid, Signal, kill_process};

    use crate::exec::proc;

    /// How long killed processes may take to go.
    const KILLED: Duration = Duration::from_secs(2);

    /// How often it is looked whether they are gone.
    const LOOK: Duration = Duration::from_millis(10);

    pub(super) fn end_marked(variable: &str, grace: Duration) -> io::Result<bool> {
        let begun = Instant::now();
        let mut asked = Vec::new();
        loop {
            let left = marked(variable)?;
            if left.is_empty() {
                return Ok(true);
            }
            let is_late = begun.elapsed() >= grace;
            if begun.elapsed() >= grace + KILLED {
                return Ok(false);
            }
            for pid in left {
                if is_late {
                    send(pid, Signal::KILL)?;
                } else if !asked.contains(&pid) {
                    send(pid, Signal::TERM)?;
                    asked.push(pid);
                }
            }
            std::thread::park_timeout(LOOK);
        }
    }

    fn marked(variable: &str) -> io::Result<Vec<Pid>> {
        let own = std::process::id();
        let all = proc::all()?.into_iter().filter(|process| !process.ended && process.pid != own);
        let found = all.filter(|process| proc::marked(process.pid, variable));
        Ok(found.filter_map(|process| i32::try_from(process.pid).ok().and_then(Pid::from_raw)).collect())
    }

    fn send(pid: Pid, signal: Signal) -> io::Result<()> {
        match kill_process(pid, signal) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(err) => Err(err.into()),
        }
    }
}
