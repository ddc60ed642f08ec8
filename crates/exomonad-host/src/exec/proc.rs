//! What the system tells of processes: who started them, when, and in which group they are.

#[cfg(target_os = "linux")]
pub(crate) use self::linux::{all, marked, stat};

/// Where the system does not tell, no process has a variable.
#[cfg(not(target_os = "linux"))]
pub(crate) fn marked(_: u32, _: &str) -> bool {
    false
}

/// A process, as the system shows it.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Its pid.
    pub(crate) pid: u32,
    /// The pid of its parent.
    pub(crate) parent: u32,
    /// Its process group.
    pub(crate) group: u32,
    /// Its session.
    pub(crate) session: u32,
    /// The clock ticks between the machine's start and its own.
    pub(crate) started: String,
    /// It ended, and only waits for its parent to take note.
    pub(crate) ended: bool,
}

#[cfg(target_os = "linux")]
mod linux {
    //! Reads `/proc`.

    use std::io;

    use rustix::io::Errno;

    use super::Stat;

    /// A process; absent when there is none.
    pub(crate) fn stat(pid: u32) -> io::Result<Option<Stat>> {
        match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
            Ok(stat) => read(pid, &stat).ok_or_else(|| io::ErrorKind::InvalidData.into()),
            Err(err) if is_gone(&err) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Every process that can be seen from here.
    pub(crate) fn all() -> io::Result<Vec<Stat>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            found.extend(stat(pid)?);
        }
        Ok(found)
    }

    /// Whether a process began with this variable in its environment. One whose environment cannot be read has none.
    pub(crate) fn marked(pid: u32, variable: &str) -> bool {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
    }

    fn is_gone(err: &io::Error) -> bool {
        err.kind() == io::ErrorKind::NotFound || err.raw_os_error() == Some(Errno::SRCH.raw_os_error())
    }

    /// Reads the fields `state` (3), `ppid` (4), `pgrp` (5), `session` (6) and `starttime` (22). The second field is the
    /// program's name in parentheses, which may itself hold spaces and parentheses. The inner absence is a process that its
    /// parent has just taken note of: Linux then says -1 for its group and its session.
    #[expect(clippy::option_option, reason = "what is no such line and what is no process any more differ")]
    fn read(pid: u32, stat: &str) -> Option<Option<Stat>> {
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        let state = fields.next()?;
        let [parent, group, session] = [fields.next()?, fields.next()?, fields.next()?];
        let started = fields.nth(15)?.to_owned();
        let ended = matches!(state, "Z" | "X" | "x");
        if [group, session].contains(&"-1") {
            return Some(None);
        }
        // A process of another pid namespace has a group and a session of 0.
        let number = |field: &str| field.parse().ok();
        let [parent, group, session] = [number(parent)?, number(group)?, number(session)?];
        Some(Some(Stat { pid, parent, group, session, started, ended }))
    }

    #[cfg(test)]
    mod tests {
        use super::read;

        #[test]
        fn a_programs_name_may_hold_parentheses_and_spaces() {
            let tail = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
            let check = |name: &str, state: &str, ended: bool| {
                let stat = format!("42 ({name}) {state} {tail}\n");
                let found = read(42, &stat).unwrap().unwrap();
                assert_eq!((found.started.as_str(), found.ended), ("4711", ended), "{stat}");
            };
            check("sh", "S", false);
            check("a b) S 1 (c", "R", false);
            check("sh", "Z", true);
            assert_eq!(read(42, "42 (sh"), None);
            let stat = read(42, &format!("42 (sh) S {tail}")).unwrap().unwrap();
            assert_eq!((stat.parent, stat.group, stat.session), (1, 2, 3));
            let reaped = tail.replacen("1 2 3", "0 -1 -1", 1);
            assert_eq!(read(42, &format!("42 (sh) X {reaped}")), Some(None), "it is gone");
        }
    }
}
