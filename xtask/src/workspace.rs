//! Where things are: the checkout, its target directory, and what the environment says.
//!
//! The only file of this crate that reads the environment.
#![expect(clippy::disallowed_methods, reason = "the one place of this program that reads the environment")]

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use crate::process::Cmd;

/// This checkout.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The directory of the workspace's `Cargo.toml`; absolute.
    pub(crate) root: Utf8PathBuf,
    /// Where cargo puts what it builds; absolute.
    pub(crate) target: Utf8PathBuf,
    /// The cargo that runs us.
    cargo: String,
}

impl Workspace {
    /// The checkout whose `cargo xtask` this is.
    pub(crate) fn find() -> Result<Self> {
        let manifest_dir = require_variable("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
        let root = Utf8Path::new(&manifest_dir).parent().context("xtask lies in no workspace")?.to_owned();
        let cargo = variable("CARGO").unwrap_or_else(|| "cargo".to_owned());
        let metadata = Cmd::new(&root, &cargo, ["metadata", "--no-deps", "--format-version", "1"]).read()?;
        let metadata: Value = serde_json::from_str(&metadata).context("`cargo metadata` printed no JSON")?;
        let target = metadata.get("target_directory").and_then(Value::as_str);
        let target = target.context("`cargo metadata` named no target directory")?.into();
        Ok(Self { root, target, cargo })
    }

    /// A cargo command in the root of the checkout.
    pub(crate) fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Cmd {
        self.run_here(&self.cargo, arguments)
    }

    /// Another command in the root of the checkout.
    pub(crate) fn run_here<'a>(&self, program: &str, arguments: impl IntoIterator<Item = &'a str>) -> Cmd {
        Cmd::new(&self.root, program, arguments)
    }
}

/// A variable of our environment; absent when unset, empty or not UTF-8.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn require_variable(name: &str) -> Result<String> {
    variable(name).with_context(|| format!("the environment has no `{name}`"))
}

/// The user's home directory.
pub(crate) fn home() -> Result<Utf8PathBuf> {
    require_variable("HOME").map(Utf8PathBuf::from)
}

/// Where cargo keeps what it downloaded.
pub(crate) fn cargo_home() -> Result<Utf8PathBuf> {
    variable("CARGO_HOME").map_or_else(|| Ok(home()?.join(".cargo")), |dir| Ok(dir.into()))
}

/// `PATH` with `dirs` in front.
pub(crate) fn path_with(dirs: &[Utf8PathBuf]) -> String {
    let dirs = dirs.iter().map(|dir| dir.as_str().to_owned());
    dirs.chain(variable("PATH")).collect::<Vec<_>>().join(":")
}
