//! Popups and notices: what tmux shows to a terminal, and not in a pane.

use super::Tmux;
use super::script::{Script, literal, program};
use super::server::Answer;
use crate::mux::{Multiplexer as _, MuxError, PaneSpec, Popup, Sanitized, require_dir, shown_title};

/// One line for a client: when it was last used, whether it is a program, when it came and as which process, its name.
const CLIENT: &str =
    "#{client_activity} #{client_control_mode} #{client_created}.#{client_pid} #{client_name}";

/// How long a notice is shown, in milliseconds.
const NOTICE_MS: &str = "8000";

/// A terminal that is attached.
pub(super) struct Client {
    activity: u64,
    name: String,
    /// Its name, when it came, and its process: the name is free again once it left, within the same second, too.
    pub(super) since: String,
}

impl Tmux {
    /// The terminals that are attached; programs that drive tmux are none.
    pub(super) fn attached(&self) -> Result<Vec<Client>, MuxError> {
        let script = Script::default().then(&["list-clients", "-t", &self.target(), "-F", CLIENT]);
        match self.server.ask(&script)? {
            Answer::Done(stdout) => Ok(stdout.lines().filter_map(client).collect()),
            // There is no such session.
            Answer::Absent | Answer::Failed { .. } => Ok(Vec::new()),
        }
    }

    /// Shows a program above everything, to the terminal that was used last; in a window of its own while there is none.
    pub(super) fn pop_up(&self, spec: &PaneSpec<'_>) -> Result<Popup, MuxError> {
        require_dir(self.address.mux, spec.dir)?;
        let attached = self.attached()?;
        let Some(client) = attached.iter().max_by_key(|client| client.activity) else {
            return Ok(Popup::In(self.open_tab(spec)?));
        };
        let (title, dir) = (literal(&shown_title(spec.title)), literal(spec.dir.as_str()));
        let variables = spec.env.iter().map(|(name, value)| format!("-e{name}={value}"));
        let script = Script::default()
            .then(&[
                "display-popup",
                "-c",
                &client.name,
                "-E",
                "-w",
                "80%",
                "-h",
                "80%",
                "-d",
                &dir,
                "-T",
                &title,
            ])
            .with(variables)
            .with(["--"])
            .with(program(spec.argv));
        // The exit code is the program's.
        self.server.ask_for_long(&script)?;
        Ok(Popup::Gone)
    }

    /// Shows a line for a moment to every terminal.
    pub(super) fn display(&self, line: &Sanitized) -> Result<(), MuxError> {
        let text = literal(line.as_str());
        for client in self.attached()? {
            let script = Script::default().then(&[
                "display-message",
                "-c",
                &client.name,
                "-d",
                NOTICE_MS,
                "--",
                &text,
            ]);
            self.server.ask(&script)?;
        }
        Ok(())
    }
}

fn client(line: &str) -> Option<Client> {
    let mut parts = line.splitn(4, ' ');
    let activity = parts.next()?.parse().unwrap_or_default();
    let is_program = parts.next()? == "1";
    let (created, name) = (parts.next()?, parts.next()?);
    (!is_program).then(|| Client { activity, name: name.to_owned(), since: format!("{name} {created}") })
}

#[cfg(test)]
mod tests {
    use super::client;

    #[test]
    fn a_client_that_comes_again_is_another_one() {
        let name = |line: &str| client(line).map(|client| client.since);
        assert_eq!(name("17 0 12 /dev/pts/3"), Some("/dev/pts/3 12".to_owned()));
        assert_ne!(name("17 0 12 /dev/pts/3"), name("17 0 13 /dev/pts/3"));
        assert_eq!(name("17 1 12 client-9"), None, "a program in control mode");
        assert_eq!(name(""), None);
    }
}
