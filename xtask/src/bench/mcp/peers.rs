//! The other servers: installed or built once, pinned, and kept in the cache.

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::client::Era;
use super::server::{Part, Server};
use crate::bench::tools::{Tools, file_in, host, system_program};
use crate::clients::{cache, install_once, npm_install, pip_install};
use crate::output;
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
        // A script finds the packages beside it only.
        let script = file_in(&packages, "server.mjs", include_str!("../peers/mcp/typescript.mjs"))?;
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
    std::fs::create_dir_all(tools.dir.join("bare-rmcp/src"))?;
    let manifest = tools.file("bare-rmcp/Cargo.toml", include_str!("../peers/mcp/rmcp.toml"))?;
    tools.file("bare-rmcp/src/main.rs", include_str!("../peers/mcp/rmcp.rs"))?;
    let target = workspace.target.join("bare-rmcp");
    let host = host(workspace)?;
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
    npm_install(dir, &[&format!("@modelcontextprotocol/server@{TYPESCRIPT}"), &format!("zod@{ZOD}")])
}

fn python(dir: &Utf8Path) -> Result<()> {
    pip_install(dir, &[&format!("mcp=={PYTHON}"), &format!("fastmcp=={FASTMCP}")])
}
