//! Installs the programs of others that the end-to-end tests run: pinned, cached, and never twice.

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
/// The one Codex we know to hold.
const CODEX: &str = "0.169.0";
const GEMINI: &str = "@google/gemini-cli@0.61.0";
/// Runs what is written in JavaScript, whatever Node the machine has: the suite and the Inspector need 22.
const NODE: &str = "24.21.0";
/// MCP's conformance suite for the protocol's versions with a handshake.
const CONFORMANCE_LEGACY: &str = "@modelcontextprotocol/conformance@0.1.16";
/// The first that also knows the protocol without one, 2026-07-28.
const CONFORMANCE_MODERN: &str = "@modelcontextprotocol/conformance@0.2.0-alpha.12";
const INSPECTOR: &str = "@modelcontextprotocol/inspector@2.12.0";
const TYPESCRIPT_V1: &str = "@modelcontextprotocol/sdk@1.32.2";
const TYPESCRIPT_V2: &str = "@modelcontextprotocol/client@2.4.0";
/// GitHub's API with state, by somebody else. A greater version of that name is another program.
const EMULATE: &str = "emulate@0.12.2";
/// Checks requests against a description of an API.
const PRISM: &str = "@stoplight/prism-cli@5.16.0";
/// GitHub's own description of its API.
const OPENAPI: &str = "@octokit/openapi@23.0.2";
const PYTHON: &str = "mcp==2.3.0";
/// A collector of spans.
const ROTEL: &str = "rotel==0.0.1a15";
const ZELLIJ: &str = "0.45.1";

/// An installed program, and the variable that tells the tests where it is.
pub(crate) type Client = (&'static str, Utf8PathBuf);

/// Installs what is not installed yet, with npm, pip and cargo.
pub(crate) fn install() -> Result<Vec<Client>> {
    let cache = cache()?;
    fs::create_dir_all(&cache).with_context(|| format!("failed to make `{cache}`"))?;
    let conformance = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
    let launcher = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js";
    Ok(vec![
        ("EXOMONAD_E2E_CLAUDE_NEWEST", claude(&cache, CLAUDE_NEWEST)?),
        ("EXOMONAD_E2E_CLAUDE_OLDEST", claude(&cache, CLAUDE_OLDEST)?),
        (
            "EXOMONAD_E2E_GEMINI",
            npm_package(&cache, GEMINI, "node_modules/@google/gemini-cli/bundle/gemini.js")?,
        ),
        ("EXOMONAD_E2E_CODEX", codex(&cache)?),
        ("EXOMONAD_E2E_NODE", node(&cache)?),
        ("EXOMONAD_E2E_CONFORMANCE_LEGACY", npm_package(&cache, CONFORMANCE_LEGACY, conformance)?),
        ("EXOMONAD_E2E_CONFORMANCE_MODERN", npm_package(&cache, CONFORMANCE_MODERN, conformance)?),
        ("EXOMONAD_E2E_INSPECTOR", npm_package(&cache, INSPECTOR, launcher)?),
        ("EXOMONAD_E2E_TYPESCRIPT_V1", npm_package(&cache, TYPESCRIPT_V1, "node_modules")?),
        ("EXOMONAD_E2E_TYPESCRIPT_V2", npm_package(&cache, TYPESCRIPT_V2, "node_modules")?),
        ("EXOMONAD_E2E_EMULATE", npm_package(&cache, EMULATE, "node_modules/emulate/dist/index.js")?),
        (
            "EXOMONAD_E2E_PRISM",
            npm_package(&cache, PRISM, "node_modules/@stoplight/prism-cli/dist/index.js")?,
        ),
        ("EXOMONAD_E2E_OPENAPI", openapi(&cache)?),
        ("EXOMONAD_E2E_PYTHON", python(&cache)?),
        ("EXOMONAD_E2E_ROTEL", rotel(&cache)?),
        ("EXOMONAD_E2E_ZELLIJ", zellij(&cache)?),
    ])
}

/// Fails where tmux is missing or too old: it is the machine's own, for no registry has it.
pub(crate) fn require_tmux(dir: &Utf8Path) -> Result<()> {
    let hint = "the end-to-end tests drive tmux 3.3 or newer; install it, such as by `apt-get install tmux`";
    let said = Cmd::new(dir, "tmux", ["-V"]).read().context(hint)?;
    let version = said.trim().trim_start_matches("tmux ");
    let old = ["1.", "2.", "3.0", "3.1", "3.2"];
    if old.iter().any(|old| version.starts_with(old)) {
        bail!("`{}` is too old; {hint}", said.trim());
    }
    Ok(())
}

/// Where they are kept.
pub(crate) fn cache() -> Result<Utf8PathBuf> {
    let root = variable("XDG_CACHE_HOME")
        .map_or_else(|| Ok(home()?.join(".cache")), |dir| anyhow::Ok(dir.into()))?;
    Ok(root.join("exomonad-ci/clients"))
}

/// The package with the executable for this machine, without the launcher that would choose it with Node.
fn claude(cache: &Utf8Path, version: &str) -> Result<Utf8PathBuf> {
    let package = format!("@anthropic-ai/claude-code-{}@{version}", platform()?);
    let dir = install_once(cache, &format!("claude-{version}"), |dir| unpack(dir, &package))?;
    require(dir.join("package/claude"))
}

/// As for Claude Code. The sandbox that Codex brings lies beside its executable.
fn codex(cache: &Utf8Path) -> Result<Utf8PathBuf> {
    let platform = platform()?;
    let target = match platform {
        "linux-x64" => "x86_64-unknown-linux-musl",
        "linux-arm64" => "aarch64-unknown-linux-musl",
        "darwin-x64" => "x86_64-apple-darwin",
        _ => "aarch64-apple-darwin",
    };
    let package = format!("@openai/codex@{CODEX}-{platform}");
    let dir = install_once(cache, &format!("codex-{CODEX}"), |dir| unpack(dir, &package))?;
    require(dir.join("package/vendor").join(target).join("bin/codex"))
}

/// Unpacks one package and nothing that it needs.
fn unpack(dir: &Utf8Path, package: &str) -> Result<()> {
    let packed = npm(dir, &["pack", "--silent", package])?.read()?;
    let archive = packed.lines().last().with_context(|| format!("npm packed nothing for `{package}`"))?;
    Cmd::new(dir, "tar", ["-xzf", archive]).run()?;
    let archive = dir.join(archive);
    fs::remove_file(&archive).with_context(|| format!("failed to remove `{archive}`"))
}

/// The description of github.com alone: the package has those of every server, which are 30 times as much.
fn openapi(cache: &Utf8Path) -> Result<Utf8PathBuf> {
    let name = "api.github.com.json";
    let dir = install_once(cache, &OPENAPI.replace('/', "-"), |dir| {
        unpack(dir, OPENAPI)?;
        let (from, to) = (dir.join("package/generated").join(name), dir.join(name));
        fs::rename(&from, &to).with_context(|| format!("failed to move `{from}`"))?;
        fs::remove_dir_all(dir.join("package")).context("failed to remove the other descriptions")
    })?;
    require(dir.join(name))
}

/// A package with all it needs, and the path of `part` in it.
fn npm_package(cache: &Utf8Path, package: &str, part: &str) -> Result<Utf8PathBuf> {
    let dir = install_once(cache, &package.replace('/', "-"), |dir| npm_install(dir, &[package]))?;
    require(dir.join(part))
}

/// Installs packages into `dir`, with all they need.
pub(crate) fn npm_install(dir: &Utf8Path, packages: &[&str]) -> Result<()> {
    let options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
    npm(dir, &[&["install", "--prefix", dir.as_str()], packages, options.as_slice()].concat())?.run()
}

/// Node, which npm has in one package for Linux; elsewhere it is the machine's own.
fn node(cache: &Utf8Path) -> Result<Utf8PathBuf> {
    match platform()? {
        system @ ("linux-x64" | "linux-arm64") => {
            let name = format!("node-{system}");
            npm_package(cache, &format!("{name}@{NODE}"), &format!("node_modules/{name}/bin/node"))
        }
        _ => Ok("node".into()),
    }
}

/// Zellij, which crates.io has as sources only.
fn zellij(cache: &Utf8Path) -> Result<Utf8PathBuf> {
    let dir = install_once(cache, &format!("zellij-{ZELLIJ}"), build_zellij)?;
    require(dir.join("bin/zellij"))
}

/// Builds it with half the work of its own release: it is to run, not to be fast. Its `bin/zellij` runs wherever `dir` is
/// moved to.
fn build_zellij(dir: &Utf8Path) -> Result<()> {
    output::warning("zellij is compiled, once: this takes 4 to 9 minutes on 2 cores");
    let target = dir.join("target");
    let install = ["install", "zellij", "--version", ZELLIJ, "--locked", "--no-default-features", "--quiet"];
    Cmd::new(dir, "cargo", install.iter().chain(&["--root", dir.as_str()]))
        .env("CARGO_TARGET_DIR", target.as_str())
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .run()
        .context("this needs a C compiler, make, pkg-config and OpenSSL's headers (`libssl-dev`)")?;
    fs::remove_dir_all(&target).with_context(|| format!("failed to remove `{target}`"))
}

/// A Python that knows MCP's own SDK.
fn python(cache: &Utf8Path) -> Result<Utf8PathBuf> {
    let dir = install_once(cache, &format!("python-{PYTHON}"), |dir| pip_install(dir, &[PYTHON]))?;
    require(dir.join("bin/python"))
}

/// The collector's executable, which its package for Python brings.
fn rotel(cache: &Utf8Path) -> Result<Utf8PathBuf> {
    let dir = install_once(cache, &format!("python-{ROTEL}"), |dir| pip_install(dir, &[ROTEL]))?;
    // Below the directory of whichever Python the machine has.
    let versions = dir.join("lib").read_dir_utf8().with_context(|| format!("failed to list `{dir}/lib`"))?;
    let agents =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("site-packages/rotel/rotel-agent")));
    let agent = agents.into_iter().find(|agent| agent.is_file());
    agent.with_context(|| format!("`{dir}` has no `rotel-agent`; delete it to install it again"))
}

/// Makes `dir` a virtual environment with these packages. Its `bin/python` finds them wherever `dir` is moved to.
pub(crate) fn pip_install(dir: &Utf8Path, packages: &[&str]) -> Result<()> {
    Cmd::new(dir, "python3", ["-m", "venv", dir.as_str()])
        .run()
        .context("this needs `python3` with `venv`; install Python 3.10 or later")?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    Cmd::new(dir, dir.join("bin/python").as_str(), pip.iter().chain(packages)).run()
}

/// npm's word for this machine.
fn platform() -> Result<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        ("macos", "x86_64") => Ok("darwin-x64"),
        ("macos", "aarch64") => Ok("darwin-arm64"),
        (system, machine) => bail!("there is no Claude Code, no Codex and no Node for {system} on {machine}"),
    }
}

/// npm, once it is known to be there.
fn npm(dir: &Utf8Path, arguments: &[&str]) -> Result<Cmd> {
    for program in ["node", "npm"] {
        Cmd::new(dir, program, ["--version"])
            .read()
            .with_context(|| format!("this needs `{program}`; install Node 20 or later"))?;
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

fn require(path: Utf8PathBuf) -> Result<Utf8PathBuf> {
    if !path.exists() {
        bail!("`{path}` is missing from an installed program; delete its directory to install it again");
    }
    Ok(path)
}
