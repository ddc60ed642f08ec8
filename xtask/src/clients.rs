//! Installs the real coding agents that the end-to-end tests run: pinned, cached, and never twice.

use std::fs;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use crate::output;
use crate::process::Cmd;
use crate::workspace::{home, variable};

/// The newest Claude Code we know to hold.
const CLAUDE_NEWEST: &str = "2.1.329";
/// What npm gives to people whose Node is too old for the newest.
const CLAUDE_OLDEST: &str = "2.1.197";
const GEMINI: &str = "0.61.0";

/// Where the agents are, once installed.
#[derive(Debug)]
pub(crate) struct Clients {
    /// The newest Claude Code's executable.
    pub(crate) claude_newest: Utf8PathBuf,
    /// The oldest Claude Code's executable.
    pub(crate) claude_oldest: Utf8PathBuf,
    /// Gemini CLI's main script.
    pub(crate) gemini: Utf8PathBuf,
}

/// Installs what is not installed yet, with npm.
pub(crate) fn install() -> Result<Clients> {
    let cache = cache()?;
    fs::create_dir_all(&cache).with_context(|| format!("failed to make `{cache}`"))?;
    let gemini = install_once(&cache, &format!("gemini-{GEMINI}"), unpack_gemini)?;
    Ok(Clients {
        claude_newest: claude(&cache, CLAUDE_NEWEST)?,
        claude_oldest: claude(&cache, CLAUDE_OLDEST)?,
        gemini: require_file(gemini.join("node_modules/@google/gemini-cli/bundle/gemini.js"))?,
    })
}

/// Where they are kept.
pub(crate) fn cache() -> Result<Utf8PathBuf> {
    let root = variable("XDG_CACHE_HOME")
        .map_or_else(|| Ok(home()?.join(".cache")), |dir| anyhow::Ok(dir.into()))?;
    Ok(root.join("exomonad-ci/clients"))
}

fn claude(cache: &Utf8Path, version: &str) -> Result<Utf8PathBuf> {
    let dir = install_once(cache, &format!("claude-{version}"), |dir| unpack_claude(dir, version))?;
    require_file(dir.join("package/claude"))
}

/// The package with the executable for this machine, without the launcher that would choose it with Node.
fn unpack_claude(dir: &Utf8Path, version: &str) -> Result<()> {
    let package = format!("@anthropic-ai/claude-code-{}@{version}", platform()?);
    let packed = npm(dir, &["pack", "--silent", &package])?.read()?;
    let archive = packed.lines().last().with_context(|| format!("npm packed nothing for `{package}`"))?;
    Cmd::new(dir, "tar", ["-xzf", archive]).run()?;
    let archive = dir.join(archive);
    fs::remove_file(&archive).with_context(|| format!("failed to remove `{archive}`"))
}

fn unpack_gemini(dir: &Utf8Path) -> Result<()> {
    let package = format!("@google/gemini-cli@{GEMINI}");
    let options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
    npm(dir, &[&["install", "--prefix", dir.as_str(), &package], options.as_slice()].concat())?.run()
}

/// npm's word for this machine.
fn platform() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        ("macos", "x86_64") => Ok("darwin-x64"),
        ("macos", "aarch64") => Ok("darwin-arm64"),
        (system, machine) => bail!("there is no Claude Code for {system} on {machine}"),
    }
}

/// npm, once it is known to be there.
pub(crate) fn npm(dir: &Utf8Path, arguments: &[&str]) -> Result<Cmd> {
    for program in ["node", "npm"] {
        Cmd::new(dir, program, ["--version"])
            .read()
            .with_context(|| format!("the end-to-end tests need `{program}`; install Node 20 or later"))?;
    }
    Ok(Cmd::new(dir, "npm", arguments))
}

/// Fills `<cache>/<name>` with `fill`, unless it is there: a directory that is there is whole.
pub(crate) fn install_once(
    cache: &Utf8Path,
    name: &str,
    fill: impl FnOnce(&Utf8Path) -> Result<()>,
) -> Result<Utf8PathBuf> {
    let installed = cache.join(name);
    if installed.is_dir() {
        return Ok(installed);
    }
    output::step(&format!("install {name}"));
    let unfinished = tempfile::Builder::new().prefix(".unfinished-").tempdir_in(cache);
    let unfinished = unfinished.with_context(|| format!("failed to make a directory in `{cache}`"))?;
    let dir = Utf8Path::from_path(unfinished.path()).context("the cache's path is not UTF-8")?;
    fill(dir).with_context(|| format!("failed to install {name}"))?;
    // Another run may have been faster; its copy is as good.
    match fs::rename(dir, &installed) {
        Err(_) if installed.is_dir() => {}
        other => other.with_context(|| format!("failed to move `{dir}` to `{installed}`"))?,
    }
    Ok(installed)
}

fn require_file(path: Utf8PathBuf) -> Result<Utf8PathBuf> {
    if !path.is_file() {
        bail!("`{path}` is missing from an installed agent; delete its directory to install it again");
    }
    Ok(path)
}
