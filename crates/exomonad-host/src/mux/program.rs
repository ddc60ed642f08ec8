//! Runs a multiplexer's program: one that is new enough, in an environment that tells of no session.

use std::sync::OnceLock;
use std::time::Duration;

use camino::Utf8Path;

use super::{MuxError, MuxKind};
use crate::exec::{Cmd, ExecError, Output, Pty, Size};
use crate::harness::is_session_variable;
use crate::surroundings::Surroundings;

/// How long a command may take: a server that starts on a busy machine needs seconds.
const LIMIT: Duration = Duration::from_secs(30);

/// How long one may take that shows something to a person: for ever, as far as anybody waits.
const LONG: Duration = Duration::from_secs(30 * 24 * 3600);

/// Tell a multiplexer's client where its servers and files are: they outlive the session that we are in.
const PLACES: [&str; 4] = ["TMUX_TMPDIR", "ZELLIJ_SOCKET_DIR", "ZELLIJ_CONFIG_DIR", "ZELLIJ_CONFIG_FILE"];

/// The oldest version that we know how to drive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Oldest {
    /// Its major and minor number.
    pub(super) numbers: (u32, u32),
    /// The same, to read.
    pub(super) text: &'static str,
}

/// A multiplexer's program.
#[derive(Debug)]
pub(super) struct Program {
    mux: MuxKind,
    oldest: Oldest,
    search_path: String,
    env: Vec<(String, String)>,
    is_new_enough: OnceLock<()>,
}

impl Program {
    /// The program as it is found from here. A server that it starts hands this environment to every pane.
    pub(super) fn new(mux: MuxKind, oldest: Oldest, surroundings: &Surroundings) -> Self {
        let env = surroundings.variables.iter().filter(|(name, _)| is_handed_on(name)).cloned().collect();
        let search_path = surroundings.search_path().to_owned();
        let mut program = Self { mux, oldest, search_path, env, is_new_enough: OnceLock::new() };
        if program.variable("TERM").is_none_or(|term| term == "dumb") {
            program.set("TERM", "xterm-256color");
        }
        program
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// The value of a variable that is not empty.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.env.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Runs it to its end.
    pub(super) fn run<S: AsRef<str>>(&self, args: &[S]) -> Result<Output, MuxError> {
        // Not the project's directory: a server stays where it was started.
        self.run_in(Utf8Path::new("/"), args)
    }

    /// Runs it to its end, which may be far away.
    pub(super) fn run_for_long<S: AsRef<str>>(&self, args: &[S]) -> Result<Output, MuxError> {
        self.require_new_enough()?;
        self.cmd(Utf8Path::new("/"), args).limit(LONG).run().map_err(|err| self.error(err))
    }

    /// Runs it to its end in a directory.
    pub(super) fn run_in<S: AsRef<str>>(&self, dir: &Utf8Path, args: &[S]) -> Result<Output, MuxError> {
        self.require_new_enough()?;
        self.cmd(dir, args).run().map_err(|err| self.error(err))
    }

    /// Runs it to its end with arguments that are not for the log.
    pub(super) fn run_unlogged(&self, args: &[&str]) -> Result<Output, MuxError> {
        self.require_new_enough()?;
        self.cmd(Utf8Path::new("/"), args).unlogged().run().map_err(|err| self.error(err))
    }

    /// Runs it to its end with something to read, for at most so long; its arguments and what it reads are not for the log.
    pub(super) fn run_with(&self, args: &[&str], input: &str, limit: Duration) -> Result<Output, MuxError> {
        self.require_new_enough()?;
        let cmd = self.cmd(Utf8Path::new("/"), args).unlogged().input(input).limit(limit);
        cmd.run().map_err(|err| self.error(err))
    }

    /// Starts it in a terminal of its own.
    pub(super) fn in_pty(&self, args: &[&str], size: Size) -> Result<Pty, MuxError> {
        self.require_new_enough()?;
        self.cmd(Utf8Path::new("/"), args).in_pty(size).map_err(|err| self.error(err))
    }

    fn cmd<S: AsRef<str>>(&self, dir: &Utf8Path, args: &[S]) -> Cmd {
        let cmd = Cmd::new(self.mux.name(), dir, &self.search_path);
        let cmd = self.env.iter().fold(cmd, |cmd, (name, value)| cmd.env(name, value));
        cmd.args(args).limit(LIMIT)
    }

    fn require_new_enough(&self) -> Result<(), MuxError> {
        if self.is_new_enough.get().is_some() {
            return Ok(());
        }
        let output = self.cmd(Utf8Path::new("/"), &["-V"]).run().map_err(|err| self.error(err))?;
        let found = text(&output.stdout);
        // What has no number is built from the newest sources.
        if numbers(&found).is_some_and(|numbers| numbers < self.oldest.numbers) {
            let found = found.trim().trim_start_matches(self.mux.name()).trim().to_owned();
            return Err(MuxError::TooOld { mux: self.mux, found, wanted: self.oldest.text });
        }
        // Another thread may have found the same.
        let () = self.is_new_enough.get_or_init(|| ());
        Ok(())
    }

    fn error(&self, err: ExecError) -> MuxError {
        if matches!(err, ExecError::Missing { .. }) {
            return MuxError::Missing { mux: self.mux };
        }
        MuxError::Exec { mux: self.mux, source: err }
    }
}

fn is_handed_on(name: &str) -> bool {
    PLACES.contains(&name) || !(name == "PATH" || is_session_variable(name))
}

/// What a program wrote, with bytes that are not text replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a program complained of, in one line.
pub(super) fn complaint(output: &Output) -> String {
    let said = text(&output.stderr);
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), output.code) {
        (Some(line), _) => line.to_owned(),
        (None, Some(code)) => format!("it ended with exit code {code}"),
        (None, None) => "a signal ended it".to_owned(),
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let begin = version.find(|c: char| c.is_ascii_digit())?;
    let mut parts = version.get(begin..)?.split('.').map(|part| {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part.get(..end).unwrap_or_default().parse().ok()
    });
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_its_first_two_numbers() {
        let check = |text: &str, expect: Option<(u32, u32)>| assert_eq!(numbers(text), expect, "{text:?}");
        check("tmux 3.3a\n", Some((3, 3)));
        check("tmux next-3.6", Some((3, 6)));
        check("zellij 0.45.1", Some((0, 45)));
        check("tmux master", None);
        check("tmux 4", None);
        check("", None);
    }

    #[test]
    fn a_server_is_told_of_no_session_but_of_where_its_files_are() {
        let variables = [("TMUX", "/s,1,0"), ("ZELLIJ_SESSION_NAME", "x"), ("TERM", "dumb"), ("HOME", "/h")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut surroundings = Surroundings { variables: variables.into(), ..Surroundings::default() };
        surroundings.variables.push(("ZELLIJ_SOCKET_DIR".to_owned(), "/z".to_owned()));
        let oldest = Oldest { numbers: (0, 45), text: "0.45" };
        let program = Program::new(MuxKind::Zellij, oldest, &surroundings);
        assert_eq!(program.variable("TMUX"), None);
        assert_eq!(program.variable("ZELLIJ_SESSION_NAME"), None);
        assert_eq!(program.variable("ZELLIJ_SOCKET_DIR"), Some("/z"));
        assert_eq!(program.variable("HOME"), Some("/h"));
        assert_eq!(program.variable("TERM"), Some("xterm-256color"));
    }
}
