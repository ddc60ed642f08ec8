//! When the parts of a session's end come.

use std::time::Duration;

/// When each part of a session's end comes, counted from the moment when its client asks for no more.
///
/// The usual one is over within a second, which is what clients give their servers. On a machine that has no time for us, calls
/// that were stopped may then end without a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timetable {
    /// Calls that still run are stopped.
    pub finish: Duration,
    /// Calls that were stopped are waited for no more.
    pub stop: Duration,
    /// The session is waited for no more, whose replies take no time any more.
    pub give_up: Duration,
    /// The client has had its time to read the last replies, and the database to forget us.
    pub rest: Duration,
}

impl Default for Timetable {
    fn default() -> Self {
        let after = Duration::from_millis;
        Self { finish: after(800), stop: after(860), give_up: after(900), rest: after(950) }
    }
}
