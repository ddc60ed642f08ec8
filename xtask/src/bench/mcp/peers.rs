//! The other servers: installed or built once, pinned, and kept in the cache.

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::client::Era;
use super::server::{Part, Server};
use crate::bench::tools::{Tools, host, system_program};
use crate::clients::{cache, install_once, npm};
use crate::output;
use crate::process::Cmd;
use crate::workspace::Workspace;

const PYTHON: &str = "2.3.0";
const FASTMCP: &str = "4.1.2";
const TYPESCRIPT: &str = "2.4.0";
const ZOD: &str = "4.6.7";
const RMCP: &str = "3.9.0";

/// Installs those that can run here.
pub(super) fn install(workspace: &Workspace, tools: &Tools) -> Result<Vec<Server>> {
    let cache = cache()?;
    std::fs::create_dir_all(&cache).with_context(|| format!("failed to make `{cache}`"))?;
    let bare = vec![bare(workspace, tools)?.into_string()];
    let mut servers = Vec::new();
    for era in [Era::Initialize, Era::Discover] {
        servers.push(Server::echo(Part::Bare, &format!("bare rmcp {RMCP}"), &tools.dir, bare.clone(), era));
    }
    if let Some(node) = system_program("node") {
        let packages = install_once(&cache, &format!("server-typescript-{TYPESCRIPT}"), typescript)?;
        let script = copy(&packages, "server.mjs", include_str!("../peers/mcp/typescript.mjs"))?;
        let command = vec![node.into_string(), script.into_string()];
        let name = format!("TypeScript SDK {TYPESCRIPT}");
        servers.push(Server::echo(Part::Script, &name, &tools.dir, command, Era::Initialize));
    } else {
        output::step("node is not among the system's programs: its server is not measured");
    }
    let venv = install_once(&cache, &format!("servers-python-{PYTHON}-{FASTMCP}"), python)?;
    let scripts = [
        ("Python SDK", PYTHON, "python_server.py", include_str!("../peers/mcp/python_server.py")),
        ("FastMCP", FASTMCP, "fast_server.py", include_str!("../peers/mcp/fast_server.py")),
    ];
    for (name, version, file, text) in scripts {
        let script = tools.file(file, text)?;
        let command = vec![venv.join("bin/python").into_string(), script.into_string()];
        let name = format!("{name} {version}");
        servers.push(Server::echo(Part::Script, &name, &tools.dir, command, Era::Initialize));
    }
    Ok(servers)
}

/// Builds the server of the bare SDK as our own program is built.
fn bare(workspace: &Workspace, tools: &Tools) -> Result<Utf8PathBuf> {
    let dir = tools.dir.join("bare-rmcp");
    std::fs::create_dir_all(dir.join("src"))?;
    copy(&dir, "Cargo.toml", include_str!("../peers/mcp/rmcp.toml"))?;
    copy(&dir.join("src"), "main.rs", include_str!("../peers/mcp/rmcp.rs"))?;
    let target = workspace.target.join("bare-rmcp");
    let host = host(workspace)?;
    let manifest = dir.join("Cargo.toml");
    let arguments =
        ["build", "--quiet", "--release", "--target", &host, "--manifest-path", manifest.as_str()];
    workspace
        .cargo(arguments)
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "-Ctarget-feature=+crt-static")
        .run()?;
    Ok(target.join(host).join("release/bare-rmcp"))
}

fn typescript(dir: &Utf8Path) -> Result<()> {
    let server = format!("@modelcontextprotocol/server@{TYPESCRIPT}");
    let zod = format!("zod@{ZOD}");
    let options = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
    npm(dir, &[&["install", "--prefix", dir.as_str(), &server, &zod], options.as_slice()].concat())?.run()
}

/// `bin/python` finds its packages from where it lies, so the environment may be moved; its other programs may not.
fn python(dir: &Utf8Path) -> Result<()> {
    Cmd::new(dir, "python3", ["-m", "venv", "--copies", dir.as_str()]).run()?;
    let packages = [format!("mcp=={PYTHON}"), format!("fastmcp=={FASTMCP}")];
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"].map(str::to_owned);
    Cmd::new(dir, dir.join("bin/python").as_str(), pip.iter().chain(&packages)).run()
}

fn copy(dir: &Utf8Path, name: &str, text: &str) -> Result<Utf8PathBuf> {
    let path = dir.join(name);
    let mut file = std::fs::File::create(&path).with_context(|| format!("failed to make `{path}`"))?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(path)
}
