//! Runs other programs. The one door for processes in this crate.

use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;

/// One program to run, with its arguments and what it finds in its environment.
#[derive(Debug)]
pub(crate) struct Cmd {
    command: Command,
    text: String,
}

impl Cmd {
    /// `program` with `arguments`, to run in `dir`.
    #[expect(clippy::disallowed_methods, reason = "this module is the door the ban points at")]
    pub(crate) fn new(
        dir: &Utf8Path,
        program: &str,
        arguments: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        let mut command = Command::new(program);
        command.current_dir(dir);
        let mut text = program.to_owned();
        for argument in arguments {
            command.arg(argument.as_ref());
            text.push(' ');
            text.push_str(argument.as_ref());
        }
        Self { command, text }
    }

    /// Sets a variable in the program's environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it on our own stdout and stderr.
    ///
    /// # Errors
    /// It cannot be started, or does not exit with 0.
    pub(crate) fn run(mut self) -> Result<()> {
        let status = self.command.status().with_context(|| format!("failed to start `{}`", self.text))?;
        if !status.success() {
            bail!("`{}` failed with {status}", self.text);
        }
        Ok(())
    }

    /// Runs it and returns its stdout without the space around it.
    ///
    /// # Errors
    /// It cannot be started, does not exit with 0, or prints something that is not UTF-8.
    pub(crate) fn read(mut self) -> Result<String> {
        let output = self.command.output().with_context(|| format!("failed to start `{}`", self.text))?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!("`{}` failed with {}: {}", self.text, output.status, stderr.trim());
        }
        let stdout = String::from_utf8(output.stdout)
            .with_context(|| format!("the output of `{}` is not UTF-8", self.text))?;
        Ok(stdout.trim().to_owned())
    }
}
