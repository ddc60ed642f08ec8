//! What a launcher left behind that was killed before it could end its harness.

use std::io;

use crate::store::RunRow;

/// Kills what is left of a run whose launcher is gone; tells whether nothing is.
#[cfg(target_os = "linux")]
pub(super) fn kill(run: &RunRow) -> io::Result<bool> {
    use std::time::{Duration, Instant};

    use rustix::process::Signal;

    use super::ProcessIdentity;

    /// How long killed processes may take to go.
    const LIMIT: Duration = Duration::from_secs(2);

    let now = Instant::now();
    let deadline = now.checked_add(LIMIT).unwrap_or(now);
    loop {
        let mut left = Vec::new();
        for process in linux::family(run)? {
            let identity = ProcessIdentity {
                pid: process.pid,
                started: process.started,
                machine: run.launcher.machine.clone(),
            };
            identity.signal(Signal::KILL)?;
            left.push(identity);
        }
        if left.is_empty() {
            return Ok(true);
        }
        for identity in left {
            if !identity.wait(deadline.saturating_duration_since(Instant::now()))? {
                return Ok(false);
            }
        }
    }
}

/// Kills what bears the mark of a process that is gone: what it ran for an agent, and did not live to end.
#[cfg(target_os = "linux")]
pub(super) fn kill_marked(by: &super::ProcessIdentity) -> io::Result<()> {
    use rustix::process::Signal;

    use super::ProcessIdentity;
    use crate::exec::proc;

    if by.machine_is_here() != Some(true) {
        return Ok(());
    }
    let (mark, own) = (super::run::mark(by), std::process::id());
    for process in proc::all()? {
        if process.ended || process.pid == own || !proc::marked(process.pid, &mark) {
            continue;
        }
        let (pid, started, machine) = (process.pid, process.started, by.machine.clone());
        let identity = ProcessIdentity { pid, started, machine };
        identity.signal(Signal::KILL)?;
        identity.wait(std::time::Duration::from_secs(2))?;
    }
    Ok(())
}

/// Elsewhere a process does not show its environment to others.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "Linux can fail")]
pub(super) fn kill_marked(_: &super::ProcessIdentity) -> io::Result<()> {
    Ok(())
}

/// Only the harness is known by its identity.
#[cfg(not(target_os = "linux"))]
pub(super) fn kill(run: &RunRow) -> io::Result<bool> {
    let Some(harness) = &run.harness else { return Ok(true) };
    harness.signal(rustix::process::Signal::KILL)?;
    harness.wait(std::time::Duration::from_secs(2))
}

#[cfg(target_os = "linux")]
mod linux {
    //! Finds them.

    use std::io;

    use crate::agent::run::mark;
    use crate::exec::proc::{self, Stat};
    use crate::store::RunRow;

    /// The harness, what is in the launcher's group and session, what bears the run's mark, and what comes of all these.
    ///
    /// While a group or a session has a process, no other one gets its id: what is in the launcher's began with it, unless
    /// there is a leader again.
    pub(super) fn family(run: &RunRow) -> io::Result<Vec<Stat>> {
        if run.launcher.machine_is_here() != Some(true) {
            return Ok(Vec::new());
        }
        let all = proc::all()?;
        let own = std::process::id();
        let launcher = run.launcher.pid;
        let mark = mark(&run.launcher);
        let is_led_anew = all.iter().any(|process| process.pid == launcher);
        let is_harness = |process: &Stat| {
            run.harness
                .as_ref()
                .is_some_and(|harness| harness.pid == process.pid && harness.started == process.started)
        };
        let is_its = |process: &&Stat| {
            let grouped = !is_led_anew && (process.group == launcher || process.session == launcher);
            is_harness(process) || grouped || proc::marked(process.pid, &mark)
        };
        let mut family: Vec<Stat> = all.iter().filter(is_its).cloned().collect();
        let mut parents: Vec<u32> = family.iter().map(|process| process.pid).collect();
        while let Some(parent) = parents.pop() {
            for child in all.iter().filter(|process| process.parent == parent) {
                if family.iter().all(|known| known.pid != child.pid) {
                    parents.push(child.pid);
                    family.push(child.clone());
                }
            }
        }
        family.retain(|process| !process.ended && process.pid != own);
        Ok(family)
    }
}
