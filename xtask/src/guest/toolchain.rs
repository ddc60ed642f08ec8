//! A Rust compiler that can build for WASM: the installed one where its target was added, Debian's otherwise.

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::rust_web;
use crate::process::Cmd;
use crate::workspace::Workspace;

pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// What builds a guest.
#[derive(Debug)]
pub(super) struct Toolchain {
    /// The compiler's version, with its commit.
    pub(super) compiler: String,
    /// The version of cargo.
    pub(super) cargo: String,
    /// Where the standard library for WASM comes from: `rustup` or `rustc-web`.
    pub(super) std: &'static str,
    /// Directories that hold the linker.
    pub(super) tools: Vec<Utf8PathBuf>,
    /// What the build's environment needs besides.
    pub(super) env: Vec<(&'static str, String)>,
}

impl Toolchain {
    /// The installed compiler if it has the target, else Debian's, which is fetched at first use.
    pub(super) fn find(workspace: &Workspace) -> Result<Self> {
        let tools = linker_dirs(workspace)?;
        let cargo = workspace.cargo(["--version"]).read()?;
        let libdir = workspace.run_here("rustc", ["--print", "target-libdir", "--target", TARGET]).read()?;
        if has_std(Utf8Path::new(&libdir)) {
            let compiler = version(workspace.run_here("rustc", ["--version", "--verbose"]))?;
            return Ok(Self { compiler, cargo, std: "rustup", tools, env: Vec::new() });
        }
        let rust_web = rust_web::require(workspace)?;
        let compiler = version(rust_web.rustc(&workspace.root, ["--version", "--verbose"]))?;
        Ok(Self { compiler, cargo, std: "rustc-web", tools, env: rust_web.env() })
    }
}

/// Whether a standard library lies in `libdir`.
pub(super) fn has_std(libdir: &Utf8Path) -> bool {
    libdir.read_dir_utf8().is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().starts_with("libstd-") && entry.path().extension() == Some("rlib"))
    })
}

/// Where the installed toolchain keeps `wasm-component-ld` and the linker that it calls.
fn linker_dirs(workspace: &Workspace) -> Result<Vec<Utf8PathBuf>> {
    let sysroot = Utf8PathBuf::from(workspace.run_here("rustc", ["--print", "sysroot"]).read()?);
    let host = workspace.run_here("rustc", ["--print", "host-tuple"]).read()?;
    let bin = sysroot.join("lib/rustlib").join(host).join("bin");
    Ok(vec![bin.clone(), bin.join("gcc-ld")])
}

/// `rustc 1.96.0 (0123456789abcdef…)` out of what `rustc --version --verbose` prints.
fn version(rustc: Cmd) -> Result<String> {
    let text = rustc.read()?;
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let release = field("release: ").context("`rustc --version --verbose` named no release")?;
    Ok(format!("rustc {release} ({})", field("commit-hash: ").unwrap_or("unknown")))
}
