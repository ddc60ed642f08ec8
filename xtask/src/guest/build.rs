//! Builds one guest as a component.

use anyhow::{Context as _, Result};
use camino::Utf8PathBuf;

use super::toolchain::{TARGET, Toolchain};
use crate::workspace::{Workspace, cargo_home, path_with};

const PROFILE: &str = "guest";

/// The component that `package` gives.
///
/// The same sources and the same compiler give the same bytes: no path of this machine gets in.
pub(super) fn component(workspace: &Workspace, toolchain: &Toolchain, package: &str) -> Result<Vec<u8>> {
    let target_dir = workspace.target.join("guest");
    let mut cargo = workspace
        .cargo([
            "rustc",
            "--quiet",
            "--locked",
            "--profile",
            PROFILE,
            "--target",
            TARGET,
            "--target-dir",
            target_dir.as_str(),
            "--package",
            package,
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .env("CARGO_ENCODED_RUSTFLAGS", remapping(workspace)?.join("\x1f"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-component-ld")
        .env("PATH", path_with(&toolchain.tools));
    for (name, value) in &toolchain.env {
        cargo = cargo.env(name, value);
    }
    cargo.run()?;
    let name = package.replace('-', "_");
    let wasm = target_dir.join(TARGET).join(PROFILE).join(format!("{name}.wasm"));
    std::fs::read(&wasm).with_context(|| format!("cargo did not write `{wasm}`"))
}

/// Flags that replace this machine's directories in what the compiler writes.
fn remapping(workspace: &Workspace) -> Result<Vec<String>> {
    let mut flags = vec![format!("--remap-path-prefix={}=/exomonad", workspace.root)];
    let registries = cargo_home()?.join("registry/src");
    let entries = registries.read_dir_utf8().with_context(|| format!("failed to list `{registries}`"))?;
    let mut dirs: Vec<Utf8PathBuf> = Vec::new();
    for entry in entries {
        dirs.push(entry.with_context(|| format!("failed to list `{registries}`"))?.into_path());
    }
    flags.extend(dirs.iter().map(|dir| format!("--remap-path-prefix={dir}=/cargo")));
    Ok(flags)
}
