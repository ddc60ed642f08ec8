//! The commands that came with the repository and that nobody approved yet.

use crate::config::{Command, Config};
use crate::store::{Store, StoreError};

/// A command that waits for its approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The configuration's key that holds it, which is also what it is for.
    pub key: String,
    /// The command.
    pub command: Command,
}

impl Pending {
    /// What an approval is kept under.
    #[must_use]
    pub fn hash(&self) -> String {
        self.command.hash(&self.key)
    }

    /// The command exactly, with its arguments apart and nothing in it that a terminal would act on or hide.
    #[must_use]
    pub fn shown(&self) -> String {
        let arguments = self.command.argv.iter().map(|argument| format!("\"{}\"", argument.escape_debug()));
        format!("[{}]", arguments.collect::<Vec<_>>().join(", "))
    }
}

/// The commands that came with the repository and that nobody approved yet.
///
/// # Errors
/// The database failed.
pub fn pending(config: &Config, store: &Store) -> Result<Vec<Pending>, StoreError> {
    let setup = config.agents.setup.iter().map(|command| ("agents.setup".to_owned(), command));
    let harnesses = config.agents.harnesses.iter();
    let harnesses = harnesses.map(|(name, command)| (format!("harness.{name}.command"), command));
    let mut found = Vec::new();
    for (key, command) in setup.chain(harnesses) {
        if !store.may_run(command, &key)? {
            found.push(Pending { key, command: command.clone() });
        }
    }
    Ok(found)
}
